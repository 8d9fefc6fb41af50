"""The two protocols by which the literature takes scores, `classic` and `rgb`, and `rgb` of JPEGs.

A protocol says what a network is given (`question`) and how its answer is compared (`score`), or
how a picture that some method wrote is (`compare`). Both score luma with `scale` pixels shaved off
each border. LR pictures are those of a MATLAB that mirrors a picture at its edges; the older one,
which repeats the edge pixel, would move bicubic's means by 0.0006 to 0.0028 dB (docs/data.md).
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from shoal.errors import UserError
from shoal.evaluation.metrics import psnr, ssim
from shoal.evaluation.question import Question
from shoal.models.channels import LUMA
from shoal.pictures.colour import (
    Pixels,
    grey,
    levels,
    luma,
    luma_levels,
    rgb,
    rgb_levels,
    rounded,
    stored_luma,
    to_pixels,
    ycbcr,
)
from shoal.pictures.degrade import luma_pair
from shoal.pictures.jpeg import compressed
from shoal.pictures.resample import crop, downscale_integers, upscale


class Protocol(ABC):
    """How scores are taken."""

    name: str

    @abstractmethod
    def question(self, pixels: Pixels, scale: int, channels: int = LUMA) -> Question:
        """Degrade an HR picture and keep what its score is taken against.

        Args:
            pixels: grey or RGB.
            scale: an integer >= 2.
            channels: that the network maps.

        Raises:
            UserError: the picture is smaller than the scale, or `classic` is asked about RGB.
        """

    @abstractmethod
    def luma(self, pixels: Pixels, scale: int) -> Tensor:
        """The luma levels of a picture that are compared, cropped to the scale, `(1, 1, H, W)`."""

    @abstractmethod
    def answer(self, sr: Tensor, question: Question) -> Tensor:
        """The luma levels that are compared, from the network's float32 output in [0, 1]."""

    def score(self, sr: Tensor, question: Question, scale: int) -> tuple[float, float]:
        """PSNR in dB and SSIM of one SR picture `(1, 1, H, W)` in [0, 1]."""
        return scores(*self.pair(sr, question, scale))

    def pair(self, sr: Tensor, question: Question, scale: int) -> tuple[Tensor, Tensor]:
        """What is compared: the luma levels of SR and HR, the border shaved off."""
        return shave(self.answer(sr, question), scale), shave(question.hr, scale)

    def compare(self, sr: Pixels, hr: Pixels, scale: int) -> tuple[float, float]:
        """PSNR in dB and SSIM of an SR picture as it was saved.

        A grey SR picture is luma itself, also where HR is RGB (what `classic` code writes). An RGB
        one is turned grey where HR is: only a one-channel picture's luma is unscaled.

        Args:
            sr: of the size of `hr` cropped to the scale.
            hr: grey or RGB, whatever `sr` is.
            scale: an integer >= 2.

        Raises:
            UserError: the picture is too small to score.
        """
        sr = grey(sr) if hr.ndim == 2 else sr
        pair = (shave(self.luma(pixels, scale), scale) for pixels in (sr, hr))
        return scores(*pair)


def scores(sr: Tensor, hr: Tensor) -> tuple[float, float]:
    """PSNR in dB and SSIM of two planes of luma levels `(1, 1, H, W)`."""
    return psnr(sr, hr).item(), ssim(sr, hr).item()


class Classic(Protocol):
    """SRCNN, VDSR, EEDS era code: luma first, LR kept in float, SR rounded."""

    name = "classic"

    def question(self, pixels: Pixels, scale: int, channels: int = LUMA) -> Question:
        """HR luma rounded to integers; LR is bicubic of that luma, in float."""
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
    """EDSR, RCAN, BasicSR era code: MATLAB's uint8 RGB picture in, a uint8 RGB picture out.

    Args:
        quality: of the JPEG file that LR has been, its chroma subsampled; None: it has been none.
    """

    def __init__(self, quality: int | None = None) -> None:
        self.name = "rgb" if quality is None else f"jpeg{quality}"
        self.quality = quality

    def question(self, pixels: Pixels, scale: int, channels: int = LUMA) -> Question:
        """LR is the uint8 picture that MATLAB's imresize makes; HR luma is not rounded."""
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
        """Luma of the uint8 picture: the network's RGB, or its Y with bicubic Cb and Cr."""
        y = sr.double() * 255
        if y.shape[1] != LUMA:
            return stored_luma(y, grey=question.grey)
        if question.chroma is None:
            return rounded(y)
        picture = rounded(rgb(torch.cat([y, question.chroma.to(y)], dim=1)))
        return luma_levels(picture)


def _eight_bits(pixels: Pixels, scale: int) -> Tensor:
    return crop(rounded(levels(pixels)), scale)


# Of LR pictures as they are found: strongly, middling and lightly compressed.
ALL: list[Protocol] = [Classic(), RGB(), *map(RGB, (40, 60, 80))]
PROTOCOLS = {protocol.name: protocol for protocol in ALL}


def shave(image: Tensor, scale: int) -> Tensor:
    """Cut `scale` pixels off each border of `(..., H, W)`.

    Raises:
        UserError: nothing would be left.
    """
    height, width = image.shape[-2:]
    if min(height, width) <= 2 * scale:
        raise UserError(f"{width} x {height} is too small to score at scale {scale}")
    return image[..., scale:-scale, scale:-scale]
