"""Which pictures become which files; a picture that can't be written doesn't stop the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shoal.errors import UserError
from shoal.pictures.targets import in_the_way
from shoal.upscale.naming import is_file, suffix
from shoal.upscale.sources import absolute, found


@dataclass(frozen=True)
class Job:
    """One picture to enlarge.

    Attributes:
        source: the picture.
        targets: the file to write for each model.
        comparison: the file for the comparison with bicubic, or None.
    """

    source: Path
    targets: tuple[Path, ...]
    comparison: Path | None

    @property
    def written(self) -> list[Path]:
        """All files that are written for it."""
        return [*self.targets, *([] if self.comparison is None else [self.comparison])]

    @property
    def is_done(self) -> bool:
        """Whether all of these files exist."""
        return all(path.exists() for path in self.written)


@dataclass(frozen=True)
class Plan:
    """What to enlarge, and what to leave out.

    Attributes:
        jobs: in the order of the pictures.
        refused: the pictures and folders that can't be done, with the reasons.
        kept: how many pictures are left out since their results exist.
    """

    jobs: list[Job]
    refused: dict[Path, str]
    kept: int


@dataclass(frozen=True)
class Wanted:
    """How files are written.

    Attributes:
        output: a folder; for a single picture also a file name with a picture's suffix.
        factor: the part of file names that says how much larger: `x4`, `3840x`.
        models: the part that names the network, if there are several; else one empty text.
        kind: a format of `formats.FORMATS`, or `same`; None: that of `output`, else PNG.
        compare: whether a comparison is written too, `<name>-compare.png`.
        force: whether existing files may be replaced.
        skip_existing: whether pictures whose results exist are left out.
    """

    output: Path
    factor: str
    models: Sequence[str] = ("",)
    kind: str | None = None
    compare: bool = False
    force: bool = False
    skip_existing: bool = False


def plan(paths: Sequence[Path], wanted: Wanted) -> Plan:
    """Plan which files become of pictures, and of those in folders and their sub-folders.

    Raises:
        UserError: a path doesn't exist, the output's name doesn't fit, or nothing is left to do.
    """
    single = is_file(wanted.output, wanted.kind)
    sources = found(paths, wanted.output)
    if single and len(sources.places) > 1:
        many = len(sources.places)
        raise UserError(f"{wanted.output} is one file, but {many} pictures go in: name a folder")
    if single and len(wanted.models) > 1:
        raise UserError(f"{wanted.output} is one file, but there are several models: name a folder")
    jobs = [_job(source, place, wanted, single) for source, place in sources.places.items()]
    return _allowed(_without_results(jobs, paths), sources.unread, wanted)


def _without_results(jobs: Sequence[Job], paths: Sequence[Path]) -> list[Job]:
    """Leave out results of an earlier call that lie beside their pictures, unless named."""
    named = {absolute(path) for path in paths}
    results = {absolute(path) for job in jobs for path in job.written}
    return [job for job in jobs if absolute(job.source) not in results - named]


def _job(source: Path, place: Path, wanted: Wanted, single: bool) -> Job:
    if single:
        targets, sheet = [wanted.output], wanted.output
    else:
        folder, ends = wanted.output / place, suffix(source, wanted.kind)
        sheet = folder / f"{source.stem}_{wanted.factor}"
        parts = [f"{model}_{wanted.factor}" if model else wanted.factor for model in wanted.models]
        targets = [folder / f"{source.stem}_{part}{ends}" for part in parts]
    stem = sheet.stem if single else sheet.name  # of x2.5, the 5 is no suffix
    comparison = sheet.with_name(f"{stem}-compare.png") if wanted.compare else None
    return Job(source, tuple(targets), comparison)


def _allowed(jobs: Sequence[Job], unread: Mapping[Path, str], wanted: Wanted) -> Plan:
    left = [job for job in jobs if not (wanted.skip_existing and job.is_done)]
    kept = len(jobs) - len(left)
    reasons = in_the_way([(job.source, job.written) for job in left], force=wanted.force)
    refused = {**unread, **reasons}
    allowed = [job for job in left if job.source not in reasons]
    if not allowed and not kept and refused:
        raise UserError(next(iter(refused.values())))
    return Plan(allowed, refused, kept)
