"""`classic` PSNR and SSIM of Set14 beside scikit-image's."""

from collections.abc import Iterator

import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import Tensor

from benchmarks.measure import Row, middle, ratio, side_by_side
from shoal.data.catalog import default_root, locate, picture_set
from shoal.evaluation.metrics import psnr, ssim
from shoal.evaluation.protocol import shave
from shoal.evaluation.protocols import PROTOCOLS
from shoal.pictures.images import read
from shoal.pictures.levels import rounded
from shoal.pictures.resample import upscale

SCALE = 3
Pair = tuple[Tensor, Tensor]


def pairs() -> list[Pair]:
    """Bicubic and HR of each picture of Set14, levels, shaved."""
    made = []
    for path in locate(picture_set("set14"), default_root()):
        question = PROTOCOLS["classic"].question(read(path).pixels, SCALE)
        sr = rounded(upscale(question.lr.double(), SCALE) * 255)
        made.append((shave(sr, SCALE).contiguous(), shave(question.hr, SCALE).contiguous()))
    return made


def ours(pair: Pair) -> tuple[float, float]:
    """PSNR and SSIM by Shoal."""
    return psnr(*pair).item(), ssim(*pair).item()


def theirs(pair: Pair) -> tuple[float, float]:
    """The same by scikit-image, windows wholly inside only."""
    sr, hr = (plane[0, 0].numpy() for plane in pair)
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    _, full = structural_similarity(sr, hr, data_range=255, full=True, **options)
    return peak_signal_noise_ratio(hr, sr, data_range=255), full[5:-5, 5:-5].mean()


def rows() -> Iterator[Row]:
    """Time, and how far apart the values are."""
    given = pairs()
    actions = [lambda how=how: [how(pair) for pair in given] for how in (ours, theirs)]
    mine, other = side_by_side(actions, 5)
    apart = max(abs(a - b) for pair in given for a, b in zip(ours(pair), theirs(pair), strict=True))
    parts = {"ours s": middle(mine), "scikit-image s": middle(other), "apart at most": apart}
    parts |= {"threads": torch.get_num_threads()}
    yield Row("PSNR and SSIM of Set14", "scikit-image", "<= 0.5", ratio(mine, other), parts)
