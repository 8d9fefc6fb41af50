"""What a run is made of: a network at its start, and decoded pictures."""

from dataclasses import dataclass

from lightning import seed_everything
from torch import nn

from shoal.data.cache import open_cache
from shoal.data.module import SuperResolutionData
from shoal.models.build import build, require_enlarges
from shoal.models.initialise import initialise
from shoal.runs.config import RunConfig
from shoal.runs.run import Run


@dataclass(frozen=True)
class Ingredients:
    """Network and pictures; who has them has nothing left to refuse."""

    network: nn.Module
    data: SuperResolutionData


def build_network(config: RunConfig) -> nn.Module:
    """The config's network at its start, a function of the seed.

    Raises:
        UserError: it can't be built, or doesn't enlarge by the scale; the message names the model.
    """
    seed_everything(config.seed, verbose=False)
    network = build(config.name, config.model)
    require_enlarges(config.name, network, config.scale)
    initialise(network, config.task.init)
    return network


def open_pictures(run: Run) -> SuperResolutionData:
    """The run's training and validation pictures, decoded.

    Raises:
        UserError: a picture is missing or broken, or the patch doesn't fit.
    """
    config, budget = run.config, run.config.budget
    places = config.paths.data, config.scale, config.paths.cache
    train = [open_cache(each, *places) for each in run.selection.train]
    val = [open_cache(each, *places, limit=budget.val_pictures) for each in run.selection.val]
    sizes = budget.patch_size, budget.batch_size
    return SuperResolutionData(
        train, val, config.scale, *sizes, seed=config.seed, workers=config.data_workers
    )
