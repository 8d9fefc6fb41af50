import pytest
import torch
import torch.nn.functional as F
from hydra.utils import instantiate
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from helpers.composing import composed, options
from shoal.errors import UserError
from shoal.models.blocks import GREY, MultiScale
from shoal.models.initialise import initialise
from shoal.models.profile import dead_channels, macs, parameters, seconds_per_megapixel
from shoal.models.scn import unit
from shoal.models.upsamplers import (
    UPSAMPLERS,
    Deconvolution,
    Subpixel,
    ZeroBlocks,
    build,
    interpolation,
)
from shoal.pictures.resample import resize, upscale

MODELS = options("model")
TRAINED = [name for name in MODELS if name != "bicubic"]
ENSEMBLES = [name for name in MODELS if "deep" in composed(f"model={name}").model]


def network(name, scale=3, *overrides):
    torch.manual_seed(0)
    return instantiate(composed(f"model={name}", f"scale={scale}", *overrides).model)


def conv(kernel, inputs, outputs):
    """Parameters of a convolution with biases."""
    return kernel**2 * inputs * outputs + outputs


def closed_form(scale):
    """By network: parameters and multiply-adds per LR pixel, from its paper's figure."""
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
    return literature(scale) | {
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
    }


def literature(scale):
    """The same of the other papers' networks: weights, biases and all else, multiply-adds."""
    hr, octaves = scale**2, {2: 1, 3: 2, 4: 2}[scale]
    fsrcnn = 25 * 56 + 2 * 56 * 12 + 4 * 9 * 12**2 + (6 + scale) ** 2 * 56
    espcn = 25 * 64 + 9 * 64 * 32 + 9 * 32 * hr
    scn = 81 * 100 + 100 * 128 + 128**2 + 128 * 25 + 25 * 25
    level = 10 * 9 * 64**2 + 16 * 64**2 + 9 * 64 + 16
    lapsrn_macs = 9 * 64 + sum(4**i * (level + 3 * 9 * 64) for i in range(octaves))
    drcn_each = 2 * 9 * 256**2 + 9 * 256  # recur and reconstruct
    dense = sum(9 * 16 * before * 16 for before in range(1, 65)) + 16 * 65 * 256
    strides = {2: [2], 3: [3], 4: [2, 2]}[scale]
    up = [(stride + 2) ** 2 * 256**2 for stride in strides]
    up_macs = sum(weights * 4**i for i, weights in enumerate(up))
    srdensenet = 9 * 16 + dense + sum(up) + 9 * 256
    return {
        "srcnn_915": (WEIGHTS["srcnn_915"] + 64 + 32 + 1, WEIGHTS["srcnn_915"] * hr),
        "fsrcnn": (fsrcnn + 2 * (2 * 56 + 5 * 12) + 1, fsrcnn),
        "espcn": (espcn + 64 + 32 + hr, espcn),
        "scn": (scn + 128, scn * hr),
        "vdsr": (WEIGHTS["vdsr"] + 19 * 64 + 1, WEIGHTS["vdsr"] * hr),
        "lapsrn": (9 * 64 + 64 + octaves * (level + 11 * 64 + 2), lapsrn_macs),
        "drcn": (
            WEIGHTS["drcn"] + 4 * 256 + 1 + 16,
            (9 * 256 + 9 * 256**2 + 16 * drcn_each) * hr,
        ),
        "drrn_b1u9": (
            WEIGHTS["drrn_b1u9"] + 3 * 128 + 1,
            (2 * 9 * 128 + 9 * 2 * 9 * 128**2) * hr,
        ),
        "srdensenet": (
            srdensenet + 65 * 16 + 256 * (1 + len(up)) + 1,
            9 * 16 + dense + up_macs + 9 * 256 * hr,
        ),
    }


# Kernel entries, added up by hand from the printed layers. Of SRCNN 9-5-5 and DRCN,
# github.com/MKFMIKU/Awesome-Super-Resolution lists the same; its numbers for FSRCNN, VDSR and DRRN
# are those of other variants.
WEIGHTS = {
    "srcnn": 57_184,
    "srcnn_915": 8_032,
    "fsrcnn": 12_464,
    "vdsr": 664_704,
    "drcn": 1_774_080,
    "drrn_b1u9": 297_216,
}


def weights(net):
    """Kernel entries alone: what the papers count."""
    return sum(value.numel() for value in net.parameters() if value.ndim == 4)


@pytest.mark.parametrize("name", WEIGHTS)
def test_networks_of_the_literature_have_as_many_weights_as_published(name):
    assert weights(network(name, 3)) == WEIGHTS[name]


