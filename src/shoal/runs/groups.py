"""The groups of a run's config: pictures, budget, folders; its recipe is in `task`."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Self

from shoal.data.degradation import BICUBIC, DEGRADATIONS
from shoal.errors import UserError
from shoal.system.fields import mapping, node
from shoal.system.readers import folder_name, one_of, whole

APART = ".debug"  # a folder below that of runs, and below that of findings
SET_NAME = re.compile(r"\w[\w.+-]*")  # stands in tables, and in names of files
LONGEST = 80  # bytes of a name: a folder's has up to three, and 255 are what file systems take
Node = dict[str, Any]  # what Hydra builds: a `_target_` and its arguments


def _copies(key: str, value: Any) -> list[float]:
    """Factors of smaller copies, the largest first: their order decides nothing."""
    numbers = isinstance(value, list) and all(type(each) in (int, float) for each in value)
    if not numbers or len(set(value)) < len(value) or not all(0 < each < 1 for each in value):
        raise UserError(f"{key}={value} is no list of factors between 0 and 1, e.g. [0.8,0.6]")
    return sorted(value, reverse=True)


def require_short(key: str, name: str) -> None:
    """Refuse a name that is one part of several of a folder's, and too long for it."""
    if len(name.encode()) > LONGEST:
        raise UserError(f"{key}={name} is {len(name)} characters long: a folder's part takes 80")


def _require_part(key: str, name: str) -> None:
    if not SET_NAME.fullmatch(name):
        raise UserError(f"{key}={name} can't be part of a folder's name: give another")
    require_short(key, name)


@dataclass(frozen=True)
class Data:
    """The pictures: lists of sets and folders, or, where the name is `folder`, a folder each.

    In a list stands a set of the catalogue, a folder, or a folder by a name for tables, `{mine:
    photos}`. `val` and `test` may be None: see `data.selection`. What becomes of LR pictures beside
    being made smaller is `degradation`, in training and on the curve. `copies` are factors of
    smaller copies of each training picture, which are trained on beside it.
    """

    name: str
    train: list[str | dict[str, str]] | str
    val: list[str | dict[str, str]] | str | None
    test: list[str | dict[str, str]] | str | None
    degradation: Annotated[str, one_of(DEGRADATIONS)] = BICUBIC
    copies: Annotated[list[float], _copies] = field(default_factory=list)

    def __post_init__(self) -> None:
        _require_part("data.name", self.name)
        for role in ("train", "val", "test"):
            value = getattr(self, role)
            if value is not None or role == "train":
                self._require_role(f"data.{role}", value)

    def _require_role(self, key: str, value: Any) -> None:
        if isinstance(value, list) and value:
            for entry in value:
                _require_entry(key, entry)
        elif self.name == "folder":
            folder_name(key, value)
        else:
            raise UserError(f"{key}={value} is not a list of sets: for a folder add data=folder")


def _require_entry(key: str, entry: Any) -> None:
    """Refuse what is neither a set, nor a folder, nor a folder by a name."""
    name, folder = next(iter(entry.items())) if isinstance(entry, dict) and entry else ("-", entry)
    named = not isinstance(entry, dict) or (len(entry) == 1 and isinstance(name, str))
    if not (named and isinstance(folder, str) and folder.strip()):
        raise UserError(f"{key} has {entry}: write a set, a folder, or {{NAME: folder}}")
    if isinstance(entry, dict) and not SET_NAME.fullmatch(name):
        raise UserError(f"{key} has the name {name!r}: write letters, digits and any of . + - _")


COLUMN = re.compile(r"[a-z][a-z0-9_]*")
GIVEN = ("levels", "unit", "unit_rgb")  # see evaluation.columns
TAKEN = ("psnr", "ssim", "images", "dataset", "image", "protocol", "arm", "scale", "seed", "id")


def metric_columns(key: str, value: Any) -> dict[str, Node]:
    """Columns of scores beside PSNR and SSIM, by name: a metric, and what it is given."""
    tree = {} if value is None else mapping(key, value)
    for name, entry in tree.items():
        place = f"{key}.{name}"
        if not (isinstance(name, str) and COLUMN.fullmatch(name)) or name in TAKEN:
            raise UserError(f"{place} can't be a column: take letters and digits, and none of ours")
        if not isinstance(entry, dict) or entry.keys() != {"metric", "given"}:
            raise UserError(f"{place} needs metric (its _target_ and arguments) and given, no more")
        one_of(GIVEN)(f"{place}.given", entry["given"])
        node()(f"{place}.metric", entry["metric"])
    return tree


@dataclass(frozen=True)
class Budget:
    """How long a run trains, with what batches (HR pixels), and how many pictures are scored."""

    name: str
    max_steps: Annotated[int, whole(1)]
    val_every: Annotated[int, whole(1)]
    batch_size: Annotated[int, whole(1)]
    patch_size: Annotated[int, whole(1)]
    val_pictures: Annotated[int | None, whole(1, null=True)]
    test_pictures: Annotated[int | None, whole(1, null=True)]

    def __post_init__(self) -> None:
        _require_part("budget.name", self.name)


DEBUGGING = {"detect_anomaly", "limit_train_batches", "profiler"}


@dataclass(frozen=True)
class Debug:
    """What only a run that looks for mistakes may ask of Lightning's Trainer."""

    name: str
    trainer: Annotated[dict[str, Any], mapping]

    def __post_init__(self) -> None:
        if other := sorted(self.trainer.keys() - DEBUGGING):
            known = ", ".join(sorted(DEBUGGING))
            raise UserError(f"debug.trainer.{other[0]} is none of debugging's: there are {known}")


@dataclass(frozen=True)
class Paths:
    """Folders: of runs, of downloaded pictures, of findings, of decoded pictures."""

    runs: Path
    data: Path
    experiments: Path
    cache: Path

    def apart(self) -> Self:
        """Where runs and findings lie that nothing real may be taken for."""
        runs, experiments = (
            path if path.name == APART else path / APART for path in (self.runs, self.experiments)
        )
        return replace(self, runs=runs, experiments=experiments)
