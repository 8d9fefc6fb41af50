"""What a run is made of: a network at its start, decoded pictures, and how it trains."""

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
    """Network, pictures, recipe, and the config's callbacks; nothing is left to refuse.

    `start` says which weights the network has from a file; None: all are drawn.
    """

    network: nn.Module
    data: SuperResolutionData
    recipe: Recipe
    callbacks: Sequence[Callback] = ()
    start: Start | None = None

    @classmethod
    def of(cls, run: Run) -> Self:
        """Those of a run.

        Raises:
            UserError: one of them isn't to be had; see the functions of this module.
        """
        callbacks = build_callbacks(run.config)  # first: the network's seed holds for what follows
        network = build_network(run.config)
        start = start_from_weights(run, network)
        recipe = Recipe.of(run.config, network)
        return cls(network, open_pictures(run), recipe, callbacks, start)


def build_callbacks(config: RunConfig) -> list[Callback]:
    """The callbacks that a config adds to Shoal's own; none where nothing is trained by steps.

    Raises:
        UserError: one can't be built, or is none.
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
    """The config's network at its start, a function of the seed of first weights.

    What is fitted can answer only afterwards.

    Raises:
        UserError: it can't be built, or doesn't enlarge by the scale; the message names the model.
    """
    seed_everything(config.init_seed, verbose=False)
    network = build(config.name, config.model)
    if config.kind is not Kind.FITTED:
        require_enlarges(config.name, network, config.scale)
    initialise(network, config.task.init)
    return network


def start_from_weights(run: Run, network: nn.Module) -> Start | None:
    """Give a network the weights that its run starts from; None where there are none.

    Raises:
        UserError: they fit nowhere, aren't weights, or aren't those any more that the run is of.
    """
    named, wanted = run.config.task.weights, run.content.weights
    if named is None or wanted is None:
        return None
    path = weights_file(named)
    start = Start.of(network, path)
    if sha256(path) != wanted:
        raise UserError(f"{path} has changed meanwhile: issue the command again, for another run")
    return start


def open_pictures(run: Run) -> SuperResolutionData:
    """The run's training and validation pictures, decoded.

    Raises:
        UserError: a picture is missing or broken, or the patch doesn't fit; or a model is fitted,
            to pictures that are not compressed.
    """
    config, budget = run.config, run.config.budget
    if config.kind is Kind.FITTED and config.data.degradation == JPEG:
        words = f"data.degradation={JPEG} compresses patches, and model={config.name} has none"
        raise UserError(f"{words}: it is fitted to whole pictures; leave it out")
    places = config.paths.data, config.scale, config.paths.cache
    limit = budget.val_pictures
    # Colours are compressed together, also for a network that maps luma.
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
        blocks=not config.callbacks,  # the user's see each step
        degradation=config.data.degradation,
        channels=config.channels,
    )
