"""What a run is made of: its initial network, decoded pictures, recipe and callbacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from lightning import Callback, seed_everything
from torch import nn

from shoal.data.cache import open_cache
from shoal.data.degradation import JPEG
from shoal.data.module import SuperResolutionData
from shoal.errors import UserError
from shoal.models.build import build, require_enlarges
from shoal.models.channels import RGB
from shoal.models.initialise import initialise
from shoal.models.transfer import Start
from shoal.runs.config import RunConfig
from shoal.runs.kind import Kind
from shoal.runs.run import Run
from shoal.runs.starting import weights_file
from shoal.system.building import built
from shoal.system.files import sha256
from shoal.training.recipe import Recipe


@dataclass(frozen=True)
class Ingredients:
    """Network, pictures, recipe and the config's callbacks, all checked.

    Attributes:
        network: with its initial weights.
        data: training and validation pictures.
        recipe: loss, optimiser and schedule.
        callbacks: those that the config adds.
        start: which weights were read from a file; None if all are random.
    """

    network: nn.Module
    data: SuperResolutionData
    recipe: Recipe
    callbacks: Sequence[Callback] = ()
    start: Start | None = None

    @classmethod
    def of(cls, run: Run) -> Self:
        """Build them for a run.

        Raises:
            UserError: one of them can't be built; see the functions of this module.
        """
        callbacks = build_callbacks(run.config)  # before the network, which sets the seed
        network = build_network(run.config)
        start = start_from_weights(run, network)
        recipe = Recipe.of(run.config, network)
        return cls(network, open_pictures(run), recipe, callbacks, start)


def build_callbacks(config: RunConfig) -> list[Callback]:
    """Build the callbacks that a config adds to Shoal's own; none if no steps are trained.

    Raises:
        UserError: one can't be built, or is no Lightning callback.
    """
    if config.kind is not Kind.TRAINED:
        return []
    return [_callback(f"callbacks.{name}", entry) for name, entry in config.callbacks.items()]


def _callback(key: str, entry: Mapping[str, Any]) -> Callback:
    callback = built(key, entry)
    if not isinstance(callback, Callback):
        kind = type(callback).__name__
        raise UserError(f"{key} is no lightning.Callback but a {kind}")
    return callback


def build_network(config: RunConfig) -> nn.Module:
    """Build the config's network, with initial weights that depend on `init_seed` alone.

    Raises:
        UserError: it can't be built, or doesn't enlarge by the scale; the message names the model.
    """
    seed_everything(config.init_seed, verbose=False)
    network = build(config.name, config.model)
    if config.kind is not Kind.FITTED:  # which can't answer before it is fitted
        require_enlarges(config.name, network, config.scale)
    initialise(network, config.task.init)
    return network


def start_from_weights(run: Run, network: nn.Module) -> Start | None:
    """Load the weights that a run's training starts from; None if it starts from random ones.

    Raises:
        UserError: they fit no layer, are no weights, or have changed since the run got its id.
    """
    named, wanted = run.config.task.weights, run.content.weights
    if named is None or wanted is None:
        return None
    path = weights_file(named)
    start = Start.of(network, path)
    if sha256(path) != wanted:
        raise UserError(f"{path} has changed meanwhile: issue the command again, for a new run")
    return start


def open_pictures(run: Run) -> SuperResolutionData:
    """Decode the run's training and validation pictures.

    Raises:
        UserError: a picture is missing or broken, the patch doesn't fit, or a fitted model is to
            learn from JPEG patches, of which it has none.
    """
    config, budget = run.config, run.config.budget
    if config.kind is Kind.FITTED and config.data.degradation == JPEG:
        words = f"data.degradation={JPEG} compresses patches, and model={config.name} has none"
        raise UserError(f"{words}: it is fitted to whole pictures; leave it out")
    places = config.paths.data, config.scale, config.paths.cache
    limit = budget.val_pictures
    # JPEG compresses colours together, so a network that maps luma needs RGB patches too.
    of = RGB if config.data.degradation == JPEG else config.channels
    train = [
        open_cache(each, *places, channels=of, size=size)
        for size in (1, *config.data.copies)
        for each in run.selection.train
    ]
    val = [open_cache(each, *places, limit=limit, channels=of) for each in run.selection.val]
    sizes = budget.patch_size, budget.batch_size
    return SuperResolutionData(
        *(train, val, config.scale, *sizes),
        seed=config.patch_seed,
        workers=config.data_workers,
        blocks=not config.callbacks,  # the user's callbacks must see each step
        degradation=config.data.degradation,
        channels=config.channels,
    )
