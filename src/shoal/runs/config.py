"""A run's typed config, which refuses impossible values before anything is made.

`RunConfig.of` turns the tree that Hydra composes into the config that all other code takes. Parts
that Hydra will instantiate stay plain dictionaries (`Node`). Each field's annotation says how its
value is read and what its bounds are.
"""

import re
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from omegaconf import DictConfig, OmegaConf

from shoal.data.degradation import BICUBIC
from shoal.errors import UserError
from shoal.models.channels import RGB, declared, without_default
from shoal.runs.groups import Budget, Data, Debug, Node, Paths, metric_columns, require_short
from shoal.runs.kind import Kind, kind_of
from shoal.runs.resolvers import nearest_multiple
from shoal.runs.task import Task
from shoal.runs.trainer import check_trainer
from shoal.system.fields import node, nodes, optional, read
from shoal.system.readers import one_of, whole
from shoal.system.targets import present, spelled_out

PROTOCOL_NAMES = ("classic", "rgb", "jpeg40", "jpeg60", "jpeg80")
NAME = re.compile(r"\w[\w .,+@=-]*")
LARGEST_SCALE = 16  # the same as for files of weights: see `models.facts`
LARGEST_SEED = 2**32 - 1  # the largest that both NumPy and PyTorch accept


@dataclass(frozen=True)
class RunConfig:
    """A run's config; `conf/config.yaml` explains each value.

    Raises:
        UserError: a value is impossible, alone or with another; the message has the remedy.
    """

    name: str
    model: Annotated[Node, node()]
    scale: Annotated[int, whole(2, most=LARGEST_SCALE)]
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
    metrics: Annotated[dict[str, Node], metric_columns] = field(default_factory=dict)
    callbacks: Annotated[dict[str, Node], nodes] = field(default_factory=dict)
    seed_init: Annotated[int | None, whole(0, most=LARGEST_SEED, null=True)] = None
    seed_patches: Annotated[int | None, whole(0, most=LARGEST_SEED, null=True)] = None
    debug: Annotated[Debug | None, optional(Debug)] = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise UserError(f"name={self.name} can't begin a folder's name: choose another one")
        require_short("name", self.name)
        check_trainer(self.trainer)
        if self.channels == RGB and self.protocol == "classic":
            raise UserError(
                f"model={self.name} maps RGB, and protocol={self.protocol} scores luma networks: "
                f"add protocol=rgb, which scores both alike"
            )
        if self.data.degradation != BICUBIC and self.kind is Kind.FITTED:
            raise UserError(
                f"data.degradation={self.data.degradation} is drawn anew for each patch, and "
                f"model={self.name} is fitted to whole pictures: leave the degradation out"
            )
        size = self.budget.patch_size
        if size % self.scale:
            raise UserError(
                f"budget.patch_size={size} is no multiple of scale={self.scale}: "
                f"try {nearest_multiple(size, self.scale)}"
            )

    @classmethod
    def of(cls, tree: DictConfig) -> Self:
        """Read the config that Hydra composed; other keys only serve interpolations.

        Raises:
            UserError: a value is missing or impossible; the message has the remedy.
        """
        for key in sorted(OmegaConf.missing_keys(tree)):
            raise UserError(f"{key} is not set: give it a value, {key}=...")
        # `present`, since the config of an old run may name classes that have moved.
        plain: Any = present(OmegaConf.to_container(tree, resolve=True))
        if plain.get("arms") is not None:
            raise UserError("arms=[...] chooses from an experiment's: add experiment=NAME")
        plain["model"] = without_default(spelled_out(plain.get("model")))
        if isinstance(plain.get("task"), dict):
            plain["task"].pop("sizes", None)  # the budget interpolates them
        ours = cls.__dataclass_fields__
        config = read(cls, {key: value for key, value in plain.items() if key in ours})
        return config if config.debug is None else replace(config, paths=config.paths.apart())

    def plain(self) -> dict[str, Any]:
        """Return the config as plain values for YAML and JSON."""
        return asdict(
            self,
            dict_factory=lambda pairs: {k: str(v) if isinstance(v, Path) else v for k, v in pairs},
        )

    def yaml(self) -> str:
        """Return the text of the run's `config.yaml`."""
        return OmegaConf.to_yaml(OmegaConf.create(self.plain()))

    @cached_property
    def kind(self) -> Kind:
        """Whether the run trains its network, fits it, or only scores it."""
        return kind_of(self.name, self.model)

    @cached_property
    def channels(self) -> int:
        """The channels that the network maps: 1 for luma, 3 for RGB."""
        return declared(self.model)

    @property
    def init_seed(self) -> int:
        """The seed of the initial weights."""
        return self.seed if self.seed_init is None else self.seed_init

    @property
    def patch_seed(self) -> int:
        """The seed of the patch stream."""
        return self.seed if self.seed_patches is None else self.seed_patches

    @property
    def precision(self) -> str:
        """Lightning's name for the precision of the arithmetic, e.g. `32-true`."""
        return str(self.trainer.get("precision", "32-true"))

    @property
    def graph(self) -> bool:
        """Whether a step may be captured as a CUDA graph."""
        return bool(self.trainer.get("graph", True))
