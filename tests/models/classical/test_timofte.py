"""Timofte's line on made-up worlds whose answers are known."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.networks import network
from shoal.errors import UserError
from shoal.models import weights
from shoal.models.classical.anchored import PYRAMID, APlus
from shoal.models.classical.dictionary import ksvd, partner
from shoal.models.classical.features import derivatives, samples, surroundings
from shoal.models.classical.patches import cut, overlaid
from shoal.models.classical.pursuit import pursue
from shoal.models.classical.regression import nearest
from shoal.models.classical.timofte import drawn as drawn_evenly
from shoal.models.fitted import FittedModel, Stages
from shoal.pictures.resample import downscale, upscale
from shoal.pictures.traced import mirrored
from shoal.upscale.export import export

ARMS = ("zeyde", "gr", "anr", "ne_lle", "ne_nnls", "aplus")
FEW = {"aplus": ("model.samples=4000",)}


def drawn(count: int = 2, scale: int = 3) -> list[tuple[Tensor, Tensor]]:
    """LR and HR of pictures without much detail: noise, enlarged."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.rand(count, 1, 18, 22, generator=generator)
    return [(downscale(hr, scale), hr) for hr in upscale(noise, scale)[:, None]]


@pytest.fixture(scope="module")
def fitted() -> dict[str, FittedModel]:
    models = {name: network(name, 3, "model.atoms=24", *FEW.get(name, ())) for name in ARMS}
    for model in models.values():
        model.fit(drawn(), seed=0)
    return models


def test_a_sample_of_two_atoms_is_coded_by_these_two():
    atoms = torch.linalg.qr(torch.randn(8, 8, generator=torch.Generator().manual_seed(1)))[0]
    x = (2 * atoms[:, 3] - 0.5 * atoms[:, 6])[None]
    indices, coefficients = pursue(x, atoms, 2)
    assert indices.tolist() == [[3, 6]]
    assert coefficients[0].tolist() == pytest.approx([2, -0.5], abs=1e-5)


def test_a_sample_that_one_atom_is_gets_nothing_of_a_second():
    indices, coefficients = pursue(torch.eye(4)[:1] * 3, torch.eye(4), 3)
    assert indices[0, 0] == 0
    assert coefficients.tolist() == [[3, 0, 0]]


def test_ksvd_finds_the_atoms_that_samples_are_mixed_of_and_their_partners():
    generator = torch.Generator().manual_seed(0)
    atoms = F.normalize(torch.randn(12, 16, generator=generator), dim=0)
    places = torch.stack([torch.randperm(16, generator=generator)[:2] for _ in range(1500)])
    shares = torch.randn(1500, 2, generator=generator)
    x = (atoms.T[places] * shares[..., None]).sum(1)
    found = ksvd(x, 16, 2, 30, generator, lambda done, total: None)
    likeness = (atoms.T @ found).abs().amax(dim=1)
    assert (likeness > 0.99).sum() >= 12
    other = torch.randn(5, 16, generator=generator)
    high = partner(places, shares, (other.T[places] * shares[..., None]).sum(1), 16)
    torch.testing.assert_close(high, other, atol=1e-4, rtol=0)


def test_patches_laid_where_they_were_cut_are_the_picture():
    picture = torch.rand(2, 1, 15, 21)
    torch.testing.assert_close(overlaid(cut(picture, 3, 3), 3, 3), picture)
    assert mirrored(torch.arange(3.0).view(1, 1, 1, 3), 4)[0, 0, 4].tolist() == [
        *(2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0)
    ]


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_features_are_derivatives_of_the_bicubic_enlargement(scale):
    lr = torch.rand(1, 1, 13, 15, dtype=torch.float64)
    raw = surroundings(lr)[0, :, 6, 7] @ derivatives(scale)
    window = upscale(lr, scale)[0, 0, 5 * scale : 8 * scale]
    left, across = 6 * scale, 3 * scale
    middle = window[:, left : left + across]
    ahead, behind = (window[:, left + s : left + s + across] for s in (scale, -scale))
    second = ((ahead + behind) / 2 - middle).flatten()
    size = across**2
    torch.testing.assert_close(raw[2 * size : 3 * size], second)


