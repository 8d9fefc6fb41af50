"""`shoal runs explain`: finds the certificates behind a number."""

from collections.abc import Sequence
from pathlib import Path

from shoal.errors import UserError
from shoal.results.certificate import certificate
from shoal.results.sources import cells, from_findings, from_runs


def explain(
    model: str,
    dataset: str,
    scale: int,
    runs: Path,
    experiments: Sequence[Path],
    experiment: str | None = None,
    *,
    every: bool = False,
) -> str:
    """The origin of the score of an arm, or of all arms of a model, on a test set.

    Args:
        model: an arm's label; if no arm has that label, a model's name.
        dataset: a test set's name, e.g. `Set5`; case is ignored.
        scale: the enlargement factor.
        runs: the folder of all runs, which may be gone.
        experiments: folders of findings, which document runs that are gone.
        experiment: an experiment's name, e.g. `ablation`, or the folder of its findings, e.g.
            `ablation/t91-x3-standard`; None: all, and runs of no experiment.
        every: return all certificates, not just the newest and the number of the others.

    Returns:
        one certificate per cell and protocol. A cell is an arm of an experiment, or runs of no
        experiment. The newest comes first, short trials (`budget=smoke`) last.

    Raises:
        UserError: no finished run has such a score.
    """
    sources = [from_runs(runs, experiment), *from_findings(experiments, experiment)]
    found = [cell for source in sources for cell in cells(source, model, dataset, scale)]
    if not found:
        raise UserError(
            f"no finished run of {model}{f' in {experiment}' if experiment else ''} was scored on "
            f"{dataset} at x{scale} in {runs} or {' or '.join(map(str, experiments))}: "
            f"shoal train model={model} scale={scale}"
        )
    # A cell is found twice if both its runs and the findings that keep their rows are there.
    alone = list({cell.key: cell for cell in reversed(found)}.values())[::-1]
    alone = [cell for cell in alone if cell.arm == model] or alone
    alone.sort(key=lambda cell: cell.age, reverse=True)
    if every or len(alone) == 1:
        return "\n\n".join(map(certificate, alone))
    others = f"{len(alone) - 1} more: --all shows them, --experiment NAME those of one experiment"
    return f"{certificate(alone[0])}\n\n{others}"
