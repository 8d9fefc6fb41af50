"""The groups of a run's config: pictures, recipe, budget, folders."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from shoal.errors import UserError
from shoal.system.fields import folder_name, node, number, whole

Node = dict[str, Any]  # what Hydra builds: a `_target_` and its arguments


@dataclass(frozen=True)
class Data:
    """The pictures: lists of sets of the catalogue, or, where it is `folder`, a path each.

    Of a folder, `val` and `test` may be None: see `data.selection`.
    """

    name: str
    train: list[str] | str
    val: list[str] | str | None
    test: list[str] | str | None

    def __post_init__(self) -> None:
        for role in ("train", "val", "test"):
            key, value = f"data.{role}", getattr(self, role)
            if self.name == "folder":
                if value is not None or role == "train":
                    folder_name(key, value)
            elif not (isinstance(value, list) and value and all(isinstance(n, str) for n in value)):
                raise UserError(
                    f"{key}={value} is not a list of sets: for a folder add data=folder"
                )


@dataclass(frozen=True)
class Clip:
    """VDSR's adjustable clipping: gradients are cut to +- theta / rate; None: they aren't."""

    theta: Annotated[float | None, number(0, null=True)]


@dataclass(frozen=True)
class EMA:
    """The weights' exponential moving average, which is then kept; None: there is none."""

    decay: Annotated[float | None, number(0, below=1, null=True)]


@dataclass(frozen=True)
class Task:
    """The recipe: how weights start, and how they are trained."""

    init: str
    loss: Annotated[Node, node()]
    optimizer: Annotated[Node, node(lr=number(0))]
    schedule: Annotated[Node, node(warmup=number(0, below=1))]
    clip: Clip
    ema: EMA


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


@dataclass(frozen=True)
class Paths:
    """Folders: of runs, of downloaded pictures, of findings, of decoded pictures."""

    runs: Path
    data: Path
    experiments: Path
    cache: Path
