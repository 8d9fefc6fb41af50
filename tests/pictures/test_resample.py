"""MATLAB's bicubic."""

import numpy as np
import pytest
import torch

from shoal.pictures import images, kernel, levels, resample


def matlab_files(root):
    return sorted((root / "matlab_lr").rglob("*.png"))


@pytest.mark.data
def test_all_57_lr_pictures_equal_matlabs_in_every_pixel(shoal_data):
    files = matlab_files(shoal_data)
    wrong = 0
    for file in files:
        scale, dataset = int(file.parent.name[1:]), file.parent.parent.name
        hr = levels.levels(images.read(shoal_data / dataset / f"{file.stem}.bmp").pixels)
        lr = levels.to_pixels(resample.downscale_integers(resample.crop(hr, scale), scale))
        wrong += int((lr != images.read(file).pixels).sum())
    assert len(files) == 57
    assert wrong == 0


@pytest.mark.parametrize("scale", [2, 3, 4, 5, 7])
def test_flat_stays_flat_down_and_up(scale):
    flat = torch.full((1, 1, 3 * scale, 2 * scale), 77.0, dtype=torch.float64)
    assert torch.allclose(resample.downscale(flat, scale), flat[..., :3, :2], atol=1e-12)
    assert torch.allclose(resample.upscale(flat, scale)[..., 1, 1], flat[..., 1, 1], atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4, 5])
def test_enlarging_a_line_keeps_it_a_line_aligned_to_the_pixel(scale):
    ramp = torch.arange(12, dtype=torch.float64).expand(1, 1, 12, 12)
    centres = (torch.arange(12 * scale, dtype=torch.float64) + 0.5) / scale - 0.5
    inside = slice(3 * scale, -3 * scale)
    large = resample.upscale(ramp, scale)[0, 0, 20]
    assert torch.allclose(large[inside], centres[inside], atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("resize", [resample.downscale, resample.upscale])
def test_flipping_before_is_flipping_after(resize, scale):
    image = torch.rand(
        1, 2, 12, 24, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    for dims in ((-1,), (-2,), (-2, -1)):
        flipped = resize(image.flip(dims), scale)
        assert torch.allclose(flipped, resize(image, scale).flip(dims), atol=1e-12)


def test_enlarging_agrees_with_torchs_bicubic_inside_where_both_use_the_same_kernel():
    # PyTorch's antialiased bicubic has a = -0.5 as well and differs only at the borders.
    image = torch.rand(
        1, 1, 20, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    torchs = torch.nn.functional.interpolate(
        image, scale_factor=3, mode="bicubic", antialias=True, align_corners=False
    )
    ours = resample.upscale(image, 3)
    assert torch.allclose(ours[..., 9:-9, 9:-9], torchs[..., 9:-9, 9:-9], atol=1e-6)


@pytest.mark.parametrize("size", [15, 27])
def test_other_sizes_agree_with_torchs_bicubic_inside(size):
    image = torch.rand(
        1, 1, 20, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    torchs = torch.nn.functional.interpolate(
        image, size=(size, size), mode="bicubic", antialias=True, align_corners=False
    )
    ours = resample.resize(image, size, size)
    assert torch.allclose(ours[..., 5:-5, 5:-5], torchs[..., 5:-5, 5:-5], atol=1e-6)


def test_a_picture_of_the_size_asked_for_stays_as_it_is():
    image = torch.rand(1, 1, 7, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(resample.resize(image, 7, 5), image)


def test_a_size_that_is_no_multiple_is_refused():
    with pytest.raises(ValueError, match="crop first"):
        resample.downscale(torch.zeros(1, 1, 7, 6), 3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 3)])
def test_tiny_pictures_are_enlarged(shape):
    image = torch.rand(1, 1, *shape, generator=torch.Generator().manual_seed(0))
    assert resample.upscale(image, 3).shape == (1, 1, 3 * shape[0], 3 * shape[1])


def test_the_kernel_is_keys_cubic():
    x = np.linspace(-2, 2, 9)
    expected = [0, -0.0625, 0, 0.5625, 1, 0.5625, 0, -0.0625, 0]
    assert kernel.cubic(x) == pytest.approx(expected)
