"""Sufficient statistics: a network predicts HR's statistics, and a descent finds a picture."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from shoal.errors import UserError
from shoal.models.blocks import at_least
from shoal.models.channels import LUMA
from shoal.models.classical.consistency import back_projected
from shoal.models.classical.expectation import LAYERS, TYPICAL, Layers, expected, started
from shoal.models.classical.wavelets import CHANNELS, bank, slope, statistics
from shoal.models.fitted import FittedModel, Pair, Progress, Stages, Tensors
from shoal.pictures.resample import upscale

CUT = 24  # side of the pieces that the network is trained on, LR pixels
EDGE = 4  # LR pixels at the edges of a piece that don't count in training


class Bruna(FittedModel):
    """Descends from the bicubic enlargement to a picture with the statistics that HR should have.

    Bruna, Sprechmann, LeCun, "Super-Resolution with Deep Convolutional Sufficient Statistics",
    ICLR 2016, in its scattering form, from memory of the paper: a small network, trained by Adam,
    predicts the first-order scattering of HR from LR, and gradient descent on the squared
    difference finds a picture that has it. Left out: second-order scattering, statistics of a VGG
    network, and fine-tuning the statistics themselves. PSNR isn't its aim: texture as strong as
    HR's costs PSNR if it isn't in the same places.

    Args:
        scale: the factor, an integer >= 2.
        features: of the network's inner layers.
        batch: pieces of training pictures in a step of Adam.
        trained: steps of Adam.
        rate: its initial learning rate, which decreases linearly to zero.
        steps: of the descent.
        stride: step size of the descent, below 2.
        projections: rounds of back-projection after it; 0: none.
        channels: 1: luma alone.

    Raises:
        UserError: a count is too small.
    """

    stages = ("network",)

    def __init__(
        self,
        scale: int,
        features: int,
        batch: int,
        trained: int,
        rate: float,
        steps: int,
        stride: float,
        projections: int,
        channels: int = LUMA,
    ) -> None:
        super().__init__(scale, channels)
        at_least(1, features=features, batch=batch, trained=trained)
        at_least(0, steps=steps, projections=projections)
        self.features, self.batch, self.trained, self.rate = features, batch, trained, rate
        self.steps, self.stride, self.projections = steps, stride, projections
        self.hold(*(f"{part}_{n}" for n in range(LAYERS) for part in ("weight", "bias")))

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR luma `(N, 1, h, w)` in [0, 1] to SR luma `(N, 1, scale * h, scale * w)`."""
        sr = upscale(lr, self.scale)
        wanted = expected(lr, self.scale, self._layers())
        for _ in range(self.steps):
            sr = sr - self.stride * slope(sr, wanted, self.scale)
        return back_projected(sr, lr, self.scale, self.projections)

    def _layers(self) -> Layers:
        return [
            (self.get_buffer(f"weight_{n}"), self.get_buffer(f"bias_{n}")) for n in range(LAYERS)
        ]

    def solve(self, pictures: Sequence[Pair], seed: int, stages: Stages) -> Tensors:
        """The network that predicts the statistics."""
        return stages("network", partial(self._network, pictures, seed))

    @torch.enable_grad()
    def _network(self, pictures: Sequence[Pair], seed: int, progress: Progress) -> Tensors:
        generator = torch.Generator().manual_seed(seed)
        layers = started(self.features, CHANNELS * self.scale**2, generator)
        optimizer = torch.optim.Adam([value for layer in layers for value in layer], lr=self.rate)
        for step in range(self.trained):
            optimizer.param_groups[0]["lr"] = self.rate * (1 - step / self.trained)
            lr, hr = self._pieces(pictures, generator)
            error = expected(lr, self.scale, layers) - statistics(hr, self.scale)
            inner = error[..., EDGE * self.scale : -EDGE * self.scale, :]
            inner = inner[..., EDGE * self.scale : -EDGE * self.scale]
            optimizer.zero_grad()
            (inner / TYPICAL).square().mean().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            progress(step + 1, self.trained)
        names = ("weight", "bias")
        return {
            f"{name}_{n}": value.detach()
            for n, layer in enumerate(layers)
            for name, value in zip(names, layer, strict=True)
        }

    def _pieces(self, pictures: Sequence[Pair], generator: torch.Generator) -> Pair:
        """A batch of pieces of LR `(batch, 1, 24, 24)`, smaller in small pictures, and of HR."""
        drawn = torch.randint(len(pictures), (self.batch,), generator=generator).tolist()
        chosen = [pictures[number] for number in drawn]
        side = min(CUT, *(min(lr.shape[-2:]) for lr, _ in chosen))
        if side <= 2 * EDGE:
            height, width = next(lr.shape[-2:] for lr, _ in chosen if min(lr.shape[-2:]) == side)
            words = f"a training picture of {width} x {height} LR pixels is too small"
            raise UserError(f"{words}: leave out those below {2 * EDGE + 1} x {2 * EDGE + 1}")
        lrs, hrs = [], []
        for lr, hr in chosen:
            top, left = (
                int(torch.randint(length - side + 1, (1,), generator=generator))
                for length in lr.shape[-2:]
            )
            lrs.append(lr[..., top : top + side, left : left + side])
            fine, top, left = side * self.scale, top * self.scale, left * self.scale
            hrs.append(hr[..., top : top + fine, left : left + fine])
        return torch.cat(lrs), torch.cat(hrs)

    @property
    def reach(self) -> None:
        """The whole picture, in effect: each step of the descent looks further."""

    @property
    def macs(self) -> int:
        """The network, three passes of the wavelets in each step, and one for the network."""
        passes = (3 * self.steps + 1) * bank(self.scale).numel() * self.scale**2
        return sum(weight.numel() for weight, _ in self._layers()) + passes
