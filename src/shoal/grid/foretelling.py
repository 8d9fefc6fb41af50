"""`plan=true`: prints what a grid would make and how long it would take; starts nothing."""

from collections.abc import Mapping, Sequence

from omegaconf import DictConfig

from shoal.errors import UserError
from shoal.grid.local import LocalRunner
from shoal.grid.planned import PlannedRun, State
from shoal.grid.runner import titled
from shoal.runs.predecessor import changed_since_last


def only_plans(master: DictConfig) -> bool:
    """Whether the grid is only to be printed: `plan=true`.

    Raises:
        UserError: it is neither true nor false.
    """
    if not isinstance(master.plan, bool):
        raise UserError(f"plan={master.plan} is neither true nor false")
    return master.plan


def foretell(
    runs: Sequence[PlannedRun], titles: Mapping[tuple[str, ...], str], lines: Sequence[str]
) -> None:
    """Print what a grid would make.

    Args:
        runs: the grid's runs.
        titles: their titles, by their overrides.
        lines: further lines to print.
    """
    print(LocalRunner(runs, runs[0].config.jobs).overview())
    for run in {run.folder.id: run for run in runs}.values():
        state = run.state()
        since = changed_since_last(run.run) if state == State.TODO else ""
        name = titled(titles.get(run.overrides, ""), run.folder.id)
        print(f"  {name}  {state}{f' ({since})' if since else ''}")
    print("\n".join(lines), end="\n" if lines else "", flush=True)
