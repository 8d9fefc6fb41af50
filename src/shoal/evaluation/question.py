"""What a protocol asks a network about one picture."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Question:
    """A network's input for one picture, and what its answer is compared with.

    Attributes:
        lr: the network's input, float32 in [0, 1]: luma `(1, 1, h, w)`, or RGB `(1, 3, h, w)`.
        hr: the reference: float64 luma levels, `(1, 1, H, W)`, H = scale * h.
        chroma: Cb and Cr levels of LR, enlarged, `(1, 2, H, W)`; None if the picture is grey or
            the network maps RGB.
        grey: whether a network of RGB is asked about a grey picture, whose luma is unscaled.
    """

    lr: Tensor
    hr: Tensor
    chroma: Tensor | None = None
    grey: bool = False
