"""Back-projection: an answer that, made small again, is the picture that was given."""

from torch import Tensor

from shoal.pictures.resample import downscale, upscale

REACH = 4  # LR pixels to each side that one round looks at: two of shrinking, two of enlarging


def back_projected(sr: Tensor, lr: Tensor, scale: int, rounds: int) -> Tensor:
    """Add to an answer what it lacks of LR, enlarged by bicubic interpolation, some times.

    Irani and Peleg, "Improving Resolution by Image Registration", CVGIP 1991.

    Args:
        sr: `(N, 1, scale * h, scale * w)`.
        lr: `(N, 1, h, w)`.
        scale: the factor.
        rounds: how many times; 0 leaves the answer as it is.
    """
    for _ in range(rounds):
        sr = sr + upscale(lr - downscale(sr, scale), scale)
    return sr
