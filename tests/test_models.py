import pytest
import torch
import torch.nn.functional as F
from composing import composed, options
from hydra.utils import instantiate
from torch.utils.flop_counter import FlopCounterMode

from shoal.errors import UserError
from shoal.models.blocks import GREY, MultiScale
from shoal.models.facts import dead_channels, macs, parameters
from shoal.models.initialise import initialise
from shoal.models.upsamplers import (
    UPSAMPLERS,
    Deconvolution,
    Subpixel,
    ZeroBlocks,
    build,
    interpolation,
)
from shoal.resample import upscale

MODELS = options("model")
TRAINED = [name for name in MODELS if name != "bicubic"]
ENSEMBLES = [name for name in MODELS if "deep" in composed(f"model={name}").model]


def network(name, scale=3, *overrides):
    torch.manual_seed(0)
    return instantiate(composed(f"model={name}", f"scale={scale}", *overrides).model)


def conv(kernel, inputs, outputs):
    """Parameters of a convolution with biases."""
    return kernel**2 * inputs * outputs + outputs


def closed_form(name, scale):
    """Parameters and multiply-adds per LR pixel, from the paper's figure."""
    k, hr = 12 + scale, scale**2
    ees = conv(3, 1, 4) + conv(k, 4, 8) + conv(5, 8, 1)
    ees_macs = 9 * 4 + k**2 * 32 + 25 * 8 * hr
    extraction = conv(3, 1, 64) + 2 * conv(3, 64, 64)
    upsampling = conv(1, 64, 4) + conv(k, 4, 4) + conv(1, 4, 64)
    multi = sum(conv(kernel, 16, 16) for kernel in (1, 3, 5, 7))
    eed = extraction + upsampling + 4 * conv(3, 64, 64) + conv(1, 64, 16) + multi + conv(1, 64, 1)
    at_hr = 4 * 64 + 4 * 9 * 64**2 + 64 * 16 + 16 * 16 * (1 + 9 + 25 + 49) + 64
    eed_macs = 9 * 64 + 2 * 9 * 64**2 + 64 * 4 + k**2 * 16 + at_hr * hr
    dcnn = conv(9, 1, 64) + 6 * conv(3, 64, 64) + conv(5, 64, 1)
    dcnn_macs = (81 * 64 + 6 * 9 * 64**2 + 25 * 64) * hr
    srcnn = conv(9, 1, 64) + conv(5, 64, 32) + conv(5, 32, 1)
    srcnn_macs = (81 * 64 + 25 * 64 * 32 + 25 * 32) * hr
    fast = [(9, 1, 32), *[(9, 32, 32)] * 8, (9, 32, hr)]
    eed_fast_macs = sum(taps * inputs * outputs for taps, inputs, outputs in fast)
    eed_fast = eed_fast_macs + 9 * 32 + hr + 5 * 32  # biases, PReLU's slopes
    ees_fast, ees_fast_macs = 26 * hr, 25 * hr
    return {
        "ees": (ees, ees_macs),
        "eed": (eed, eed_macs),
        "eeds": (ees + eed, ees_macs + eed_macs),
        "dcnn": (dcnn, dcnn_macs),
        "srcnn": (srcnn, srcnn_macs),
        "dscnn": (dcnn + srcnn, dcnn_macs + srcnn_macs),
        "eed_fast": (eed_fast, eed_fast_macs),
        "ees_fast": (ees_fast, ees_fast_macs),
        "eeds_fast": (eed_fast + ees_fast, eed_fast_macs + ees_fast_macs),
        "bicubic": (0, 0),
    }[name]


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", MODELS)
def test_parameters_and_macs_follow_the_closed_form(name, scale):
    net = network(name, scale)
    assert (parameters(net), macs(net)) == closed_form(name, scale)


def test_ees_and_eed_have_the_papers_sizes_at_x3():
    assert parameters(network("ees")) == 7_449
    assert parameters(network("eed")) == 249_065


@pytest.mark.parametrize("name", TRAINED)
def test_macs_agree_with_torchs_own_counter_at_x3(name):
    net = network(name)
    with FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, 1, 8, 8))
    assert counter.get_total_flops() == 2 * 64 * macs(net)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 2), (6, 9)])
@pytest.mark.parametrize("scale", [2, 3, 5])
def test_the_output_is_exactly_scale_times_the_input(name, size, scale):
    sr = network(name, scale)(torch.rand(2, 1, *size))
    assert sr.shape == (2, 1, scale * size[0], scale * size[1])
    assert torch.isfinite(sr).all()


@pytest.mark.parametrize("name", TRAINED)
def test_every_parameter_gets_a_gradient(name):
    net = network(name)
    x = torch.rand(4, 1, 9, 7, generator=torch.Generator().manual_seed(0))
    net(x).square().mean().backward()
    without = [
        n for n, p in net.named_parameters() if p.grad is None or not p.grad.isfinite().all()
    ]
    assert without == []


