"""Upsamplers: aligned to the pixel, equal where they should be, and how they start."""

import pytest
import torch
import torch.nn.functional as F

from helpers.networks import symmetric
from shoal.models.interpolating import interpolation
from shoal.models.upsampler_by_name import UPSAMPLERS, build
from shoal.models.upsamplers import Deconvolution, Subpixel, ZeroBlocks
from shoal.pictures.resample import upscale


@pytest.mark.parametrize("scale", [2, 3, 4, 5, 7, 8])
@pytest.mark.parametrize("kind", UPSAMPLERS)
def test_upsamplers_are_aligned_to_the_pixel(kind, scale):
    up = symmetric(build(kind, 2, 3, scale))
    x = torch.rand(1, 2, 6, 5, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(up(x.flip(-1)), up(x).flip(-1), atol=1e-5)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("scale", [2, 3, 4, 5, 7, 8])
def test_an_interpolating_subpixel_start_is_aligned_without_any_help(scale, kernel):
    up = Subpixel(1, 1, scale, kernel)
    up.interpolate_()
    x = torch.rand(1, 1, 6, 5, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(up(x.flip(-1)), up(x).flip(-1), atol=1e-5)


@pytest.mark.parametrize("padding", [1, 3, 6])
@pytest.mark.parametrize("scale", [2, 3, 4, 5, 6, 9])
def test_the_fast_deconvolution_equals_the_transposed_convolution(scale, padding):
    up = Deconvolution(4, 8, scale, padding).double()
    x = torch.rand(2, 4, 7, 5, generator=torch.Generator().manual_seed(0)).double()
    plain = F.conv_transpose2d(x, up.weight, up.bias, stride=scale, padding=padding)
    assert torch.allclose(up(x), plain, atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_deconvolution_is_an_unpooling_followed_by_a_convolution(scale):
    up = Deconvolution(2, 3, scale).double()
    x = torch.rand(1, 2, 6, 5, generator=torch.Generator().manual_seed(0)).double()
    sparse = F.pad(ZeroBlocks(scale)(x), (scale + 5, 6, scale + 5, 6))
    turned = up.weight.flip(-1, -2).transpose(0, 1)
    assert torch.allclose(F.conv2d(sparse, turned, up.bias), up(x), atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_an_interpolating_deconvolution_is_bicubic_inside(scale):
    up = build("deconvolution", 1, 1, scale)
    up.interpolate_()
    x = torch.rand(1, 1, 12, 12, generator=torch.Generator().manual_seed(0))
    inside = (..., slice(4 * scale, -4 * scale), slice(4 * scale, -4 * scale))
    assert torch.allclose(up(x)[inside], upscale(x, scale)[inside], atol=1e-6)


@pytest.mark.parametrize("scale", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", UPSAMPLERS)
def test_every_interpolating_start_keeps_a_flat_picture_flat(kind, scale):
    up = build(kind, 3, 5, scale)
    up.interpolate_()
    middle = up(torch.full((1, 3, 9, 9), 0.25))[..., 4 * scale, 4 * scale]
    assert middle.flatten().tolist() == pytest.approx([0.25] * 5, abs=1e-6)


def test_the_interpolation_kernel_is_centred_and_normalised():
    kernel = interpolation(15, 3)
    assert torch.allclose(kernel, kernel.flip(0, 1))
    assert kernel.sum().item() == pytest.approx(9)
