"""The identity of a run: a digest of what decides its weights, and its folder's name."""

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

# Raised whenever a commit changes what a run's weights come out as: `make losses` writes the first
# losses of every model, by which a test notices.
RESULTS = 2


@dataclass(frozen=True)
class Content:
    """What a run is made from beside its config, by content.

    Attributes:
        train: digest of the training pictures, whatever they are called.
        order: of the order that the patch stream has them in; None: the catalogue's.
        val: of the validation pictures, which the curve and its scores belong to; None: those that
            the catalogue has for the training pictures.
        weights: of the file that training starts from; None: it starts as the network is drawn.
        code: digest of each module of the user's own that the run is built from.
    """

    train: str
    order: str | None = None
    val: str | None = None
    weights: str | None = None
    code: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, config: RunConfig, selection: Selection) -> Self:
        """That of a run to be made here and now.

        Raises:
            UserError: a module, or weights, that the config names aren't to be found.
        """
        made_of: dict[str, Any] = {"data_digests": selection.digests(), "code": code_of(config)}
        if config.kind is Kind.TRAINED:
            made_of[START] = digest(config.task.weights)
        return cls.recorded(made_of)

    @classmethod
    def recorded(cls, record: Mapping[str, Any]) -> Self:
        """That of a run with a record; one of before all this mattered has no `order`."""
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
        """What of it enters a digest; what isn't out of the ordinary doesn't."""
        return {"data": self.train} | {
            name: value
            for name in ("order", "val", "weights", "code")
            if (value := getattr(self, name)) not in (None, {})
        }


def code_of(config: RunConfig) -> dict[str, str]:
    """The user's own modules that a run is built from, by content.

    Raises:
        UserError: one that the config names isn't to be found.
    """
    own_code(config.model)  # says what is missing: finding out the model's kind may build it
    return own_code(*nodes(config))


def nodes(config: RunConfig) -> list[Any]:
    """The parts of a config that a run's objects are built from."""
    if config.kind is not Kind.TRAINED:
        return [config.model]
    return [config.model, asdict(config.task), config.trainer, config.callbacks]


def deciding(config: RunConfig, content: Content) -> dict[str, Any]:
    """What decides the weights: loggers, paths, devices, test sets and protocol do not."""
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
        facts["debug"] = asdict(config.debug)  # never taken for a real run
    if config.kind is not Kind.TRAINED:
        # All that a budget says of it: a record of one picture is no record of the whole set.
        facts["pictures"] = [config.budget.val_pictures, config.budget.test_pictures]
        return facts | ({"seed": config.seed} if config.kind is Kind.FITTED else {})
    trainer = deciding_arguments(config.trainer)
    return facts | {
        "seed": config.seed,
        # Only where they are others: a run of one seed is called as ever.
        **({"seed_init": config.init_seed} if config.init_seed != config.seed else {}),
        **({"seed_patches": config.patch_seed} if config.patch_seed != config.seed else {}),
        "task": stable(config.task.deciding()),
        "budget": asdict(config.budget),
        "precision": config.precision,
        **({"trainer": trainer} if trainer else {}),
        # They may decide anything.
        **({"callbacks": stable(config.callbacks)} if config.callbacks else {}),
    }


def run_id(config: RunConfig, content: Content) -> str:
    """The run's folder name, e.g. `eeds-x3-s0-1f3a9c2e`; an untrained model has no seed in it."""
    text = json.dumps(deciding(config, content), sort_keys=True)
    seed = f"-s{config.seed}" if config.kind.learns else ""
    return f"{config.name}-x{config.scale}{seed}-{short_digest(text)}"


def short_digest(text: str) -> str:
    """Eight hex digits of a text, by which runs, grids and searches are named."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def bicubic(config: RunConfig) -> RunConfig:
    """The config of bicubic's own run on a config's pictures."""
    model = {"_target_": BICUBIC_TARGET, "scale": config.scale}
    return replace(config, name="bicubic", model=model)
