"""Merges another machine's runs into a folder: verified, and never over a finished run."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shoal.errors import UserError, first_line
from shoal.runs import plans
from shoal.runs.folder import RunFolder
from shoal.runs.taken import Refused, copied, plain_file
from shoal.runs.verify import allowed, problems
from shoal.system.files import write_whole


def merge(other: Path, runs: Path, data: Path, *, trust: bool) -> Iterator[tuple[str, str, bool]]:
    """Copy the finished runs of another folder, and the plans of its experiments.

    Args:
        other: a folder of runs; nothing in it is changed.
        runs: the folder that gets them.
        data: the folder of the downloadable picture sets, for verifying scores.
        trust: also build networks that are not Shoal's own.

    Yields:
        The name of a run or a plan, what happened, and whether it was refused.

    Raises:
        UserError: `other` is no folder, both folders are the same, or `runs` can't be written.
    """
    if not other.is_dir():
        raise UserError(f"{other} is not a folder of runs")
    if other.resolve() == runs.resolve():
        raise UserError(f"{other} and {runs} are the same folder")
    try:
        runs.mkdir(parents=True, exist_ok=True)
        for theirs in (RunFolder(path) for path in sorted(other.iterdir())):
            try:
                if not _is_run(theirs):
                    continue
                yield theirs.id, _bring(theirs, RunFolder(runs / theirs.id), data, trust), False
            except (Refused, UserError) as error:
                yield theirs.id, f"refused: {error}", True
        yield from _plans(other / plans.FOLDER, runs / plans.FOLDER)
    except OSError as error:
        raise UserError(f"{runs} can't take them: {error}") from None


def _is_run(theirs: RunFolder) -> bool:
    try:
        return theirs.finished or bool(theirs.status())
    except OSError as error:
        raise Refused(f"it can't be read ({error.strerror})") from None


def _bring(theirs: RunFolder, ours: RunFolder, data: Path, trust: bool) -> str:
    if not theirs.finished:
        return f"left: it is {theirs.status().get('state', 'begun')} there"
    if theirs.adopted_from:
        return f"left: it was adopted from {theirs.adopted_from} there, without weights"
    if ours.finished:
        return _kept(theirs, ours)
    if ours.status().get("state") == "diverged":
        raise Refused("it has diverged here")
    # Copied before it is verified, so that the copy is what has been verified.
    with tempfile.TemporaryDirectory(dir=ours.path.parent, prefix=".merging-") as beside:
        copy = copied(theirs, Path(beside))
        if found := list(problems(copy, data, trust=trust)):
            raise Refused("; ".join(found))
        return _put(copy, ours)


def _put(copy: RunFolder, ours: RunFolder) -> str:
    """Move a verified copy to its place; it replaces an unfinished run that no process works on."""
    if not ours.path.exists():
        copy.path.rename(ours.path)
        return "brought"
    try:
        with ours.locked():
            if ours.finished:  # it has finished meanwhile
                return _kept(copy, ours)
            ours.path.rename(copy.path.with_name("unfinished"))
            copy.path.rename(ours.path)
    except UserError as error:
        raise Refused(error) from None
    return "brought, in place of an unfinished one"


def _kept(theirs: RunFolder, ours: RunFolder) -> str:
    """Compare a run that both have finished; ours is kept in any case.

    Raises:
        Refused: theirs has other weights or scores, or a record is damaged.
    """
    try:
        there, here = theirs.record("scores"), ours.record("scores")
        same = there["weights_sha256"] == here["weights_sha256"]
        differing = [] if same else ["weights"]
        differing += _other_scores(there["scores"], here["scores"], allowed(there, here))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused(f"a record is damaged ({first_line(error)})") from None
    if differing:
        raise Refused(f"finished here with other {' and '.join(differing)}; ours is kept")
    return "kept: the same here"


def _other_scores(
    there: dict[str, Any], here: dict[str, Any], equal: Mapping[str, float]
) -> Iterator[str]:
    """Yield the test sets in both records whose scores differ."""
    for name in there.keys() & here.keys():
        for protocol in there[name].keys() & here[name].keys():
            one, other = there[name][protocol], here[name][protocol]
            if any(abs(one[kind] - other[kind]) > most for kind, most in equal.items()):
                yield f"scores on {name} by {protocol}"


def _plans(theirs: Path, ours: Path) -> Iterator[tuple[str, str, bool]]:
    """Copy the plans of experiments, which `shoal report` starts from; yields as `merge` does."""
    for path in sorted(theirs.glob("*.json")):
        if (ours / path.name).exists():
            continue
        try:
            content = plain_file(path)
        except Refused as error:
            yield path.stem, f"plan refused: {error}", True
            continue
        ours.mkdir(exist_ok=True)
        write_whole(ours / path.name, content)
        yield path.stem, "plan brought", False
