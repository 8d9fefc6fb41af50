"""What `shoal data list`, `show` and `fetch` print."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.progress import TaskID
from rich.table import Table

from shoal.data.catalog import names, picture_set
from shoal.data.fetch import fetch
from shoal.data.mirrors import DEFAULT_MIRRORS
from shoal.data.outcome import Outcome
from shoal.data.sets import PictureSet
from shoal.data.sources import Member, Source
from shoal.errors import one_line
from shoal.pictures.degrade import wrong_values
from shoal.pictures.images import read
from shoal.system.progress import bars
from shoal.system.screen import screen


def print_list(root: Path) -> None:
    """Print a table of all sets, and whether their files are under `root`."""
    table = Table("set", "role", "pictures", "here", "terms of use")
    for pictures in map(picture_set, names()):
        count = str(len(pictures.files))
        table.add_row(pictures.name, pictures.role, count, here(pictures, root), pictures.terms)
    console = screen()
    console.print(table)
    console.print(f"here: in {root}; fetch sets with `shoal data fetch NAME...`", highlight=False)


def here(pictures: PictureSet, root: Path) -> str:
    """How many of a set's files exist: `yes`, `no`, or e.g. `3 of 5`."""
    found = sum(file.under(root).is_file() for file in pictures.files)
    if found == len(pictures.files):
        return "yes"
    return f"{found} of {len(pictures.files)}" if found else "no"


def print_set(name: str, root: Path) -> None:
    """Print what the catalogue says of one set, a line per fact."""
    pictures = picture_set(name)
    sources = sorted({_told(file.source) for file in pictures.files if file.source})
    facts = {
        "set": f"{pictures.name}, {len(pictures.files)} pictures, role {pictures.role}",
        "here": f"{here(pictures, root)} ({pictures.files[0].under(root).parent})",
        "citation": pictures.citation,
        "terms": pictures.terms,
        "notes": pictures.notes,
        "source": "; ".join(sources) or "nothing to fetch",
        "digest": pictures.digest,
    }
    for fact, text in facts.items():
        print(f"{fact + ':':<10}{text}")
    for file in pictures.files:
        if about := "; ".join(filter(None, [file.why, file.credit])):
            print(f"  {file.name}: {about}")


def _told(source: Source | Member) -> str:
    if isinstance(source, Member):
        archive = source.archive
        return f"{archive.urls[0]}, {archive.size / 1e6:,.0f} MB, SHA-256 {archive.sha256}"
    return f"github.com/{source.repository} at {source.commit}"


def print_edges(pairs: Iterable[tuple[Path, Path]]) -> None:
    """Print which MATLAB made each LR picture, and how many each MATLAB made.

    Args:
        pairs: the files of each LR picture and its HR picture.

    Raises:
        UserError: a picture can't be read.
    """
    kinds = Counter[str]()
    for lr, hr in pairs:
        wrong = wrong_values(read(lr).pixels, read(hr).pixels)
        fits = [edges for edges, count in wrong.items() if not count]
        kind = " and ".join(fits) or "neither"
        kinds[kind] += 1
        told = ", ".join(f"{count} values off {edges}" for edges, count in wrong.items())
        said = f"{lr}: {kind} ({told or 'another size, depth or number of channels'})"
        print(one_line(said))
    print("; ".join(f"{kind}: {count}" for kind, count in kinds.most_common()))


def fetch_and_tell(
    wanted: Sequence[str], root: Path, mirrors: Sequence[str] = DEFAULT_MIRRORS
) -> None:
    """Fetch sets with a progress bar, then print what was done and the sets' terms of use.

    Raises:
        UserError: as `fetch`, or no mirror has delivered some files.
    """
    sets = [picture_set(name) for name in wanted]
    with bars() as bar:
        tasks: dict[str, TaskID] = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what)
            bar.update(tasks[what], completed=done, total=total)

        outcome = fetch(wanted, root, mirrors, advance)
    for line in _summary(sets, root, outcome):
        print(line)
    outcome.check()


def _summary(sets: Iterable[PictureSet], root: Path, outcome: Outcome) -> Iterable[str]:
    for file in sorted(outcome.replaced):
        yield f"{file} had other bytes than the catalogue's and was fetched again"
    new, old = len(outcome.fetched) + len(outcome.replaced), len(outcome.kept)
    if new or old or outcome.failed:
        yield f"{root}: {new} fetched, {old} already there, {len(outcome.failed)} failed"
    for pictures in sets:
        if pictures.downloads:
            yield f"{pictures.name}: {pictures.terms}"
            yield f"  please cite: {pictures.citation}"
        else:
            yield f"{pictures.name}: inside scikit-image, nothing to fetch"