def test_espcn_and_lapsrn_have_as_many_weights_as_published_at_their_scales():
    assert weights(network("espcn", 2)) == 21_184
    # The authors' features are enlarged by kernels of 3, ours by 4 to lie on the pixel.
    assert weights(network("lapsrn", 4)) - 2 * (16 - 9) * 64**2 == 812_768


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", MODELS)
def test_parameters_and_macs_follow_the_closed_form(name, scale):
    net = network(name, scale)
    assert (parameters(net), macs(net)) == closed_form(scale)[name]


def test_ees_and_eed_have_the_papers_sizes_at_x3():
    assert parameters(network("ees")) == 7_449
    assert parameters(network("eed")) == 249_065


@pytest.mark.parametrize("name", TRAINED)
def test_macs_agree_with_torchs_own_counter_at_x3(name, monkeypatch):
    # counted by their own definition, not as the sub-pixel convolutions that they are computed as
    monkeypatch.setattr(Deconvolution, "forward", nn.ConvTranspose2d.forward)
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


@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_networks_with_symmetric_kernels_commute_with_flips(name, scale):
    net = symmetric(network(name, scale)).double()
    x = torch.rand(1, 1, 7, 6, generator=torch.Generator().manual_seed(0)).double()
    assert torch.allclose(net(x.flip(-1)), net(x).flip(-1), atol=1e-9)


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


@pytest.mark.parametrize(
    ("passes", "fastest"), [([2, 1, 0.5, 0.25, 0.5, 9], 0.25), ([3, 2.5, 1], 2.5), ([60, 1], 60)]
)
def test_speed_is_the_time_of_the_fastest_pass_over_its_hr_pixels(monkeypatch, passes, fastest):
    clock = iter([moment for taken in passes for moment in (0, taken)])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    pictures = [torch.rand(1, 1, 10, 10), torch.rand(1, 1, 20, 10)]
    speed = seconds_per_megapixel(network("bicubic", 3), pictures)
    assert speed == pytest.approx(fastest / 2700 * 1e6)


def test_every_level_of_lapsrn_is_supervised_at_its_own_size():
    net, lr = network("lapsrn", 8), torch.rand(1, 1, 5, 4)
    judged = net.supervision(lr, 0.3)
    assert [tuple(picture.shape[-2:]) for _, picture in judged] == [(10, 8), (20, 16), (40, 32)]
    assert [weight for weight, _ in judged] == [1 / 3] * 3
    assert torch.equal(judged[-1][1], net(lr))


def test_lapsrn_goes_beyond_x3_and_shrinks():
    net, lr = network("lapsrn", 3), torch.rand(1, 1, 5, 4)
    beyond = network("lapsrn", 4)
    beyond.load_state_dict(net.state_dict())
    assert torch.equal(net(lr), resize(beyond(lr), 15, 12))


def test_drcn_answers_the_weighted_sum_of_its_recursions_and_learns_from_each():
    net, lr = network("drcn", 2), torch.rand(1, 1, 5, 4)
    with torch.no_grad():
        net.shares.copy_(torch.linspace(0, 0.2, 16))
        judged = net.supervision(lr, 0.25)
        each, answer = [picture for _, picture in judged[:-1]], judged[-1]
        summed = sum(s * (p - GREY) for s, p in zip(net.shares, each, strict=True)) + GREY
        assert torch.allclose(net(lr), summed, atol=1e-6)
    assert [weight for weight, _ in judged[:-1]] == [pytest.approx(0.75 / 16)] * 16
    assert answer[0] == 0.25
    assert torch.equal(answer[1], net(lr))


def test_scn_answers_in_proportion_to_the_contrast():
    net, lr = network("scn", 2).double(), torch.rand(1, 1, 6, 5).double() - 0.5
    once, twice = (net(GREY + factor * lr) - GREY for factor in (0.5, 1.0))
    assert torch.allclose(twice, 2 * once, atol=1e-6)


def test_the_sparse_code_solves_the_sparse_coding_of_its_dictionary():
    net = network("scn", 2, "model.stages=2000").double()
    features = unit(torch.randn(1, 100, 1, 1, generator=torch.Generator().manual_seed(0)).double())
    code = net.code(features)[0, :, 0, 0]
    step = net.threshold[0].item() / 0.1
    dictionary = net.encode.weight[:, :, 0, 0].T / step
    # where an atom is used, its correlation with the rest is lambda; elsewhere it is below
    slope = dictionary.T @ (features[0, :, 0, 0] - dictionary @ code)
    assert 0 < (code != 0).sum() < 128
    assert torch.allclose(slope[code != 0], 0.1 * code[code != 0].sign(), atol=1e-4)
    assert slope[code == 0].abs().max() < 0.1 + 1e-4
