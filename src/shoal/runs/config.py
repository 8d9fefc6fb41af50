"""A run's config, with types: what is refused before anything is made, and how that is worded.

Hydra composes a tree; `RunConfig.of` makes of it what everything behind takes. Objects that Hydra
builds stay plain, a `Node` each. How a value is read, bounds included, stands with its field.
"""

import re
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from omegaconf import DictConfig, OmegaConf

from shoal.errors import UserError
from shoal.runs.kind import Kind, kind_of
from shoal.system import fields
from shoal.system.fields import node, nodes, number, one_of, whole
from shoal.system.targets import present

Node = dict[str, Any]  # a `_target_` and its arguments
PROTOCOL_NAMES = ("classic", "rgb")
NAME = re.compile(r"\w[\w .,+@=-]*")
LARGEST_SEED = 2**32 - 1  # what NumPy and PyTorch both take


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
                    fields.folder_name(key, value)
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


@dataclass(frozen=True)
class RunConfig:
    """All that a run is told; `conf/config.yaml` says what each value means.

    Raises:
        UserError: no run could have it; the message has the value and the remedy.
    """

    name: str
    model: Annotated[Node, node()]
    scale: Annotated[int, whole(2)]
    seed: Annotated[int, whole(0, most=LARGEST_SEED)]
    protocol: Annotated[str, one_of(PROTOCOL_NAMES)]
    data: Data
    task: Task
    budget: Budget
    trainer: Annotated[Node, node()]
    logger: Annotated[dict[str, Node], nodes]
    paths: Paths
    jobs: Annotated[int, whole(1)]
    data_workers: Annotated[int, whole(0)]
    force: bool
    keep_checkpoints: bool

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise UserError(f"name={self.name} can't begin a folder's name: give another, name=...")
        size = self.budget.patch_size
        if size % self.scale:
            raise UserError(
                f"budget.patch_size={size} is no multiple of scale={self.scale}: "
                f"try {nearest_multiple(size, self.scale)}"
            )

    @classmethod
    def of(cls, tree: DictConfig) -> Self:
        """The config that Hydra composed; keys beside ours only serve others to be computed from.

        Raises:
            UserError: naming the value, what it may be, and the remedy.
        """
        for key in sorted(OmegaConf.missing_keys(tree)):
            raise UserError(f"{key} is not set: give it a value, {key}=...")
        plain: Any = present(OmegaConf.to_container(tree, resolve=True))  # an old file's names too
        ours = cls.__dataclass_fields__
        return fields.read(cls, {key: value for key, value in plain.items() if key in ours})

    def plain(self) -> dict[str, Any]:
        """The same as YAML and JSON have it."""
        return asdict(
            self,
            dict_factory=lambda pairs: {k: str(v) if isinstance(v, Path) else v for k, v in pairs},
        )

    def yaml(self) -> str:
        """The text of a run's `config.yaml`."""
        return OmegaConf.to_yaml(OmegaConf.create(self.plain()))

    @cached_property
    def kind(self) -> Kind:
        """What a run of it does to its network: decided here, and recorded."""
        return kind_of(self.name, self.model)

    @property
    def precision(self) -> str:
        """Of the arithmetic, e.g. `32-true`."""
        return str(self.trainer.get("precision", "32-true"))


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Path) else value for key, value in pairs}


def nearest_multiple(size: int, scale: Any) -> int:
    """The multiple of `scale` nearest to `size`, at least `scale`; `size` where scale is no scale.

    >>> nearest_multiple(48, 5)
    50
    """
    if not isinstance(scale, int) or scale < 1:
        return size  # `RunConfig` says what is wrong with it
    return max(1, round(size / scale)) * scale


def register_resolvers() -> None:
    """Make `${nearest_multiple:SIZE,${scale}}` known to configs."""
    OmegaConf.register_new_resolver("nearest_multiple", nearest_multiple, replace=True)
