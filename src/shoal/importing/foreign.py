"""Files of others' weights: MATLAB's, and PyTorch's. What they hold is data, never code."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from shoal.errors import UserError, first_line
from shoal.system import regular

LARGEST = 512 * 2**20  # bytes of a file; networks of these systems have a hundredth
NESTED = ("state_dict", "model", "params", "net")  # keys that checkpoints keep weights by
MATLAB, PYTORCH = "matlab", "pytorch"

Content = Mapping[str, Any]


def kind_of(path: Path) -> str:
    """Whose file it is, by its first bytes.

    Raises:
        UserError: there is none, it is too large, or it is MATLAB's of version 7.3.
    """
    try:
        with regular.opened(path) as file:
            start, size = file.read(16), path.stat().st_size
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    if size > LARGEST:
        raise UserError(f"{path} has {size:,} bytes, more than any of these networks: not read")
    if start.startswith(b"MATLAB 7.3"):
        raise UserError(f"{path} is a MATLAB file of version 7.3: save it again with '-v7'")
    return MATLAB if start.startswith(b"MATLAB") else PYTORCH


def read_matlab(path: Path) -> Content:
    """The variables of a MATLAB file, by name.

    Raises:
        UserError: it is broken.
    """
    from scipy.io import loadmat

    try:
        content: Content = loadmat(path)
    except Exception as error:  # whatever its parser meets in a broken file
        raise UserError(f"{path} is broken, or no MATLAB file ({first_line(error)})") from None
    return content


def read_pytorch(path: Path) -> Content:
    """The tensors of a PyTorch file, by name, in their order.

    Raises:
        UserError: it is broken, or holds more than tensors.
    """
    import torch

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        words = f"{path} holds objects beside tensors, which would run code: not read"
        remedy = "where its code is, torch.save(model.state_dict(), ...)"
        raise UserError(f"{words}; {remedy}") from None
    except Exception as error:
        raise UserError(f"{path} is broken, or no PyTorch file ({first_line(error)})") from None
    for key in NESTED:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping):
        raise UserError(f"{path} holds a {type(content).__name__}, no tensors by name")
    return {str(key): value for key, value in content.items() if isinstance(value, Tensor)}
