"""Parameters, multiply-adds and other facts of networks, against the papers' figures."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from helpers.networks import MODELS, TRAINED, network
from shoal.models.profile import dead_channels, macs, parameters, reach
from shoal.models.upsamplers import (
    Deconvolution,
)


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
    pairs_macs = (12 - 4) * 2 * 9 * 32**2  # of EEDS-large, beyond EEDS-fast's
    pairs = pairs_macs + (12 - 4) * 3 * 32
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
        "eeds_large": (
            eed_fast + ees_fast + pairs,
            eed_fast_macs + ees_fast_macs + pairs_macs,
        ),
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
    thin, deep = 9 * 3 * 3, 9 * 32 * 29
    etds = 9 * 32 + 6 * (thin + deep) + 9 * 32 * hr
    return {
        "etds": (etds + 32 + 6 * 32 + hr, etds),
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


def test_dead_channels_are_counted():
    net = network("ees")
    with torch.no_grad():
        net.extract[0].bias[:3] = -100
    share = dead_channels(net, [torch.rand(1, 1, 8, 8)])
    assert share is not None
    assert share >= 3 / 12


def test_of_a_network_without_relu_no_picture_is_asked():
    def asked():
        raise AssertionError
        yield

    assert dead_channels(network("bicubic"), asked()) is None


def test_pictures_are_brought_to_where_the_network_is():
    net = network("ees").to("meta")  # where any other tensor is refused
    with pytest.raises(RuntimeError, match="cannot be called on meta"):  # which has no values
        dead_channels(net, [torch.rand(1, 1, 8, 8)])


def test_a_network_that_hides_what_it_looks_at_is_taken_to_look_at_everything():
    class Hiding(nn.Module):
        def forward(self, lr):
            return lr.nan_to_num().repeat_interleave(2, -1).repeat_interleave(2, -2)

    assert reach(Hiding()) is None
