"""The groups `data`, `metrics`, `budget`, `debug` and `paths` of a run's config."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Self

from shoal.data.degradation import BICUBIC, DEGRADATIONS
from shoal.errors import UserError
from shoal.system.fields import mapping, node
from shoal.system.readers import folder_name, one_of, whole

APART = ".debug"  # the folder for debugging, below those of runs and of findings
SET_NAME = re.compile(r"\w[\w.+-]*")  # fit for tables and for names of files
LONGEST = 80  # bytes: a folder's name joins up to three names, and file systems allow 255 bytes
Node = dict[str, Any]  # an object that Hydra builds: a `_target_` and its arguments


def _copies(key: str, value: Any) -> list[float]:
    """Read factors of smaller copies; sorted, since their order makes no difference."""
    numbers = isinstance(value, list) and all(type(each) in (int, float) for each in value)
    if not numbers or len(set(value)) < len(value) or not all(0 < each < 1 for each in value):
        raise UserError(f"{key}={value} is no list of factors between 0 and 1, e.g. [0.8,0.6]")
    return sorted(value, reverse=True)


def require_short(key: str, name: str) -> None:
    """Refuse a name that is too long to be a part of a folder's name."""
    if (length := len(name.encode())) > LONGEST:
        words = f"is {length} bytes long, and a part of a folder's name takes {LONGEST}"
        raise UserError(f"{key}={name} {words}: give a shorter one")


def _require_part(key: str, name: str) -> None:
    if not SET_NAME.fullmatch(name):
        raise UserError(f"{key}={name} can't be part of a folder's name: give another")
    require_short(key, name)


@dataclass(frozen=True)
class Data:
    """The pictures that a run uses.

    Attributes:
        name: names the pictures in tables and folders.
        train: a list whose entries are a set of the catalogue, a folder, or a folder with a name
            for tables, `{mine: photos}`; if `name` is `folder`, a single folder.
        val: the same for validation; None: see `data.selection`.
        test: the same for testing; None: see `data.selection`.
        degradation: what happens to LR pictures besides downscaling, in training and validation.
        copies: factors of smaller copies of each training picture, which are trained on too.
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
    """Refuse an entry that is neither a set, nor a folder, nor a folder with a name."""
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
    """Read further columns of scores, by name: a metric, and the form of its input."""
    tree = {} if value is None else mapping(key, value)
    for name, entry in tree.items():
        place = f"{key}.{name}"
        if not (isinstance(name, str) and COLUMN.fullmatch(name)) or name in TAKEN:
            words = "use lower-case letters, digits and _, and no name of Shoal's own columns"
            raise UserError(f"{place} can't be a column: {words}")
        if not isinstance(entry, dict) or entry.keys() != {"metric", "given"}:
            raise UserError(f"{place} needs metric (its _target_ and arguments) and given, no more")
        one_of(GIVEN)(f"{place}.given", entry["given"])
        node()(f"{place}.metric", entry["metric"])
    return tree


@dataclass(frozen=True)
class Budget:
    """How long a run trains, on which batches (in HR pixels), and how many pictures it scores."""

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
    """Arguments of Lightning's Trainer that only a debugging run may set."""

    name: str
    trainer: Annotated[dict[str, Any], mapping]

    def __post_init__(self) -> None:
        if other := sorted(self.trainer.keys() - DEBUGGING):
            known = ", ".join(sorted(DEBUGGING))
            raise UserError(f"debug.trainer.{other[0]} is not for debugging: choose from {known}")


@dataclass(frozen=True)
class Paths:
    """The folders of runs, of downloaded pictures, of findings and of decoded pictures."""

    runs: Path
    data: Path
    experiments: Path
    cache: Path

    def apart(self) -> Self:
        """Return paths that keep runs and findings of debugging apart from real ones."""
        runs, experiments = (
            path if path.name == APART else path / APART for path in (self.runs, self.experiments)
        )
        return replace(self, runs=runs, experiments=experiments)
