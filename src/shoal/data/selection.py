"""Which pictures a config trains on, draws its curve with, and is scored on. Imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shoal.data.catalog import PictureSet, folder_set, locate, picture_set
from shoal.errors import UserError

ROLES = ("train", "order", "val")  # keys of digests beside the test sets' names
HELD_OUT = 20  # of a folder without validation pictures, every 20th is held out


@dataclass(frozen=True)
class Selection:
    """The picture sets of a run, by role."""

    train: tuple[PictureSet, ...]
    val: tuple[PictureSet, ...]
    test: tuple[PictureSet, ...]

    def digests(self) -> dict[str, str]:
        """Digests: content of `train`, its `order`, content of `val`; each test set's by name."""
        train, val = joint(self.train), joint(self.val)
        roles = {"train": train.digest, "order": train.order, "val": val.digest}
        return roles | {test_key(pictures): pictures.scored for pictures in self.test}

    def require(self, root: Path) -> None:
        """Make sure that all pictures are there, before hours of work with some of them.

        Raises:
            UserError: pictures are missing; the message names the one command that gets them all.
        """
        sets = tuple(dict.fromkeys((*self.train, *self.val, *self.test)))
        missing = [s for s in sets if not all(file.under(root).is_file() for file in s.files)]
        if missing:
            locate(joint(missing), root)


def test_key(pictures: PictureSet) -> str:
    """What a test set's digest is kept by: a folder may be called `train` or `val` too."""
    return f"{pictures.name} (test)" if pictures.name in ROLES else pictures.name


def joint(sets: Sequence[PictureSet]) -> PictureSet:
    """All pictures of several sets as one."""
    files = tuple(file for pictures in sets for file in pictures.files)
    return replace(sets[0], name="+".join(pictures.name for pictures in sets), files=files)


def select(
    name: str, train: list[str] | str, val: list[str] | str | None, test: list[str] | str | None
) -> Selection:
    """The sets of a `data` config.

    Args:
        name: `folder` for folders of the user's own; whatever else names sets of the catalogue.
        train: names of sets, or a folder.
        val: the same; of a folder, None holds every 20th training picture out.
        test: the same; None: the validation pictures.

    Raises:
        UserError: a set is unknown, or a folder is missing or has too few pictures.
    """
    if name == "folder":
        return _folders(str(train), val, test)
    return Selection(*(tuple(map(picture_set, names or ())) for names in (train, val, test)))


def _folders(train: str, val: list[str] | str | None, test: list[str] | str | None) -> Selection:
    trained = _folder(train)
    if val is None:
        trained, validated = hold_out(trained)
    else:
        validated = _folder(str(val))
    tested = validated if test is None else _folder(str(test))  # listed by name
    return Selection((trained.by_content,), (validated.by_content,), (tested,))


def _folder(path: str) -> PictureSet:
    folder = Path(path)
    return folder_set(folder, folder.resolve().name or "pictures")


def hold_out(pictures: PictureSet) -> tuple[PictureSet, PictureSet]:
    """Split off every 20th picture by content, at least one; both parts keep their order.

    Raises:
        UserError: there is only one.
    """
    if len(pictures.files) < 2:
        raise UserError(f"data.train={pictures.files[0].folder} has one picture: give data.val too")
    files = pictures.by_content.files
    out = set(files[HELD_OUT - 1 :: HELD_OUT] or files[-1:])
    kept = tuple(file for file in pictures.files if file not in out)
    held = tuple(file for file in pictures.files if file in out)
    return replace(pictures, files=kept), replace(pictures, name=f"{pictures.name}-val", files=held)
