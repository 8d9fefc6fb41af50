"""What a protocol is: how scores are taken.

It says what a network is given (`question`) and what of its answer is compared (`pair`), or how a
picture that some method wrote is (`compare`): luma, without `scale` pixels at each edge.
"""

from abc import ABC, abstractmethod

from torch import Tensor

from shoal.errors import UserError
from shoal.evaluation.metrics import psnr, ssim
from shoal.evaluation.question import Question
from shoal.models.channels import LUMA
from shoal.pictures.colour import grey
from shoal.pictures.levels import Pixels


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


def shave(image: Tensor, scale: int) -> Tensor:
    """Cut `scale` pixels off each border of `(..., H, W)`.

    Raises:
        UserError: nothing would be left.
    """
    height, width = image.shape[-2:]
    if min(height, width) <= 2 * scale:
        raise UserError(f"{width} x {height} is too small to score at scale {scale}")
    return image[..., scale:-scale, scale:-scale]
