"""A network's answer averaged over the symmetries of the square."""

from shoal.pictures.arrays import Array, contiguous, namespace
from shoal.upscale.ready import Runtime


def average(run: Runtime, lr: Array) -> Array:
    """The mean of the answers to the eight symmetric forms of LR, each turned back."""
    answers, has = [], namespace(lr)
    for quarters in range(4):
        turned = has.rot90(lr, quarters, (2, 3))
        for flipped in ((), (3,)):
            sr = run(contiguous(has.flip(turned, flipped)))
            answers.append(has.rot90(has.flip(sr, flipped), -quarters, (2, 3)))
    mean: Array = has.stack(answers).mean(0)
    return mean