def test_aplus_finds_the_map_of_a_world_where_patches_follow_from_features():
    model = APlus(3, 4, 4000, 1)
    pictures = drawn()
    raw = derivatives(3).float()
    basis = torch.linalg.qr(raw)[0][:, :6].contiguous()
    true = torch.randn(6, 81, generator=torch.Generator().manual_seed(3))

    model.collected = lambda pictures, basis: linear(pictures, basis, true)  # type: ignore[method-assign]
    low = F.normalize(torch.randn(6, 4), dim=0)
    found = model.regressed(pictures, {"basis": basis, "low": low}, lambda done, total: None)
    assert found.shape == (4, 6, 81)
    assert (found - true).abs().max() < 0.05


def linear(pictures, basis, true):
    around = torch.cat([each for each, _ in samples(pictures, 3)])
    features = F.normalize(around @ basis, dim=1)
    features = features.repeat(8, 1)
    return features, features @ true


def test_the_nearest_samples_are_those_of_all_blocks():
    points = F.normalize(torch.randn(50, 3), dim=1)
    assert nearest(points, points[:4], 1)[:, 0].tolist() == [0, 1, 2, 3]


def test_samples_take_no_more_memory_than_is_given():
    basis = derivatives(3).float()[:, :30]
    floats = int(1e-4 * 2**30 / 4)
    features, patches = APlus(3, 4, 10**9, 1e-4).collected(drawn(8), basis)
    assert len(features) == len(patches) > 100
    assert features.numel() + patches.numel() <= floats


def test_no_memory_is_taken_for_samples_that_pictures_do_not_have():
    basis = derivatives(3).float()[:, :30]
    features, _ = APlus(3, 4, 10**9, 100).collected(drawn(2), basis)
    assert len(features) == sum(len(each) for each, _ in samples(drawn(2), 3, sizes=PYRAMID))
    taken = features.untyped_storage().nbytes() // 4 // 30
    assert taken <= 2 * 18 * 22 * len(PYRAMID)


@pytest.mark.parametrize("name", ARMS)
def test_each_gains_on_bicubic_where_it_was_fitted_and_answers_every_size(fitted, name):
    model, (lr, hr) = fitted[name], drawn()[0]
    bicubic = (upscale(lr, 3) - hr).square().mean()
    assert (model(lr) - hr).square().mean() < bicubic
    assert model(torch.rand(1, 1, 5, 7)).shape == (1, 1, 15, 21)
    assert model.macs > 0


@pytest.mark.parametrize("name", ARMS)
def test_a_part_with_enough_around_it_is_answered_as_within_the_whole(fitted, name):
    model = fitted[name]
    lr = torch.rand(1, 1, 24, 26, generator=torch.Generator().manual_seed(2))
    part = model(lr[..., : 12 + model.reach, :])[..., :36, :]
    torch.testing.assert_close(part, model(lr)[..., :36, :], atol=2e-5, rtol=0)


@pytest.mark.parametrize("name", ["zeyde", "aplus"])
def test_the_same_seed_gives_the_same_bits_and_weights_bring_their_shapes(fitted, name, tmp_path):
    again = network(name, 3, "model.atoms=24", *FEW.get(name, ()))
    again.fit(drawn(), 0, Stages())
    for key, value in fitted[name].state_dict().items():
        assert torch.equal(value, again.state_dict()[key])
    model = {"_target_": f"{type(again).__module__}.{type(again).__name__}", "scale": 3}
    model |= {"atoms": 24} | ({"samples": 4000, "gigabytes": 3} if name == "aplus" else {})
    path = tmp_path / "weights.safetensors"
    path.write_bytes(weights.encode(again, {"model": model, "scale": 3}))
    lr = torch.rand(1, 1, 6, 8)
    assert torch.equal(weights.load(path)[0](lr), again(lr))


