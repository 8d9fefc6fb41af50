"""What a protocol asks of a network about one picture."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Question:
    """What one picture asks of a network.

    Attributes:
        lr: the network's input, float32 in [0, 1]: luma `(1, 1, h, w)`, or RGB `(1, 3, h, w)`.
        hr: the reference: float64 luma levels, `(1, 1, H, W)`, H = scale * h.
        chroma: Cb and Cr levels of the LR picture, enlarged, `(1, 2, H, W)`; None for grey, and
            for a network of RGB.
        grey: whether the picture is grey, and so its own luma.
    """

    lr: Tensor
    hr: Tensor
    chroma: Tensor | None = None
    grey: bool = False
