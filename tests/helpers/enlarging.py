"""The command that enlarges, and pictures to enlarge."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from typer.testing import CliRunner

from shoal.cli import app
from shoal.errors import UserError
from shoal.pictures.resample import upscale
from shoal.upscale.upscaler import Upscaler


def pixels(*shape: int, dtype: Any = np.uint8) -> Any:
    """Noise of a whole type: the same picture whichever test asks first."""
    noise = np.random.default_rng(0)
    return noise.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


def shades(*shape: int) -> Any:
    """Noise in [0, 1): the same picture whichever test asks first."""
    return np.random.default_rng(0).random(shape)


def enlarged(small: Path, *arguments: object) -> tuple[int, str]:
    """What the command says of it: exit code, and all that it prints."""
    words = ["upscale", *map(str, arguments), "--weights", str(small), "--runtime", "torch"]
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, UserError):
        return 2, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def opened(path: Path) -> Image.Image:
    """A picture, read and closed."""
    with Image.open(path) as image:
        image.load()
        return image


def bicubic(upscaler: Upscaler) -> Upscaler:
    """The same upscaler with interpolation in the place of its network."""
    return replace(
        upscaler, run=lambda lr: upscale(lr, upscaler.scale), ensemble=False, halved=None
    )
