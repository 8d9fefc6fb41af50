"""One arithmetic for NumPy arrays and tensors, so that enlarging a picture needs no PyTorch.

An array's result equals a tensor's on the processor to the last bit.
"""

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", NDArray[Any], "Tensor")


def namespace(array: Any) -> Any:
    """The module whose functions take it: `numpy`, or `torch`, which is there where a tensor is."""
    return np if isinstance(array, np.ndarray) else sys.modules["torch"]


def beside(values: NDArray[Any], array: Array) -> Array:
    """Values of the other one's kind, on its device; their own type stays."""
    if isinstance(array, np.ndarray):
        return values
    return namespace(array).from_numpy(values).to(array.device)


def like(values: NDArray[Any], array: Array) -> Array:
    """Values of the other one's kind, type and device."""
    if isinstance(array, np.ndarray):
        return values.astype(array.dtype)
    return namespace(array).from_numpy(values).to(array)


def in_training(array: Any) -> bool:
    """Whether a step of training computes with it, on a device and not on the processor."""
    if isinstance(array, np.ndarray) or array.device.type == "cpu":
        return False
    torch = namespace(array)
    # What is compiled has no tensors yet that could be kept.
    return bool(torch.is_grad_enabled() and not torch.compiler.is_compiling())


def take(array: Array, indices: Any, dim: int) -> Array:
    """The slices of one dimension at some indices, which lie beside it."""
    if isinstance(array, np.ndarray):
        return array.take(indices, dim)
    return array.index_select(dim, indices)


def cast(array: Array, dtype: Any) -> Array:
    """The same values as another of NumPy's types."""
    if isinstance(array, np.ndarray):
        return array.astype(dtype)
    torch = namespace(array)
    return array.to(getattr(torch, np.dtype(dtype).name))


def contiguous(array: Array) -> Array:
    """The same values, one after the other in memory."""
    return np.ascontiguousarray(array) if isinstance(array, np.ndarray) else array.contiguous()


def on_host(array: Any) -> NDArray[Any]:
    """The same values as a NumPy array, from whichever device."""
    return array if isinstance(array, np.ndarray) else array.cpu().numpy()