@pytest.mark.parametrize("name", ["eeds", "dscnn", "eeds_fast"])
def test_the_branches_of_an_ensemble_add_up_to_its_answer(name):
    net, lr = network(name), torch.rand(1, 1, 6, 5)
    branches = net.branches(lr)
    assert set(branches) == {"deep", "shallow"}
    assert torch.equal(branches["deep"] + branches["shallow"], net(lr))
    assert torch.equal(branches["shallow"], net.shallow(lr))
    assert torch.equal(branches["deep"], net.deep(lr) - GREY)


def test_the_shallow_partner_is_a_matter_of_composition():
    net = network("eeds", 3, "model@model.shallow=bicubic")
    lr = torch.rand(1, 1, 6, 5)
    assert torch.equal(net.branches(lr)["shallow"], upscale(lr, 3))


@torch.no_grad()
def symmetric(net):
    """The network with every kernel made symmetric under flips along the width."""
    shuffled = [layer for layer in net.modules() if isinstance(layer, Subpixel)]
    for layer in shuffled:  # flipping the picture swaps the sub-pixels' channels too
        s, kernel = layer.scale, layer.convolve.weight
        phases = kernel.view(-1, s, s, *kernel.shape[1:])  # out, s, s, in, k, k
        phases.copy_((phases + phases.flip(2, -1)) / 2)
        biases = layer.convolve.bias.view(-1, s, s)
        biases.copy_((biases + biases.flip(2)) / 2)
    done = {id(layer.convolve.weight) for layer in shuffled}
    for parameter in net.parameters():
        if parameter.ndim == 4 and id(parameter) not in done:
            parameter.copy_((parameter + parameter.flip(-1)) / 2)
    return net


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


@pytest.mark.parametrize("name", [name for name in TRAINED if name != "bicubic"])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_networks_with_symmetric_kernels_commute_with_flips(name, scale):
    net = symmetric(network(name, scale)).double()
    x = torch.rand(1, 1, 7, 6, generator=torch.Generator().manual_seed(0)).double()
    assert torch.allclose(net(x.flip(-1)), net(x).flip(-1), atol=1e-9)


@pytest.mark.parametrize("scale", [2, 3, 4, 5, 6, 9])
def test_the_fast_deconvolution_equals_the_transposed_convolution(scale):
    up = Deconvolution(4, 8, scale).double()
    x = torch.rand(2, 4, 7, 5, generator=torch.Generator().manual_seed(0)).double()
    plain = F.conv_transpose2d(x, up.weight, up.bias, stride=scale, padding=6)
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


def test_interpolating_differs_from_plain_in_upsamplers_alone():
    plain, other = network("eeds"), network("eeds")
    initialise(other, "interpolating")
    changed = [
        name
        for (name, a), b in zip(plain.named_parameters(), other.parameters(), strict=True)
        if not torch.equal(a, b)
    ]
    assert [name.rsplit(".", 1)[0] for name in changed] == [
        *["deep.upsample.1"] * 2,
        *["shallow.upsample.0"] * 2,
    ]


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_silent_ensemble_starts_as_its_shallow_network_and_still_learns(name):
    net = network(name)
    initialise(net, "silent")
    lr, hr = torch.rand(2, 1, 12, 12), torch.rand(2, 1, 36, 36)
    assert torch.equal(net(lr), net.shallow(lr))
    descent = torch.optim.SGD(net.parameters(), 1e-2)
    for _ in range(2):
        descent.zero_grad()
        (net(lr) - hr).square().mean().backward()
        descent.step()
    assert all(value.grad.any() for value in net.parameters())


def test_the_interpolation_kernel_is_centred_and_normalised():
    kernel = interpolation(15, 3)
    assert torch.allclose(kernel, kernel.flip(0, 1))
    assert kernel.sum().item() == pytest.approx(9)


def test_unknown_words_are_refused_with_the_choices():
    with pytest.raises(UserError, match="deconvolution, unpooling, subpixel, nearest"):
        build("bilinear", 1, 1, 2)
    with pytest.raises(UserError, match="plain, interpolating, silent"):
        initialise(network("ees"), "zero")
    with pytest.raises(UserError, match="3 kernels cannot share 64 channels"):
        MultiScale(16, 64, (1, 3, 5))


def test_dead_channels_are_counted():
    net = network("ees")
    with torch.no_grad():
        net.extract[0].bias[:3] = -100
    share = dead_channels(net, [torch.rand(1, 1, 8, 8)])
    assert share is not None
    assert share >= 3 / 12
    assert dead_channels(network("bicubic"), [torch.rand(1, 1, 8, 8)]) is None
