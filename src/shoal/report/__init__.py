"""The findings of an experiment: a folder of files, a page, a table on the screen, a W&B run.

It imports claims, results and what lies below them, and no torch.
"""

from shoal.report.findings import Findings, findings
from shoal.report.folder import write_pages, write_report
from shoal.report.index import index
from shoal.report.terminal import print_table

__all__ = ["Findings", "findings", "index", "print_table", "write_pages", "write_report"]
