"""Fitting a model stage by stage, instead of training it by steps."""

import time
from collections.abc import Sequence
from typing import Any

import torch
from lightning.pytorch.loggers import Logger

from shoal.data.cache import Cache
from shoal.data.module import SuperResolutionData
from shoal.data.pictures import Pictures
from shoal.evaluation.validation import Validation
from shoal.models.build import require_enlarges
from shoal.models.fitted import FittedModel, Pair
from shoal.models.precision import full_precision
from shoal.models.profile import macs
from shoal.runs.run import Run
from shoal.training.callbacks.curve import Curve
from shoal.training.fit import Fitted
from shoal.training.ingredients import Ingredients
from shoal.training.kept_stages import KeptStages
from shoal.training.objective import require_size
from shoal.training.tally import Tally


class Whole(Sequence[Pair]):
    """Whole training pictures, read from their caches at each access.

    Args:
        caches: of all training pictures.
    """

    def __init__(self, caches: Sequence[Cache]) -> None:
        self.pictures = Pictures(caches)

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: Any) -> Any:
        """Return LR and HR of one picture; for a slice, a list of such pairs."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self.pictures[range(len(self))[index]]


def fit_by_stages(
    run: Run, made_of: Ingredients, loggers: Sequence[Logger], device: torch.device | None
) -> Fitted:
    """Fit a run's model on the CPU, and validate it once: its curve has one row.

    Args:
        run: the run; its curve is written.
        made_of: the model, which will be fitted, and pictures.
        loggers: they get the row of the curve.
        device: the device that validates; None for the CPU.

    Raises:
        Stopped: a signal asked for a stop; completed stages are kept.
        UserError: a stage can't be written, or the model doesn't enlarge by the scale.
    """
    model, stages = made_of.network, KeptStages(run)
    assert isinstance(model, FittedModel)
    model.fit(Whole(made_of.data.train), run.config.seed, stages)
    require_enlarges(run.config.name, model, run.config.scale)
    device = device or torch.device("cpu")
    curve = Curve(run.folder, 0, 0.0, Tally())
    row = {"step": 0, "seconds": round(stages.seconds, 3), "patches": 0, "macs": 0.0, "lr": 0.0}
    scores = _validated(model.to(device).eval(), made_of.data, run.config.scale, device)
    curve.rows.append(row | scores)
    curve.write()
    for logger in loggers:
        logger.log_metrics(curve.rows[0], 0)
    return Fitted(model, curve, device, macs(model), time.monotonic())


@torch.inference_mode()
def _validated(
    model: FittedModel, data: SuperResolutionData, scale: int, device: torch.device
) -> dict[str, float]:
    validation = Validation(scale, ()).to(device)
    for lr, hr in data.pictures().all():
        with full_precision(device):
            sr = model(lr.to(device))
        require_size(sr, hr)
        validation.update(sr, hr.to(device), {})
    return validation.compute()
