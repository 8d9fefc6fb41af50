"""`plan=true`: what a grid would make and take is said, and nothing is started."""

from collections.abc import Sequence

from omegaconf import DictConfig

from shoal.errors import UserError
from shoal.grid.local import LocalRunner
from shoal.grid.planned import PlannedRun


def only_plans(master: DictConfig) -> bool:
    """Whether nothing is to be started: `plan=true`.

    Raises:
        UserError: it is neither true nor false.
    """
    if not isinstance(master.plan, bool):
        raise UserError(f"plan={master.plan} is neither true nor false")
    return master.plan


def foretell(runs: Sequence[PlannedRun], lines: Sequence[str]) -> None:
    """Say what a grid would make, and what else is known of it, and start nothing."""
    print(LocalRunner(runs, runs[0].config.jobs).overview())
    for run in {run.folder.id: run for run in runs}.values():
        print(f"  {run.folder.id}  {run.state()}")
    print("\n".join(lines), end="\n" if lines else "", flush=True)