class Noted(Stages):
    """Stages that are kept in memory, and note which are shared by what facts."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.facts: dict[str, Any] = {}

    def __call__(self, name, make):
        if name not in self.kept:
            self.kept[name] = super().__call__(name, make)
        return self.kept[name]

    def shared(self, name, facts, make):
        self.facts[name] = facts
        return self(name, make)


@pytest.mark.parametrize("name", ["gr", "ne_lle", "aplus"])
def test_all_share_one_dictionary_and_a_kept_one_gives_the_same_bits(fitted, name):
    stages = Noted()
    network("zeyde", 3, "model.atoms=24").fit(drawn(), 0, stages)
    assert stages.facts == {"dictionary": {"atoms": 24, "seed": 0}}
    other = network(name, 3, "model.atoms=24", *FEW.get(name, ()))
    other.fit(drawn(), 0, stages)
    assert stages.facts == {"dictionary": {"atoms": 24, "seed": 0}}
    for key, value in fitted[name].state_dict().items():
        assert torch.equal(value, other.state_dict()[key]), key


def test_zeyde_makes_of_a_mixture_of_two_atoms_the_mixture_of_their_patches(fitted):
    model = fitted["zeyde"]
    low, high = model.low, model.high
    likeness = (low.T @ low).abs()
    place = int(likeness.argmin())
    one, two = place // len(likeness), place % len(likeness)
    found = model.mapped((2 * low[:, one] - 1.5 * low[:, two])[None])
    torch.testing.assert_close(found[0], 2 * high[:, one] - 1.5 * high[:, two], atol=1e-4, rtol=0)


def test_of_many_pictures_as_much_is_drawn_of_each():
    generator = torch.Generator().manual_seed(0)
    every, _ = drawn_evenly(drawn(40), 3, generator)
    some, patches = drawn_evenly(drawn(40), 3, generator, most=len(every) // 4)
    assert some.shape[1:] == (81,)
    assert patches.shape == (len(some), 81)
    assert len(every) / 8 < len(some) < len(every) / 2.5


@pytest.mark.parametrize(
    ("name", "choice", "said"),
    [
        ("zeyde", "model.atoms=0", "atoms=0 is not an integer of at least 1"),
        ("ne_lle", "model.atoms=16", "neighbours=24 of atoms=16: take more atoms"),
        ("aplus", "model.gigabytes=0", "gigabytes=0 hold no sample"),
        ("aplus", "model.samples=0", "samples=0 is not an integer of at least 1"),
    ],
)
def test_what_makes_no_model_is_refused_in_one_line(name, choice, said):
    with pytest.raises(Exception, match=said):
        network(name, 3, choice)


@pytest.mark.parametrize("size", [4, 20])
def test_pictures_without_detail_are_refused_in_one_line(size):
    flat = torch.full((1, 1, size, size), 0.5)
    with pytest.raises(UserError, match="1 pictures hold no detail to fit to"):
        network("gr", 3).fit([(flat, upscale(flat, 3))], 0)


@pytest.mark.slow  # an ONNX file appears only after it has answered as PyTorch does
@pytest.mark.parametrize("name", ["zeyde", "gr", "anr"])
def test_those_that_a_graph_can_hold_are_written_as_onnx(fitted, name, tmp_path):
    model = fitted[name]
    config = {"_target_": f"{type(model).__module__}.{type(model).__name__}", "scale": 3}
    path = tmp_path / "weights.safetensors"
    path.write_bytes(weights.encode(model, {"model": config | {"atoms": 24}, "scale": 3}))
    assert export(path, tmp_path / "model.onnx").is_file()


@pytest.mark.parametrize("size", [1, 2, 5])
def test_margins_of_any_width_are_mirrored_with_period_twice_the_size(size):
    line = torch.arange(float(size)).view(1, 1, 1, size)
    both = torch.cat([line, line.flip(-1)], dim=-1).repeat(1, 1, 1, 30)[0, 0, 0]
    for margin in range(2 * size, 12, 2 * size):
        assert torch.equal(mirrored(line, margin)[0, 0, margin], both[: size + 2 * margin])
