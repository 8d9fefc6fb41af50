"""PyTorch's state dicts of published systems, read by the order of their layers."""

from pathlib import Path

import pytest
import torch
from torch import nn

from helpers.published import LR, ours
from shoal.errors import UserError
from shoal.importing.convert import import_weights
from shoal.pictures.resample import upscale


@pytest.mark.parametrize("scale", [2, 3])
def test_state_dicts_of_srcnn_and_fsrcnn_are_read_in_their_order(
    tmp_path: Path, scale: int
) -> None:
    srcnn = nn.Sequential(
        *(nn.Conv2d(1, 64, 9, padding=4), nn.ReLU(), nn.Conv2d(64, 32, 5, padding=2)),
        *(nn.ReLU(), nn.Conv2d(32, 1, 5, padding=2)),
    )
    last = nn.ConvTranspose2d(6, 1, 9, stride=scale, padding=4, output_padding=scale - 1)
    fsrcnn = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.PReLU(6), nn.Conv2d(6, 3, 1), nn.PReLU(3)),
        *(nn.Conv2d(3, 3, 3, padding=1), nn.PReLU(3), nn.Conv2d(3, 6, 1), nn.PReLU(6), last),
    )
    for name, theirs, given in (("srcnn", srcnn, upscale(LR, scale)), ("fsrcnn", fsrcnn, LR)):
        torch.save(theirs.state_dict(), tmp_path / f"{name}.pt")
        with torch.no_grad():
            expected = theirs(given)[0, 0].numpy()
        found = ours(name, tmp_path / f"{name}.pt", scale)
        assert found == pytest.approx(expected, abs=1e-5)


KERNELS = {"a": (64, 1, 3, 3), "b": (64, 64, 3, 3), "c": (64, 64, 3, 3)}


@pytest.mark.parametrize(
    ("system", "shapes", "words"),
    [
        ("vdsr", KERNELS, "no convolution from several channels to one"),
        ("vdsr", {"a": (64, 64, 3, 3)}, "no convolution from one channel to several"),
        ("srcnn", KERNELS, "a convolution without biases"),
        ("fsrcnn", KERNELS | {"bias": (64,)}, "a convolution without biases"),
        ("fsrcnn", {"a": (4, 1, 5, 5), "b": (4,), "c": (4,)}, "fewer than 4 layers"),
    ],
)
def test_what_a_state_dict_lacks_is_said(tmp_path: Path, system: str, shapes, words: str) -> None:
    state = {name: torch.zeros(shape) for name, shape in shapes.items()}
    torch.save(state, tmp_path / "w.pt")
    with pytest.raises(UserError, match=f"holds no {system} of x2: .*{words}"):
        import_weights(system, tmp_path / "w.pt", tmp_path / "w.safetensors", 2)
