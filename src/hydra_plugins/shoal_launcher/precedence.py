"""Our launchers named `submitit_...` and `ray` before those of Hydra's plugins, if installed."""

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigStore
from hydra.plugins.search_path_plugin import SearchPathPlugin

OURS = ("submitit_local", "submitit_slurm", "ray")


class Precedence(SearchPathPlugin):
    """Forgets the plugins' schemas: Hydra would hold our files of the same name to them.

    It is a plugin of this kind since these come in after all plugins have been imported, and
    before anything is composed.
    """

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Leave the search path as it is."""
        launchers = ConfigStore.instance().repo["hydra"]["launcher"]
        for name in OURS:
            launchers.pop(f"{name}.yaml", None)
