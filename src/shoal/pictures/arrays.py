"""The same arithmetic for NumPy arrays and tensors, so that enlarging needs no PyTorch.

On the CPU, arrays and tensors give the same results to the last bit.
"""

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", NDArray[Any], "Tensor")


def namespace(array: Any) -> Any:
    """The module whose functions take an array: `numpy`, or `torch` for a tensor."""
    # Where a tensor exists, torch has been imported.
    return np if isinstance(array, np.ndarray) else sys.modules["torch"]


def beside(values: NDArray[Any], array: Array) -> Array:
    """Values as an array or tensor like another, on its device, with their own dtype."""
    if isinstance(array, np.ndarray):
        return values
    return namespace(array).from_numpy(values).to(array.device)


def like(values: NDArray[Any], array: Array) -> Array:
    """Values as an array or tensor like another, with its dtype, on its device."""
    if isinstance(array, np.ndarray):
        return values.astype(array.dtype)
    return namespace(array).from_numpy(values).to(array)


def in_training(array: Any) -> bool:
    """Whether it is a tensor of a training step on a device other than the CPU."""
    if isinstance(array, np.ndarray) or array.device.type == "cpu":
        return False
    torch = namespace(array)
    # While a graph is compiled its tensors hold no values, so none could be kept.
    return bool(torch.is_grad_enabled() and not torch.compiler.is_compiling())


def take(array: Array, indices: Any, dim: int) -> Array:
    """The slices along a dimension at the given indices, which are on the array's device."""
    if isinstance(array, np.ndarray):
        return array.take(indices, dim)
    return array.index_select(dim, indices)


def cast(array: Array, dtype: Any) -> Array:
    """The same values with another dtype, given as NumPy's."""
    if isinstance(array, np.ndarray):
        return array.astype(dtype)
    torch = namespace(array)
    return array.to(getattr(torch, np.dtype(dtype).name))


def contiguous(array: Array) -> Array:
    """The same values, contiguous in memory."""
    return np.ascontiguousarray(array) if isinstance(array, np.ndarray) else array.contiguous()


def on_host(array: Any) -> NDArray[Any]:
    """The same values as a NumPy array, whatever device they are on."""
    return array if isinstance(array, np.ndarray) else array.cpu().numpy()
