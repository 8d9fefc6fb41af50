"""Which pictures become which files; whatever is in the way is said before any work."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shoal.errors import UserError
from shoal.pictures import formats
from shoal.pictures.finding import pictures
from shoal.pictures.targets import require_free


@dataclass(frozen=True)
class Job:
    """One picture to enlarge.

    Attributes:
        source: the picture.
        target: the file to write.
        comparison: the file for the picture beside bicubic, or None.
    """

    source: Path
    target: Path
    comparison: Path | None

    @property
    def written(self) -> list[Path]:
        """All files that come of it."""
        return [self.target] if self.comparison is None else [self.target, self.comparison]


def plan(
    paths: Sequence[Path], output: Path, kind: str | None, *, compare: bool, force: bool
) -> list[Job]:
    """Pictures, and those in folders, with the files that they become.

    Args:
        paths: pictures and folders of them.
        output: a folder; or, where one picture goes in, a file name with a picture's suffix.
        kind: a format of `formats.FORMATS`; if None, what `output` says, else PNG.
        compare: whether a comparison is written too, `<stem>-compare.png`.
        force: whether files that are there may be replaced.

    Raises:
        UserError: a path isn't there, two pictures would become one file, one would become
            itself, or a file is in the way.
    """
    sources = [file for path in paths for file in _pictures(path)]
    if formats.of(output) is not None and not output.is_dir():
        targets = [_file(output, sources, kind)]
    else:
        suffix = formats.FORMATS[kind or "png"].suffixes[0]
        targets = [output / f"{source.stem}{suffix}" for source in sources]
    jobs = [
        Job(source, target, target.with_name(f"{target.stem}-compare.png") if compare else None)
        for source, target in zip(sources, targets, strict=True)
    ]
    require_free(((job.source, job.written) for job in jobs), force=force)
    return jobs


def _pictures(path: Path) -> list[Path]:
    try:
        return list(pictures([path]))
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror})") from None


def _file(output: Path, sources: Sequence[Path], kind: str | None) -> Path:
    if len(sources) > 1:
        raise UserError(f"{output} is one file, but {len(sources)} pictures go in: name a folder")
    if kind is not None and formats.of(output) != formats.FORMATS[kind]:
        raise UserError(f"{output} is no name for --format {kind}: leave one of them out")
    return output
