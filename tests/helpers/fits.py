"""A small fitted model of one's own, and runs of it: three stages that take no time."""

import torch
from torch import Tensor

from shoal.models.classical.patches import cut
from shoal.models.fitted import FittedModel, Pair, Stages, Tensors
from shoal.pictures.resample import upscale

SMALL = {"_target_": "helpers.fits.Ridge", "scale": 3}
made: list[str] = []  # the names of stages, as they are made


class Ridge(FittedModel):
    """Bicubic plus a linear map of the 3 x 3 LR pixels around each."""

    stages = ("moments", "noise", "map")

    def __init__(self, scale: int, ridge: float = 1e-3, channels: int = 1) -> None:
        super().__init__(scale, channels)
        self.ridge = ridge
        self.hold("weight")

    def solve(self, pictures, seed: int, stages: Stages) -> Tensors:
        def moments(progress) -> Tensors:
            made.append("moments")
            return self.moments(pictures)

        def noise(progress) -> Tensors:
            made.append("noise")
            drawn = torch.Generator().manual_seed(seed)
            return {"noise": 1e-4 * torch.rand(9, self.scale**2, generator=drawn)}

        def solved(progress) -> Tensors:
            made.append("map")
            square, cross = kept["square"], kept["cross"] + drawn["noise"]
            weight = torch.linalg.solve(square + self.ridge * torch.eye(9), cross)
            return {"weight": weight.T.reshape(-1, 1, 3, 3)}

        kept = stages.shared("moments", {"side": 3}, moments)
        drawn = stages("noise", noise)
        return stages("map", solved)

    def moments(self, pictures: list[Pair]) -> Tensors:
        square, cross = torch.zeros(9, 9), torch.zeros(9, self.scale**2)
        for lr, hr in pictures:
            given = cut(lr, 1, 3)[0].flatten(1)
            missing = cut(hr - upscale(lr, self.scale), self.scale, 1)[0].flatten(1)
            square, cross = square + given @ given.T, cross + given @ missing.T
        return {"square": square, "cross": cross}

    def forward(self, lr: Tensor) -> Tensor:
        details = torch.nn.functional.conv2d(lr, self.weight, padding=1)
        larger: Tensor = upscale(lr, self.scale) + torch.pixel_shuffle(details, self.scale)
        return larger

    @property
    def reach(self) -> int:
        return 4

    @property
    def macs(self) -> int:
        return self.weight.numel()
