"""Others' files of weights, of MATLAB and of PyTorch, read as data without running code."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from shoal.errors import UserError, first_line
from shoal.system import regular

LARGEST = 512 * 2**20  # bytes of a file; these networks take a hundredth of that
NESTED = ("state_dict", "model", "params", "net")  # keys under which checkpoints hold weights
MATLAB, PYTORCH = "matlab", "pytorch"

Content = Mapping[str, Any]


def kind_of(path: Path) -> str:
    """The kind of a file, `MATLAB` or `PYTORCH`, by its first bytes.

    Raises:
        UserError: it can't be read, is too large, or is of MATLAB's version 7.3.
    """
    try:
        with regular.opened(path) as file:
            start, size = file.read(16), path.stat().st_size
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    if size > LARGEST:
        raise UserError(f"{path} has {size:,} bytes, too many for any of these networks: not read")
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
    except Exception as error:  # a broken file can make its parser raise anything
        raise UserError(f"{path} is broken, or no MATLAB file ({first_line(error)})") from None
    return content


def read_pytorch(path: Path) -> Content:
    """The tensors of a PyTorch file by name, in the file's order.

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
        kind = type(content).__name__
        raise UserError(f"{path} holds no tensors by name, but an object of type {kind}")
    return {str(key): value for key, value in content.items() if isinstance(value, Tensor)}
