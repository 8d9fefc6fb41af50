"""Fitting a model stage by stage, where others are trained by steps; what a stop leaves is kept."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.loggers import Logger
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from shoal.data.cache import Cache
from shoal.data.module import SuperResolutionData
from shoal.data.pictures import Pictures
from shoal.evaluation.validation import Validation
from shoal.models.build import require_enlarges
from shoal.models.fitted import FittedModel, Pair, Stage, Stages, Tensors
from shoal.models.precision import full_precision
from shoal.models.profile import macs
from shoal.runs.identity import RESULTS
from shoal.runs.run import Run
from shoal.system.files import asked_for
from shoal.system.progress import bars
from shoal.training.callbacks.curve import Curve
from shoal.training.fit import Fitted
from shoal.training.ingredients import Ingredients
from shoal.training.objective import require_size
from shoal.training.tally import Tally

SHARED = "fits"  # the folder, beside decoded pictures, of what several models are fitted with


class Whole(Sequence[Pair]):
    """The training pictures as a fit has them: read from their caches at each access.

    Args:
        caches: of all pictures.
    """

    def __init__(self, caches: Sequence[Cache]) -> None:
        self.pictures = Pictures(caches)

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: Any) -> Any:
        """LR and HR of one picture, or a list of several."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self.pictures[range(len(self))[index]]


class KeptStages(Stages):
    """Stages whose results outlive a stop: a file each, which its own checksum names.

    Args:
        run: whose stages they are.

    Attributes:
        seconds: that all results took, whenever they were made.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.seconds = run, 0.0

    def __call__(self, name: str, make: Stage) -> Tensors:
        """The results of a stage of this run."""
        return self._kept(self.run.folder.checkpoints, f"stage-{name}", name, make)

    def shared(self, name: str, facts: Mapping[str, Any], make: Stage) -> Tensors:
        """The results of a stage of all runs with these facts, pictures and scale."""
        config, digests = self.run.config, self.run.selection.digests()
        all_facts = [RESULTS, digests["train"], digests["order"], config.scale, dict(facts)]
        digest = hashlib.sha256(json.dumps(all_facts, sort_keys=True).encode()).hexdigest()[:16]
        stem = f"{name}-x{config.scale}-{digest}"
        return self._kept(config.paths.cache / SHARED, stem, name, make)

    def _kept(self, folder: Path, stem: str, name: str, make: Stage) -> Tensors:
        if (path := _whole(folder, stem)) is not None:
            tensors, seconds = _read(path)
            print(f"{name}: kept", flush=True)
        else:
            begun = time.monotonic()
            with bars() as shown:
                task = shown.add_task(name, total=None)
                tensors = make(lambda done, of: shown.update(task, completed=done, total=of))
            seconds = round(time.monotonic() - begun, 3)
            _write(folder, stem, tensors, seconds)
            print(f"{name}: {seconds:.1f} s", flush=True)
        self.seconds += seconds
        return tensors


def _whole(folder: Path, stem: str) -> Path | None:
    """The file of a stage that is as it was written; one that isn't is deleted."""
    for path in folder.glob(f"{stem}-*.safetensors"):
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest()[:16] == path.stem.split("-")[-1]:
                return path
        print(f"{path} is damaged: made again", flush=True)
        path.unlink()
    return None


def _read(path: Path) -> tuple[Tensors, float]:
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return tensors, float(file.metadata()["seconds"])


def _write(folder: Path, stem: str, tensors: Mapping[str, Tensor], seconds: float) -> None:
    values = {name: value.contiguous() for name, value in tensors.items()}
    content = save(values, metadata={"seconds": str(seconds)})
    checksum = hashlib.sha256(content).hexdigest()[:16]
    with asked_for(folder / f"{stem}-{checksum}.safetensors") as file:
        file.write(content)


def fit_by_stages(
    run: Run, made_of: Ingredients, loggers: Sequence[Logger], device: torch.device | None
) -> Fitted:
    """Fit a run's model on the processor, and validate it once, which is the curve.

    Args:
        run: whose curve is written.
        made_of: its model, which afterwards is fitted, and pictures.
        loggers: that the curve is mirrored to.
        device: that answers are computed on; None for the processor.

    Raises:
        Stopped: a signal asked for it; the stages that were made are kept.
        UserError: a stage can't be kept, or the model doesn't enlarge by the scale.
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
