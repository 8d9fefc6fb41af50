"""ETDS: what its thin stream sees, starts as and is trained on, and the network that is used."""

import pytest
import torch

from shoal.errors import UserError
from shoal.models.etds import ETDS, Streams
from shoal.models.initialise import initialise
from shoal.models.profile import macs, parameters
from shoal.models.reparam import folded

SCALE, WIDTH, LAYERS = 2, 8, 2


def network(thin: int, channels: int = 1) -> ETDS:
    torch.manual_seed(0)
    return ETDS(SCALE, WIDTH, LAYERS, thin, channels).double()


@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_used_as_the_plain_network_of_its_width(channels: int) -> None:
    trained, plain = network(3, channels), network(0, channels)
    lr, used = torch.rand(1, channels, 7, 9).double(), folded(trained)
    torch.testing.assert_close(used(lr), trained(lr), rtol=1e-12, atol=1e-12)
    drawn = torch.get_rng_state()
    folded(trained)
    assert torch.equal(torch.get_rng_state(), drawn)
    assert used.state_dict().keys() == plain.state_dict().keys()
    assert (parameters(used), macs(used.float())) == (parameters(plain), macs(plain.float()))
    assert parameters(trained) < parameters(plain)
    assert folded(plain) is plain


def test_the_authors_size() -> None:
    """M6C32 of RGB at x2 has 60k parameters by the paper's table."""
    made = ETDS(scale=2, width=32, layers=6, thin=3, channels=3)
    assert parameters(folded(made)) == pytest.approx(60_000, abs=1_000)


def test_the_thin_stream_never_sees_the_deep_one() -> None:
    made, lr = network(3), torch.rand(1, 1, 7, 9).double()
    before = made.features(lr)
    for layer in made.modules():
        if isinstance(layer, Streams):
            torch.nn.init.normal_(layer.deep.weight)
    after = made.features(lr)
    assert torch.equal(after[:, :3], before[:, :3])
    assert not torch.equal(after[:, 3:], before[:, 3:])


@pytest.mark.parametrize("init", ["interpolating", "silent"])
def test_it_starts_as_the_enlarged_picture_which_is_its_thin_streams(init: str) -> None:
    made = network(3)
    initialise(made, init)
    flat = torch.full((1, 1, 9, 9), 0.25).double()
    inside = made(flat)[..., 4:-4, 4:-4]
    torch.testing.assert_close(inside, torch.full_like(inside, 0.25))
    lr = torch.rand(1, 1, 9, 9).double()
    (_, thin), (_, answer) = made.supervision(lr, 0.0)
    torch.testing.assert_close(thin, answer)


def test_the_thin_streams_picture_has_a_third_of_the_loss() -> None:
    """Half as much as the answer's: alpha of the paper's equation 15, by the authors' code."""
    made, lr = network(3), torch.rand(1, 1, 9, 9).double()
    (light, thin), (heavy, answer) = made.supervision(lr, 0.0)
    assert (light, heavy) == pytest.approx((1 / 3, 2 / 3))
    assert torch.equal(answer, made(lr))
    assert thin.shape == answer.shape
    assert not torch.allclose(thin, answer)
    [(weight, alone)] = network(0).supervision(lr, 0.0)
    assert weight == 1
    assert torch.equal(alone, network(0)(lr))


@pytest.mark.parametrize(("thin", "channels"), [(8, 1), (9, 1), (2, 3), (-1, 1)])
def test_streams_that_are_none_are_refused(thin: int, channels: int) -> None:
    with pytest.raises(UserError, match=f"thin={thin} is n"):
        network(thin, channels)
