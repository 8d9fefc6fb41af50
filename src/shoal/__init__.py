"""Deep and shallow networks for image super-resolution, trained together and compared exactly."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoal.errors import UserError
    from shoal.evaluation.metrics import psnr, ssim
    from shoal.evaluation.validation import Validation
    from shoal.runs.folder import RunFolder
    from shoal.scripting.runs import compose, datamodule, findings, train
    from shoal.upscale import load

__version__ = "0.1.0"
__all__ = [
    "RunFolder",
    "UserError",
    "Validation",
    "__version__",
    "compose",
    "datamodule",
    "findings",
    "load",
    "psnr",
    "ssim",
    "train",
]

# The module of each name. They are imported on first use, since most import PyTorch.
PLACES = {
    "RunFolder": "shoal.runs.folder",
    "UserError": "shoal.errors",
    "Validation": "shoal.evaluation.validation",
    "compose": "shoal.scripting.runs",
    "datamodule": "shoal.scripting.runs",
    "findings": "shoal.scripting.runs",
    "load": "shoal.upscale",
    "psnr": "shoal.evaluation.metrics",
    "ssim": "shoal.evaluation.metrics",
    "train": "shoal.scripting.runs",
}


def __getattr__(name: str) -> Any:
    if name in PLACES:
        return getattr(import_module(PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
