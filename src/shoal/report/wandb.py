"""One W&B run per experiment: its table, verdicts, curves and figures."""

import hashlib
import io
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from PIL import Image

from shoal.dashboards.wandb_session import TARGET, Facts, Patience, open_session
from shoal.errors import first_line
from shoal.report.figures.canvas import drawing, rendered
from shoal.report.figures.convergence import convergence_figure
from shoal.report.findings import Findings
from shoal.report.tables.verdicts import verdict_rows
from shoal.runs.sheet import SHEET
from shoal.system.files import write_whole

if TYPE_CHECKING:
    import wandb

log = logging.getLogger(__name__)

SENT = "sent"  # the file with the digest of the rows that were sent last
CURVES = ["arm", "scale", "seed", "step", "seconds", "macs", "train/loss", "val/psnr", "val/ssim"]


def settings(loggers: Mapping[str, Mapping[str, Any]] | None) -> Mapping[str, Any] | None:
    """The W&B entry of a config's loggers, for runs and reports alike; None if there is none."""
    entries = (loggers or {}).values()
    return next((entry for entry in entries if entry["_target_"] == TARGET), None)


def send(found: Findings, figures: Path, folder: Path, entry: Mapping[str, Any]) -> None:
    """Send a report unless the same rows were sent last; W&B's errors are logged, not raised.

    Args:
        found: the findings.
        figures: the folder of their figures.
        folder: for W&B's own files; its name is the name of the report on W&B.
        entry: the W&B entry of the config's loggers.
    """
    study = found.study
    rows = study.runs.to_csv() + study.curves.to_csv() + study.scores.to_csv()
    digest = hashlib.sha256(rows.encode()).hexdigest()
    sent = folder / SENT
    if sent.is_file() and sent.read_text() == digest:
        return
    folder.mkdir(parents=True, exist_ok=True)
    scales = (f"x{scale}" for scale in study.scales)
    facts = Facts(
        folder=folder,
        id=f"{folder.name}-{digest[:8]}",
        project=entry["project"],
        group=study.experiment,
        tags=(study.data, *scales, study.budget),
        job_type="report",
    )
    try:
        session = open_session(facts, Patience(entry["answer_within"], entry["finish_within"]))
        session.log(_content(found, figures))
        session.finish(exit_code=0)
    except Exception as error:  # whatever W&B raises: the report is on disk, W&B only mirrors it
        log.warning("W&B: %s; the report is in %s", first_line(error), figures)
    else:
        write_whole(sent, digest)


def _content(found: Findings, figures: Path) -> dict[str, Any]:
    import wandb

    tables = {"table": found.cells, "verdicts": verdict_rows(found.verdicts)}
    content: dict[str, Any] = {name: _table(rows) for name, rows in tables.items()}
    content |= {f"compared/{part.heading}": _table(part.rows) for part in found.compared}
    curves = found.study.curves.reindex(columns=CURVES)
    content |= {"curves": _table(curves), "convergence": _chart(curves)}
    with drawing():  # drawn again as PNG, since W&B shows no SVG
        curve = rendered(convergence_figure(found.study), "png")
    content["figures/convergence"] = wandb.Image(Image.open(io.BytesIO(curve)))
    if (figures / SHEET).is_file():
        content["figures/samples"] = wandb.Image(str(figures / SHEET))
    return content


def _table(rows: pd.DataFrame) -> "wandb.Table":
    import wandb

    # W&B's tables take missing values only as None.
    present = rows.astype(object).where(rows.notna(), None)
    data: list[Iterable[Any]] = list(present.itertuples(index=False, name=None))
    return wandb.Table(columns=[str(name) for name in rows.columns], data=data)


def _chart(curves: pd.DataFrame) -> Any:
    import wandb

    trained = curves.dropna(subset="seed")
    runs = {
        f"{arm} x{scale} s{seed}": run
        for (arm, scale, seed), run in trained.groupby(["arm", "scale", "seed"], sort=False)
    }
    return wandb.plot.line_series(
        xs=[run["step"].tolist() for run in runs.values()],
        ys=[run["val/psnr"].tolist() for run in runs.values()],
        keys=list(runs),
        title="val/psnr",
        xname="step",
    )
