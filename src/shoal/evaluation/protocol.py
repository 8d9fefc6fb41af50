"""What a protocol is: the way in which scores are taken.

It defines what a network is given (`question`), and what is compared: of a network's answer
(`pair`), or of a picture that any method saved (`compare`). Scores are of luma, without `scale`
pixels at each edge.
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
    """A way in which scores are taken.

    Attributes:
        name: as configs and tables have it.
    """

    name: str

    @abstractmethod
    def question(self, pixels: Pixels, scale: int, channels: int = LUMA) -> Question:
        """Make LR from an HR picture, and keep what SR is scored against.

        Args:
            pixels: grey or RGB.
            scale: an integer >= 2.
            channels: of the network: 1, luma, or 3, RGB.

        Raises:
            UserError: the picture is smaller than the scale, or a network of RGB is scored by
                `classic`.
        """

    @abstractmethod
    def luma(self, pixels: Pixels, scale: int) -> Tensor:
        """The luma levels to compare of a picture cropped to the scale, `(1, 1, H, W)`."""

    @abstractmethod
    def answer(self, sr: Tensor, question: Question) -> Tensor:
        """The luma levels to compare of a network's output, which is float32 in [0, 1]."""

    def pair(self, sr: Tensor, question: Question, scale: int) -> tuple[Tensor, Tensor]:
        """The luma levels of SR and HR to compare, the border shaved off."""
        return shave(self.answer(sr, question), scale), shave(question.hr, scale)

    def compare(self, sr: Pixels, hr: Pixels, scale: int) -> tuple[float, float]:
        """PSNR in dB and SSIM of an SR picture that was saved to a file.

        A grey SR picture is luma itself, even if HR is RGB, since `classic` code saves luma. If HR
        is grey, an RGB picture is converted to grey first, so that both lumas are unscaled.

        Args:
            sr: grey or RGB, as large as `hr` cropped to the scale.
            hr: grey or RGB.
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
