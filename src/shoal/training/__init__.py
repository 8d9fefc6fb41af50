"""One run, from its config to its record: read `run` first.

It imports runs, dashboards and what lies below; nothing but the entry and `scripting` imports it.
"""

from shoal.system.imports import import_lightning

import_lightning()
