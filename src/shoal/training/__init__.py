"""Making one run, from its config to its record: start reading at `run`.

This package imports `runs`, `dashboards` and the layers below them. Only the entry point and
`scripting` import it.
"""

from shoal.system.imports import import_lightning

import_lightning()
