"""Which pictures a config trains on, validates with and is scored on. Imports no PyTorch."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shoal.data.catalog import find, locate, picture_set
from shoal.data.sets import USER, PictureSet, folder_set
from shoal.errors import UserError

ROLES = ("train", "order", "val")  # keys of digests that aren't names of test sets
HELD_OUT = 20  # every 20th training picture is held out if there are no validation pictures


@dataclass(frozen=True)
class Selection:
    """The picture sets of a run, by role."""

    train: tuple[PictureSet, ...]
    val: tuple[PictureSet, ...]
    test: tuple[PictureSet, ...]

    def digests(self) -> dict[str, str]:
        """Digests: `train` and its `order`, `val`, and each test set by its name."""
        train, val = joint(self.train), joint(self.val)
        roles = {"train": train.digest, "order": train.order, "val": val.digest}
        return roles | {test_key(pictures): pictures.scored for pictures in self.test}

    def learnt(self) -> dict[str, int]:
        """How many pictures of a test set are training pictures too, for sets with any."""
        known = {file.content for pictures in self.train for file in pictures.files}
        counts = {each.name: sum(f.content in known for f in each.files) for each in self.test}
        return {name: count for name, count in counts.items() if count}

    def require(self, root: Path) -> None:
        """Make sure that all pictures exist, before hours of work with some of them.

        Raises:
            UserError: pictures are missing; the message names the command that fetches them all.
        """
        sets = tuple(dict.fromkeys((*self.train, *self.val, *self.test)))
        missing = [s for s in sets if not all(file.under(root).is_file() for file in s.files)]
        if missing:
            locate(joint(missing), root)


def test_key(pictures: PictureSet) -> str:
    """The key of a test set's digest: its name, marked if it is that of a role."""
    return f"{pictures.name} (test)" if pictures.name in ROLES else pictures.name


def joint(sets: Sequence[PictureSet]) -> PictureSet:
    """All pictures of several sets as one."""
    files = tuple(file for pictures in sets for file in pictures.files)
    return replace(sets[0], name="+".join(pictures.name for pictures in sets), files=files)


# The name of a set of the catalogue, a folder, or {NAME: folder} with the name for tables.
Entry = str | Mapping[str, str]
Role = str | Sequence[Entry] | None


def select(train: Role, val: Role, test: Role) -> Selection:
    """The sets of a `data` config.

    Args:
        train: a folder, or a list of sets to use together: names of the catalogue's sets, or
            folders.
        val: the same; None: hold out every 20th training picture.
        test: the same, each set scored by itself; None: the validation pictures.

    Raises:
        UserError: a set is unknown, a folder is missing or has too few pictures, or two test sets
            have the same name.
    """
    trained, validated = _sets(train, "train"), _sets(val, "val")
    if val is None:
        kept, held = hold_out(joint(trained))
        trained, validated = (kept,), (held,)
    tested = validated if test is None else _sets(test, "test")  # listed by name
    chosen = Selection(_by_content(trained), _by_content(validated), tested)
    _require_names(chosen)
    return chosen


def _by_content(sets: tuple[PictureSet, ...]) -> tuple[PictureSet, ...]:
    """Sets with a user's own in order of content, which renaming files doesn't change."""
    return tuple(each.by_content if each.role == USER else each for each in sets)


def _sets(role: Role, key: str) -> tuple[PictureSet, ...]:
    if isinstance(role, str):
        return (_folder(role),)
    return tuple(_set(entry, f"data.{key}") for entry in role or ())


def _set(entry: Entry, key: str) -> PictureSet:
    if isinstance(entry, Mapping):
        ((name, path),) = entry.items()
        return folder_set(_expanded(path), name)
    if find(entry) is None and (os.sep in entry or _expanded(entry).is_dir()):
        return _folder(entry)
    try:
        return picture_set(entry)
    except UserError as error:
        raise UserError(f"{key}: {error}; a folder of your own is ./{entry}") from None


def _folder(path: str) -> PictureSet:
    folder = _expanded(path)
    return folder_set(folder, folder.resolve().name or "pictures")


def _expanded(path: str) -> Path:
    """A path as it is typed, with `~` replaced by the home folder."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UserError(f"{path}: no home folder of that user is known: write it out") from None


def _require_names(chosen: Selection) -> None:
    """Refuse test sets whose names stand for other pictures too."""
    seen: dict[str, PictureSet] = {}
    for pictures in chosen.test:
        known = find(pictures.name)
        if pictures.name in seen:
            raise _rename(pictures, "twice")
        if known is not None and known.digest != pictures.digest:
            raise _rename(pictures, f"of other pictures, {known.name} of the literature")
        seen[pictures.name] = pictures


def _rename(pictures: PictureSet, whose: str) -> UserError:
    words = f"data.test has the name {pictures.name} {whose}"
    where = pictures.files[0].folder
    return UserError(f"{words}: rename a folder in tables by data.test=[{{NAME: {where}}}]")


def hold_out(pictures: PictureSet) -> tuple[PictureSet, PictureSet]:
    """Split off every 20th picture in order of content, at least one; both parts keep their order.

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
