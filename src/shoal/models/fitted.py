"""Models that are fitted to whole pictures, stage by stage, instead of trained by gradients."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from shoal.errors import UserError
from shoal.models.channels import LUMA

WINDOW = 3  # side of the patches that most of these models work on, LR pixels
Pair = tuple[Tensor, Tensor]  # LR `(1, 1, h, w)` and HR `(1, 1, H, W)` luma, float32 in [0, 1]
Tensors = dict[str, Tensor]
Progress = Callable[[int, int], object]  # told how much is done, of how much
Stage = Callable[[Progress], Tensors]  # makes a stage's results, and reports its progress


class Stages:
    """Makes the stages of a fit; this class makes each anew and keeps nothing.

    A run's subclass keeps the results of each stage until the fit is complete, so that an
    interrupted fit continues with the first stage that is missing. A stage must therefore depend on
    nothing but the results of earlier stages, the pictures, the model's parameters and the seed.
    """

    def __call__(self, name: str, make: Stage) -> Tensors:
        """The results of a stage, made now or kept from an earlier fit.

        Args:
            name: one of the model's `stages`; each is called once, in their order.
            make: makes the results.
        """
        return make(lambda done, total: None)

    def shared(self, name: str, facts: Mapping[str, Any], make: Stage) -> Tensors:
        """As a call, for a stage whose results every model with the same facts can use.

        A run keeps them beside its decoded pictures, by name, facts, pictures and scale.

        Args:
            name: one of the model's `stages`.
            facts: all else that the results depend on, e.g. parameters and the seed, as JSON.
            make: makes the results.
        """
        return self(name, make)


class FittedModel(nn.Module, ABC):
    """A model that is fitted to pictures; afterwards it maps LR to SR like any network.

    It has buffers and no parameters. Buffers are empty until a fit or a file sets their values and
    shapes, which may depend on the pictures. A subclass declares them in `__init__` by `hold`, and
    doesn't set them itself.

    Args:
        scale: the factor, an integer >= 2.
        channels: 1: only luma is mapped.

    Attributes:
        stages: names of the stages of a fit, in order.

    Raises:
        UserError: other channels are asked for.
    """

    stages: tuple[str, ...] = ()

    def __init__(self, scale: int, channels: int = LUMA) -> None:
        super().__init__()
        if channels != LUMA:
            name = type(self).__name__
            raise UserError(f"channels={channels}: {name} maps luma alone, take another model")
        self.scale = scale

    def hold(self, *names: str) -> None:
        """Register empty buffers, which a fit or a file of weights will set."""
        for name in names:
            self.register_buffer(name, torch.empty(0))

    @property
    def is_fitted(self) -> bool:
        """Whether all buffers have values."""
        return all(buffer.numel() for buffer in self.buffers())

    def fit(self, pictures: Sequence[Pair], seed: int, stages: Stages | None = None) -> None:
        """Set the buffers, on the CPU; the same arguments give the same bits.

        Args:
            pictures: whole training pictures. Each access reads a picture anew, so that only those
                that are in use need memory.
            seed: of all random numbers; PyTorch's global generator must not be used.
            stages: makes the stages; None: without keeping their results.
        """
        self.load_state_dict(self.solve(pictures, seed, stages or Stages()))

    @abstractmethod
    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """The values of all buffers by name; arguments as in `fit`."""

    @abstractmethod
    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to `(N, 1, scale * h, scale * w)`, not clipped."""

    @property
    @abstractmethod
    def reach(self) -> int | None:
        """LR pixels to each side that an SR pixel depends on; None: on the whole picture.

        Declared here, since probing by NaN, as for networks, fails on an argmax or a search.
        """

    @property
    @abstractmethod
    def macs(self) -> int:
        """Multiply-adds per LR pixel, without fixed enlargement; 0 before a fit."""

    @property
    def width(self) -> int:
        """Values per LR pixel that are in memory at a time, by which tiles are sized."""
        return 4 * WINDOW**2 * self.scale**2

    def _load_from_state_dict(
        self, state_dict: Mapping[str, Any], prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        """Give the buffers the shapes of what is loaded."""
        for name, held in self.named_buffers(recurse=False):
            if (value := state_dict.get(prefix + name)) is not None:
                self.register_buffer(name, torch.empty_like(value, device=held.device))
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
