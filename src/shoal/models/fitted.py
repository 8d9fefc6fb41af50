"""Models that are fitted: from whole pictures, stage by stage, not by steps of a gradient."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from shoal.errors import UserError
from shoal.models.channels import LUMA

WINDOW = 3  # LR pixels: the side of the patches that most of them work on
Pair = tuple[Tensor, Tensor]  # LR `(1, 1, h, w)` and HR `(1, 1, H, W)` luma, float32 in [0, 1]
Tensors = dict[str, Tensor]
Progress = Callable[[int, int], object]  # is told how much is done of how much
Stage = Callable[[Progress], Tensors]  # makes the results of a stage


class Stages:
    """What a fit hands its stages to: here each is made, and nothing is kept.

    A run keeps what each has made until it is whole, so a fit that was stopped goes on with the
    first stage that isn't there. A stage is therefore a function of what the stages before it
    returned, of the pictures, of the method's parameters and of the seed, and of nothing else.
    """

    def __call__(self, name: str, make: Stage) -> Tensors:
        """The results of a stage: made now, or as they were kept.

        Args:
            name: one of the model's `stages`; each once, in their order.
            make: makes the results; it is given what to tell its progress to.
        """
        return make(lambda done, total: None)

    def shared(self, name: str, facts: Mapping[str, Any], make: Stage) -> Tensors:
        """As a call, of a stage whose results serve every model that states the same facts.

        A run keeps them beside its decoded pictures, by name, facts, pictures and scale.

        Args:
            name: one of the model's `stages`.
            facts: all else that decides the results, as JSON has it: parameters, the seed.
            make: makes the results.
        """
        return self(name, make)


class FittedModel(nn.Module, ABC):
    """A model that is fitted to pictures; afterwards it maps LR to SR like any network.

    It holds buffers and no parameters. Their shapes may depend on the pictures: an empty buffer
    takes the size of what it is fitted to, or of what is loaded. A subclass says in `__init__`
    which there are, by `hold`, and sets none of them itself.

    Args:
        scale: the factor, an integer >= 2.
        channels: 1: luma alone.

    Attributes:
        stages: names of what a fit is made of, in order.

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
        """Register empty buffers, which a fit or a file of weights fills."""
        for name in names:
            self.register_buffer(name, torch.empty(0))

    @property
    def is_fitted(self) -> bool:
        """Whether its buffers hold something."""
        return all(buffer.numel() for buffer in self.buffers())

    def fit(self, pictures: Sequence[Pair], seed: int, stages: Stages | None = None) -> None:
        """Fit the buffers, on the processor; the same arguments give the same bits.

        Args:
            pictures: whole training pictures, read anew at each access: keep none that aren't
                needed.
            seed: of all that is drawn; PyTorch's own generator is not to be relied on.
            stages: what the stages are handed to.
        """
        self.load_state_dict(self.solve(pictures, seed, stages or Stages()))

    @abstractmethod
    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """What a fit sets each buffer to, by name; arguments as in `fit`."""

    @abstractmethod
    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to `(N, 1, scale * h, scale * w)`, not clipped."""

    @property
    @abstractmethod
    def reach(self) -> int | None:
        """LR pixels to each side that an SR pixel depends on; None: on the whole picture.

        Declared, since what chooses by an argmax or a search can't be probed by NaN.
        """

    @property
    @abstractmethod
    def macs(self) -> int:
        """Multiply-adds per LR pixel of an answer, fixed enlargement excluded; 0 before a fit."""

    @property
    def width(self) -> int:
        """Values per LR pixel that an answer holds at a time, by which tiles are sized."""
        return 4 * WINDOW**2 * self.scale**2

    def _load_from_state_dict(
        self, state_dict: Mapping[str, Any], prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        """Size the buffers by what is loaded."""
        for name, held in self.named_buffers(recurse=False):
            if (value := state_dict.get(prefix + name)) is not None:
                self.register_buffer(name, torch.empty_like(value, device=held.device))
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
