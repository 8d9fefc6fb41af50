"""What every method here has in common."""

import pytest
import torch

from helpers.worlds import SCALE, pairs
from shoal.errors import UserError
from shoal.models.classical.bruna import Bruna
from shoal.models.classical.forest import RFL
from shoal.models.classical.freeman import Freeman
from shoal.models.classical.selfex import SelfEx
from shoal.models.classical.simple import Simple
from shoal.models.classical.sparse import ScSR
from shoal.models.fitted import FittedModel
from shoal.models.profile import macs
from shoal.models.weights import encode, load
from shoal.pictures.resample import downscale

SMALL = {
    "rfl": (RFL, {"trees": 2, "depth": 3, "leaf": 20, "samples": 500, "forms": 2, "ridge": 0.01}),
    "scsr": (ScSR, {"atoms": 40, "samples": 400, "penalty": 0.1, "steps": 10}),
    "simple": (Simple, {"clusters": 4, "samples": 300, "forms": 2, "ridge": 0.01}),
    "selfex": (SelfEx, {"side": 5, "neighbours": 3, "tolerance": 0.06}),
    "bruna": (
        Bruna,
        {"features": 4, "batch": 2, "trained": 3, "rate": 0.001, "steps": 2, "stride": 1.0},
    ),
    "freeman": (Freeman, {"examples": 300, "candidates": 4, "agreement": 1.0, "rounds": 3}),
}


def small(name: str, *, projections: int = 0, scale: int = SCALE) -> FittedModel:
    made, arguments = SMALL[name]
    return made(scale, projections=projections, **arguments)


@pytest.fixture(scope="module", params=SMALL)
def fitted(request: pytest.FixtureRequest) -> FittedModel:
    model = small(request.param)
    model.fit(pairs(3), seed=0)
    return model


def test_an_odd_picture_becomes_exactly_scale_times_as_large_and_each_of_a_batch_alone(fitted):
    lr = torch.rand(2, 1, 9, 13, generator=torch.Generator().manual_seed(1))
    sr = fitted(lr)
    assert sr.shape == (2, 1, 18, 26)
    assert torch.isfinite(sr).all()
    torch.testing.assert_close(fitted(lr[1:]), sr[1:], rtol=0, atol=1e-5)


def test_what_an_answer_costs_is_0_until_it_is_fitted(fitted):
    name = next(name for name, (made, _) in SMALL.items() if made is type(fitted))
    assert macs(fitted) > 0
    assert macs(small(name)) == (0 if fitted.state_dict() else macs(fitted))


def test_the_same_seed_fits_the_same_bits(fitted):
    again = small(next(name for name, (made, _) in SMALL.items() if made is type(fitted)))
    torch.manual_seed(5)  # PyTorch's own generator has no say
    again.fit(pairs(3), seed=0)
    assert again.state_dict().keys() == fitted.state_dict().keys()
    for name, value in fitted.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_weights_alone_rebuild_it(fitted, tmp_path):
    name, (made, arguments) = next(item for item in SMALL.items() if item[1][0] is type(fitted))
    target = f"{made.__module__}.{made.__name__}"
    model = {"_target_": target, "scale": SCALE, "projections": 0, **arguments}
    path = tmp_path / f"{name}.safetensors"
    path.write_bytes(encode(fitted, {"model": model, "scale": SCALE}))
    rebuilt, _ = load(path)
    lr = torch.rand(1, 1, 6, 7, generator=torch.Generator().manual_seed(2))
    assert torch.equal(rebuilt(lr), fitted(lr))


@pytest.mark.parametrize("fitted", ["rfl", "scsr", "simple"], indirect=True)
def test_what_lies_beyond_its_reach_changes_nothing(fitted):
    lr = torch.rand(1, 1, 5, 40, generator=torch.Generator().manual_seed(3))
    other = lr.clone()
    other[..., 20 + fitted.reach :] = 0.5
    changed = (fitted(lr) - fitted(other)).abs() > 1e-6
    assert not changed[..., : 20 * SCALE].any()
    assert changed[..., 20 * SCALE :].any()


@pytest.mark.parametrize("name", SMALL)
def test_back_projection_brings_the_answer_nearer_to_lr(name):
    errors = []
    for projections in (0, 3):
        model = small(name, projections=projections)
        model.fit(pairs(2), seed=0)
        lr, _ = pairs(1, seed=9)[0]
        errors.append(float((downscale(model(lr), SCALE) - lr).square().mean()))
    assert errors[1] < errors[0] / 4


def test_the_methods_that_look_at_the_whole_picture_say_so():
    whole = {name for name in SMALL if small(name).reach is None}
    assert whole == {"selfex", "bruna", "freeman"}


@pytest.mark.parametrize("name", SMALL)
def test_rgb_is_refused_in_one_line(name):
    made, arguments = SMALL[name]
    with pytest.raises(UserError, match="maps luma alone"):
        made(SCALE, projections=0, channels=3, **arguments)


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        ("simple", {"forms": 9}, "forms=9 of a picture: there are 8"),
        ("rfl", {"forms": 9}, "forms=9 of a picture: there are 8"),
        ("selfex", {"side": 4}, "side=4 has no middle pixel: take an odd one"),
    ],
)
def test_what_would_silently_be_another_method_is_refused(name, changed, words):
    made, arguments = SMALL[name]
    with pytest.raises(UserError, match=f"^{words}$"):
        made(SCALE, projections=0, **arguments | changed)


@pytest.mark.parametrize("name", ["rfl", "scsr"])
def test_pictures_without_any_detail_are_refused(name):
    flat = [(torch.full((1, 1, 20, 24), 0.3), torch.full((1, 1, 40, 48), 0.3))] * 2
    with pytest.raises(UserError, match=r"^2 pictures hold no detail to fit to: give "):
        small(name).fit(flat, seed=0)


def test_pictures_too_small_to_count_in_training_are_refused():
    tiny = [(torch.rand(1, 1, 8, 30), torch.rand(1, 1, 16, 60))]
    with pytest.raises(UserError, match=r"^a training picture of 30 x 8 LR pixels is too small"):
        small("bruna").fit(tiny, seed=0)
