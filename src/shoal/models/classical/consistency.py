"""Back-projection, which makes an answer agree with LR when it is shrunk again."""

from torch import Tensor

from shoal.pictures.resample import downscale, upscale

REACH = 4  # LR pixels to each side that one round looks at: 2 for shrinking, 2 for enlarging


def back_projected(sr: Tensor, lr: Tensor, scale: int, rounds: int) -> Tensor:
    """Repeatedly add to an answer the enlarged difference between LR and the shrunk answer.

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
