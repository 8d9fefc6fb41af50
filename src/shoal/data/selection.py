"""Which pictures a config trains on, draws its curve with, and is scored on. Imports no torch."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shoal.data.catalog import PictureSet, find, folder_set, locate, picture_set
from shoal.errors import UserError

HELD_OUT = 20  # of a folder without validation pictures, every 20th is held out


@dataclass(frozen=True)
class Selection:
    """The picture sets of a run, by role."""

    train: tuple[PictureSet, ...]
    val: tuple[PictureSet, ...]
    test: tuple[PictureSet, ...]

    def digests(self) -> dict[str, str]:
        """Content digests: `train`, `val`, and each test set by its name."""
        tests = {pictures.name: pictures.digest for pictures in self.test}
        # A test set of such a name has the same pictures: see `_require_names`.
        return {"train": joint(self.train).digest, "val": joint(self.val).digest} | tests

    def require(self, root: Path) -> None:
        """Make sure that all pictures are there, before hours of work with some of them.

        Raises:
            UserError: pictures are missing; the message names the one command that gets them all.
        """
        sets = tuple(dict.fromkeys((*self.train, *self.val, *self.test)))
        missing = [s for s in sets if not all(file.under(root).is_file() for file in s.files)]
        if missing:
            locate(joint(missing), root)


def joint(sets: Sequence[PictureSet]) -> PictureSet:
    """All pictures of several sets as one."""
    files = tuple(file for pictures in sets for file in pictures.files)
    return replace(sets[0], name="+".join(pictures.name for pictures in sets), files=files)


# A set of the catalogue, a folder, or a folder under a name that tables show.
Entry = str | Mapping[str, str]
Role = str | Sequence[Entry] | None


def select(name: str, train: Role, val: Role, test: Role) -> Selection:
    """The sets of a `data` config.

    Args:
        name: `folder`, where a word is a folder; in a list a word is a set of the catalogue first.
        train: of which each is used, together.
        val: the same; None holds every 20th training picture out.
        test: the same, each scored apart; None: the validation pictures.

    Raises:
        UserError: a set is unknown, a folder is missing or has too few pictures, or two test sets
            would be one in a table.
    """
    trained, validated = _sets(train, "train"), _sets(val, "val")
    if val is None:
        kept, held = hold_out(joint(trained))
        trained, validated = (kept,), (held,)
    chosen = Selection(trained, validated, validated if test is None else _sets(test, "test"))
    _require_names(chosen)
    return chosen


def _sets(role: Role, key: str) -> tuple[PictureSet, ...]:
    if isinstance(role, str):
        return (_folder(role),)
    return tuple(_set(entry, f"data.{key}") for entry in role or ())


def _set(entry: Entry, key: str) -> PictureSet:
    if isinstance(entry, Mapping):
        ((name, path),) = entry.items()
        return folder_set(Path(path).expanduser(), name)
    if find(entry) is None and (os.sep in entry or Path(entry).expanduser().is_dir()):
        return _folder(entry)
    try:
        return picture_set(entry)
    except UserError as error:
        raise UserError(f"{key}: {error}; a folder of your own is ./{entry}") from None


def _folder(path: str) -> PictureSet:
    folder = Path(path).expanduser()
    return folder_set(folder, folder.resolve().name or "pictures")


def _require_names(chosen: Selection) -> None:
    """Refuse test sets whose scores would be taken for those of other pictures."""
    seen: dict[str, PictureSet] = {}
    for pictures in chosen.test:
        known = find(pictures.name)
        if pictures.name in seen:
            raise _rename(pictures, "twice")
        if known is not None and known.digest != pictures.digest:
            raise _rename(pictures, f"of other pictures, {known.name} of the literature")
        role = {"train": chosen.train, "val": chosen.val}.get(pictures.name)
        if role and joint(role).digest != pictures.digest:
            raise _rename(pictures, f"of other pictures, those of data.{pictures.name}")
        seen[pictures.name] = pictures


def _rename(pictures: PictureSet, whose: str) -> UserError:
    words = f"data.test has the name {pictures.name} {whose}"
    where = pictures.files[0].folder
    return UserError(f"{words}: give a folder another, data.test=[{{NAME: {where}}}]")


def hold_out(pictures: PictureSet) -> tuple[PictureSet, PictureSet]:
    """Split off every 20th picture, at least one.

    Raises:
        UserError: there is only one.
    """
    if len(pictures.files) < 2:
        raise UserError(f"data.train={pictures.files[0].folder} has one picture: give data.val too")
    held = pictures.files[HELD_OUT - 1 :: HELD_OUT] or pictures.files[-1:]
    out = set(held)
    kept = tuple(file for file in pictures.files if file not in out)
    return replace(pictures, files=kept), replace(pictures, name=f"{pictures.name}-val", files=held)
