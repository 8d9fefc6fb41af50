"""A search from its config to its findings."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from omegaconf import DictConfig

from shoal.data.sets import PictureSet
from shoal.errors import UserError
from shoal.grid.outcome import Outcome
from shoal.grid.overrides import key
from shoal.grid.planned import PlannedRun
from shoal.runs import plans
from shoal.runs.findings import README
from shoal.runs.identity import short_digest
from shoal.search import findings
from shoal.search.findings import Search
from shoal.search.searcher import Searcher
from shoal.search.settings import Settings
from shoal.search.space import suggestions
from shoal.search.trials import Trials
from shoal.system.files import write_whole


def search(
    name: str,
    tree: DictConfig,
    given: Sequence[str],
    compose: Callable[[Sequence[str]], PlannedRun],
    command: str,
) -> list[Outcome]:
    """Make a study's trials, interrupted ones first, and write findings.

    Args:
        name: the file's name in `conf/hparams_search`.
        tree: the group `search` of the config.
        given: the user's overrides for all trials.
        compose: composes a run from overrides.
        command: what the user typed.

    Returns:
        The outcomes of the runs that this call has made.

    Raises:
        UserError: a setting is invalid, or values would be chosen by a test set.
        GridStopped: a signal asked for a stop.
    """
    settings = Settings.of(tree)
    space = suggestions(settings.space)
    if taken := [text for text in given if key(text) in space]:
        raise UserError(f"{taken[0]}: the search sets {key(taken[0])}")
    base = compose(given)
    for pictures in base.selection.val:
        _require_no_test(pictures, base.config.data.name)
    text = json.dumps([base.folder.id, settings.space])
    digest = short_digest(text)
    config = base.config
    judge = " and ".join(each.name for each in base.selection.val)
    asked = f"{config.name}-{config.data.name}-x{config.scale}-{config.budget.name}-{digest}"
    about = Search(name, asked, config.name, judge, command, given, list(space))
    runs = config.paths.runs
    trials = Trials(about.title, settings, space, runs / plans.FOLDER / f"{about.title}.db")
    searcher = Searcher(trials, lambda texts: compose([*given, *texts]), runs, config.jobs)
    try:
        outcomes = searcher.run()
    finally:  # a search that is stopped also reports what it knows by then
        _report(about, trials, config.paths.experiments)
    return list(outcomes.values())


def _require_no_test(pictures: PictureSet, data: str) -> None:
    if pictures.role == "test":
        raise UserError(
            f"data={data}: its curve is drawn on {pictures.name}, a test set, which must choose"
            " nothing: take data=t91_judge"
        )


def _report(about: Search, trials: Trials, out: Path) -> None:
    best = trials.best()
    if best is None:
        print("no trial has finished yet", flush=True)
        return
    folder = findings.write(about, trials.study, best, out)
    from shoal.report.index import index  # here: its package takes seconds to import

    write_whole(out / README, index(out))
    print(f"best: trial {best.number}, {best.value:.2f} dB", flush=True)
    print(f"  {findings.best_command(about, best)}", flush=True)
    print(f"report: {folder / README}", flush=True)


def failed(outcomes: Sequence[Outcome]) -> int:
    """Return how many runs the same command would try again."""
    return sum(outcome.to_do for outcome in outcomes)
