"""`plan=true`: what a grid would make and take is said, and nothing is started."""

from collections.abc import Mapping, Sequence

from omegaconf import DictConfig

from shoal.errors import UserError
from shoal.grid.local import LocalRunner
from shoal.grid.planned import PlannedRun, State
from shoal.grid.runner import titled
from shoal.runs.predecessor import changed_since_last


def only_plans(master: DictConfig) -> bool:
    """Whether nothing is to be started: `plan=true`.

    Raises:
        UserError: it is neither true nor false.
    """
    if not isinstance(master.plan, bool):
        raise UserError(f"plan={master.plan} is neither true nor false")
    return master.plan


def foretell(
    runs: Sequence[PlannedRun], titles: Mapping[tuple[str, ...], str], lines: Sequence[str]
) -> None:
    """Say what a grid would make, and what else is known of it, and start nothing.

    Args:
        runs: of the grid.
        titles: what they are called, by their overrides.
        lines: what else is known.
    """
    print(LocalRunner(runs, runs[0].config.jobs).overview())
    for run in {run.folder.id: run for run in runs}.values():
        state = run.state()
        since = changed_since_last(run.run) if state == State.TODO else ""
        name = titled(titles.get(run.overrides, ""), run.folder.id)
        print(f"  {name}  {state}{f' ({since})' if since else ''}")
    print("\n".join(lines), end="\n" if lines else "", flush=True)
