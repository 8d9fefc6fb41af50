"""The literature's two protocols, `classic` and `rgb`, and `rgb` with LR compressed as JPEG.

LR pictures are made as by a MATLAB that mirrors a picture at its edges. An older MATLAB, which
repeats the edge pixel, would move bicubic's means by 0.0006 to 0.0028 dB (docs/data.md).
"""

import torch
from torch import Tensor

from shoal.errors import UserError
from shoal.evaluation.protocol import Protocol
from shoal.evaluation.question import Question
from shoal.models.channels import LUMA
from shoal.pictures.colour import luma, luma_levels, rgb, stored_luma, ycbcr
from shoal.pictures.degrade import luma_pair
from shoal.pictures.jpeg import compressed
from shoal.pictures.levels import Pixels, levels, rgb_levels, rounded, to_pixels
from shoal.pictures.resample import crop, downscale_integers, upscale


class Classic(Protocol):
    """As code of the era of SRCNN, VDSR and EEDS: luma first, LR in float, SR rounded."""

    name = "classic"

    def question(self, pixels: Pixels, scale: int, channels: int = LUMA) -> Question:
        """HR is luma rounded to integers, LR its bicubic reduction in float."""
        if channels != LUMA:
            raise UserError("protocol=classic scores networks of luma, not of RGB: protocol=rgb")
        lr, hr = luma_pair(pixels, scale)
        return Question((lr / 255).float(), hr)

    def luma(self, pixels: Pixels, scale: int) -> Tensor:
        """Luma rounded to integers."""
        return rounded(crop(luma(pixels), scale))

    def answer(self, sr: Tensor, question: Question) -> Tensor:
        """SR luma rounded and clipped to 0..255."""
        return rounded(sr.double() * 255)


class RGB(Protocol):
    """As code of the era of EDSR, RCAN and BasicSR: uint8 RGB pictures in and out.

    Args:
        quality: at which LR is compressed as JPEG, with chroma subsampled; None: not at all.
    """

    def __init__(self, quality: int | None = None) -> None:
        self.name = "rgb" if quality is None else f"jpeg{quality}"
        self.quality = quality

    def question(self, pixels: Pixels, scale: int, channels: int = LUMA) -> Question:
        """LR is the uint8 picture that MATLAB's imresize makes; HR is luma, not rounded."""
        hr = self.luma(pixels, scale)
        lr = downscale_integers(_eight_bits(pixels, scale), scale)
        if self.quality is not None:
            lr = levels(compressed(to_pixels(lr), self.quality))
        if channels != LUMA:
            return Question((rgb_levels(lr) / 255).float(), hr, grey=pixels.ndim == 2)
        if lr.shape[1] == 1:
            return Question((lr / 255).float(), hr)
        planes = ycbcr(lr)
        chroma = upscale(planes[:, 1:], scale)
        return Question((planes[:, :1] / 255).float(), hr, chroma)

    def luma(self, pixels: Pixels, scale: int) -> Tensor:
        """Luma of the 8-bit picture, not rounded."""
        return luma_levels(_eight_bits(pixels, scale))

    def answer(self, sr: Tensor, question: Question) -> Tensor:
        """Luma of the uint8 picture made of the network's RGB, or of its Y and bicubic Cb, Cr."""
        y = sr.double() * 255
        if y.shape[1] != LUMA:
            return stored_luma(y, grey=question.grey)
        if question.chroma is None:
            return rounded(y)
        picture = rounded(rgb(torch.cat([y, question.chroma.to(y)], dim=1)))
        return luma_levels(picture)


def _eight_bits(pixels: Pixels, scale: int) -> Tensor:
    return crop(rounded(levels(pixels)), scale)


# JPEG qualities of strong, medium and light compression.
ALL: list[Protocol] = [Classic(), RGB(), *map(RGB, (40, 60, 80))]
PROTOCOLS = {protocol.name: protocol for protocol in ALL}
