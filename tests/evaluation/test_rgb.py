"""Networks of three channels are scored as the pictures are that they make."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from shoal.data.cache import open_cache
from shoal.data.catalog import folder_set
from shoal.errors import UserError
from shoal.evaluation import benchmark, saved
from shoal.evaluation.crops import write_samples
from shoal.evaluation.protocols import PROTOCOLS
from shoal.evaluation.spectrum import Spectrum
from shoal.evaluation.validation import Validation
from shoal.models.bicubic import Bicubic
from shoal.models.blocks import answer
from shoal.pictures.colour import luma
from shoal.pictures.degrade import degrade, rgb_pair
from shoal.pictures.images import read


class Nearest(nn.UpsamplingNearest2d):
    """Repeats each pixel of RGB."""

    channels = 3

    def __init__(self, scale):
        super().__init__(scale_factor=scale)


class Halves(nn.Module):
    """Nearest, a half by each branch."""

    channels = 3

    def branches(self, lr):
        half = Nearest(2)(lr) / 2
        return {"shallow": half, "deep": half}

    def forward(self, lr):
        return sum(self.branches(lr).values())


NETWORKS = {"nearest": Nearest(2), "bicubic": Bicubic(2, channels=3), "halves": Halves()}


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Colours, of an odd size, and grey, which is its own luma."""
    folder = tmp_path_factory.mktemp("rgb") / "photos"
    folder.mkdir()
    colours = np.random.default_rng(0).integers(0, 256, (12, 15, 3), dtype=np.uint8)
    Image.fromarray(colours).resize((45, 37), Image.Resampling.BICUBIC).save(folder / "colours.png")
    Image.effect_noise((40, 32), 60).save(folder / "grey.png")
    return folder


def enlarged(network, pixels):
    """What a picture viewer would be given: the LR picture's answer in 8 bits."""
    small = degrade(pixels, 2)
    given = np.dstack([small] * 3) if small.ndim == 2 else small
    lr = torch.from_numpy(given.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    sr = network(lr)[0].double().numpy().transpose(1, 2, 0) * 255
    if small.ndim == 3:
        return np.floor(sr + 0.5).clip(0, 255).astype(np.uint8)
    y = sr @ (65.481, 128.553, 24.966) / 219  # of 0..255, as grey is
    return np.floor(y + 0.5).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_scores_as_its_picture_does_when_it_is_saved(name, photos, tmp_path):
    for path in photos.iterdir():
        Image.fromarray(enlarged(NETWORKS[name], read(path).pixels)).save(tmp_path / path.name)
    pictures = folder_set(photos, "photos")
    rows = benchmark.score(NETWORKS[name], [pictures], photos, "rgb", 2)
    of_files = {row["image"]: row for row in saved.score(tmp_path, photos, 2, "rgb")}
    assert len(rows) == 2
    for row in rows:
        for kind in ("psnr", "ssim"):
            assert row[kind] == pytest.approx(of_files[row["image"]][kind], abs=1e-9)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_curve_is_taken_as_the_scores_are(name, photos, tmp_path):
    network, pictures = NETWORKS[name], folder_set(photos, "photos")
    cache = open_cache(pictures, photos, 2, tmp_path, channels=3)
    meter = Validation(2, ())
    for number in range(2):
        lr, hr = cache.picture(number)
        meter.update(network(lr[None]), hr[None], {})
    rows = benchmark.score(network, [pictures], photos, "rgb", 2)
    found = meter.compute()
    for kind in ("psnr", "ssim"):
        assert found[f"val/{kind}"] == pytest.approx(np.mean([row[kind] for row in rows]), abs=1e-9)


def test_bicubic_of_three_channels_is_bicubic_of_luma_and_chroma(photos):
    pictures = folder_set(photos, "photos")
    one, three = (
        benchmark.score(Bicubic(2, channels), [pictures], photos, "rgb", 2) for channels in (1, 3)
    )
    for row, other in zip(one, three, strict=True):
        assert row["psnr"] == pytest.approx(other["psnr"], abs=1e-3)


def test_a_branchs_spectrum_is_that_of_its_luma():
    image = torch.rand(1, 3, 20, 24, generator=torch.Generator().manual_seed(0))
    meter = Validation(2, ("deep",))
    meter.update(image, image, {"deep": image})
    levels = (image * 255).round()[0].permute(1, 2, 0).to(torch.uint8).numpy()
    low, high = Spectrum.of(luma(levels) / 255, 2).energies()
    found = meter.compute()
    assert found["deep/low"] == pytest.approx(low.item(), rel=0.02)
    assert found["deep/high"] == pytest.approx(high.item(), rel=0.02)
    assert found["deep/corr_low"] == pytest.approx(1, abs=1e-5)


def test_classic_has_no_scores_of_rgb(photos):
    with pytest.raises(UserError, match="protocol=classic scores networks of luma, not of RGB"):
        PROTOCOLS["classic"].question(read(photos / "colours.png").pixels, 2, 3)


def test_samples_are_in_colour_also_of_branches_and_of_grey(photos, tmp_path):
    for path in photos.iterdir():
        lr, hr = rgb_pair(read(path).pixels, 2)
        answered = answer(Halves(), (lr / 255).float())
        files = write_samples((lr / 255).float(), hr, *answered, path.stem, 2, tmp_path)
        assert set(files) == {"bicubic", "shallow", "deep", "sr", "hr", "strip"}
        assert {read(file).pixels.shape[2:] for file in files.values()} == {(3,)}
    pixels = read(photos / "colours.png").pixels
    assert np.array_equal(read(tmp_path / "colours-hr.png").pixels, pixels[:36, :44])
