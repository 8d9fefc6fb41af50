"""The identity of a run: a digest of all that determines its weights, and its id."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from shoal.data import degradation
from shoal.data.catalog import usual
from shoal.data.selection import Selection
from shoal.runs.config import RunConfig
from shoal.runs.kind import BICUBIC_TARGET, Kind
from shoal.runs.starting import digest
from shoal.runs.trainer import deciding_arguments
from shoal.runs.values import START
from shoal.system.code import own_code
from shoal.system.targets import stable

# To be raised by every commit that changes the weights a run ends with. A test notices such a
# change by the first losses of every model, which `make losses` writes.
RESULTS = 2


@dataclass(frozen=True)
class Content:
    """Digests of what a run is made from besides its config.

    Attributes:
        train: of the training pictures, whatever their names.
        order: of the order in which the patch stream has them; None: the catalogue's order.
        val: of the validation pictures; None: those that the catalogue assigns to the training
            pictures.
        weights: of the file that training starts from; None: training starts from random weights.
        code: of each module of the user's own that the run is built from, by the module's name.
    """

    train: str
    order: str | None = None
    val: str | None = None
    weights: str | None = None
    code: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, config: RunConfig, selection: Selection) -> Self:
        """Compute the digests for a run to be made.

        Raises:
            UserError: a module or weights that the config names can't be found.
        """
        made_of: dict[str, Any] = {"data_digests": selection.digests(), "code": code_of(config)}
        if config.kind is Kind.TRAINED:
            made_of[START] = digest(config.task.weights)
        return cls.recorded(made_of)

    @classmethod
    def recorded(cls, record: Mapping[str, Any]) -> Self:
        """Read the digests from a record; an old record has no `order`."""
        digests = record["data_digests"]
        train, code, weights = digests["train"], record.get("code", {}), record.get(START)
        if "order" not in digests:
            return cls(train, weights=weights, code=code)
        order, val = usual().get(train, ("", ""))
        return cls(
            train,
            None if digests["order"] == order else digests["order"],
            None if digests["val"] == val else digests["val"],
            weights,
            code,
        )

    def facts(self) -> dict[str, Any]:
        """Return the digests that the run's id depends on; default values don't count."""
        return {"data": self.train} | {
            name: value
            for name in ("order", "val", "weights", "code")
            if (value := getattr(self, name)) not in (None, {})
        }


def code_of(config: RunConfig) -> dict[str, str]:
    """Return the digests of the user's own modules that a run is built from.

    Raises:
        UserError: a module that the config names can't be found.
    """
    own_code(config.model)  # first, since `nodes` may build the model: this says what is missing
    return own_code(*nodes(config))


def nodes(config: RunConfig) -> list[Any]:
    """Return the parts of a config that the run's objects are built from."""
    if config.kind is not Kind.TRAINED:
        return [config.model]
    return [config.model, asdict(config.task), config.trainer, config.callbacks]


def deciding(config: RunConfig, content: Content) -> dict[str, Any]:
    """Return all that determines the weights; loggers, paths, devices and test sets don't."""
    facts: dict[str, Any] = {
        "results": RESULTS,
        "model": stable(config.model),
        "scale": config.scale,
        **content.facts(),
    }
    if config.data.degradation != degradation.BICUBIC:
        facts["degradation"] = config.data.degradation
    if config.data.copies and config.kind.learns:
        facts["copies"] = config.data.copies
    if config.debug is not None:
        facts["debug"] = asdict(config.debug)  # a debugging run never has a real run's id
    if config.kind is not Kind.TRAINED:
        # The only part of a budget that matters: scores of one picture aren't those of a whole set.
        facts["pictures"] = [config.budget.val_pictures, config.budget.test_pictures]
        return facts | ({"seed": config.seed} if config.kind is Kind.FITTED else {})
    trainer = deciding_arguments(config.trainer)
    return facts | {
        "seed": config.seed,
        # Only if they differ, so that the ids of runs with a single seed stay what they were.
        **({"seed_init": config.init_seed} if config.init_seed != config.seed else {}),
        **({"seed_patches": config.patch_seed} if config.patch_seed != config.seed else {}),
        "task": stable(config.task.deciding()),
        "budget": asdict(config.budget),
        "precision": config.precision,
        **({"trainer": trainer} if trainer else {}),
        # Callbacks can change anything.
        **({"callbacks": stable(config.callbacks)} if config.callbacks else {}),
    }


def run_id(config: RunConfig, content: Content) -> str:
    """Return the run's id, e.g. `eeds-x3-s0-1f3a9c2e`; that of an untrained model has no seed."""
    text = json.dumps(deciding(config, content), sort_keys=True)
    seed = f"-s{config.seed}" if config.kind.learns else ""
    return f"{config.name}-x{config.scale}{seed}-{short_digest(text)}"


def short_digest(text: str) -> str:
    """Return eight hex digits of a text's SHA-256, which name runs, grids and searches."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def bicubic(config: RunConfig) -> RunConfig:
    """Return the config of bicubic's own run on the same pictures."""
    model = {"_target_": BICUBIC_TARGET, "scale": config.scale}
    return replace(config, name="bicubic", model=model)
