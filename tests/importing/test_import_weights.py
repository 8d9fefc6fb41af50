"""Published weights: what their authors' code computes, ours computes of the same file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.io import savemat
from torch import nn

import shoal
from helpers.matlab import columns, deconv, imfilter, vl_nnconv, vl_nnconvt
from shoal.cli.import_weights import import_weights as command
from shoal.errors import UserError
from shoal.importing.convert import import_weights
from shoal.models import weights
from shoal.pictures.resample import upscale

RNG = np.random.default_rng(0)
LR = torch.rand(1, 1, 5, 6, generator=torch.Generator().manual_seed(0))
PLANE = LR[0].double().numpy()  # (1, h, w)


def normal(*shape: int) -> NDArray[Any]:
    """Kernels that keep what they are given about as large."""
    inputs = shape[1] if len(shape) == 4 and shape[0] != shape[1] < 9 else max(shape[:2])
    return RNG.normal(size=shape) * 0.5 / (inputs * shape[-1])


def ours(system: str, file: Path, scale: int, lr: torch.Tensor = LR) -> NDArray[Any]:
    """What our network makes of LR with a file's weights, `(H, W)`."""
    output = file.with_name("ours.safetensors")
    import_weights(system, file, output, scale, force=True)
    network, facts = weights.load(output)
    assert (facts["name"], facts["scale"], facts["source"]["file"]) == (system, scale, file.name)
    with torch.no_grad():
        sr: NDArray[Any] = network(lr)[0, 0].numpy()
    return sr


def enlarged(scale: int) -> NDArray[Any]:
    """MATLAB's bicubic picture, `(1, H, W)`."""
    return upscale(LR.double(), scale)[0].numpy()


def row(arrays: list[Any]) -> NDArray[Any]:
    """A cell array."""
    cell = np.empty((1, len(arrays)), dtype=object)
    for number, each in enumerate(arrays):
        cell[0, number] = each
    return cell


@pytest.mark.parametrize("middle", [5, 1])
def test_srcnns_matlab_file_is_the_network_of_its_demo(tmp_path: Path, middle: int) -> None:
    shapes = (64, 1, 9, 9), (32, 64, middle, middle), (1, 32, 5, 5)
    kernels, biases = [normal(*s) for s in shapes], [RNG.normal(size=s[0]) * 0.1 for s in shapes]
    first, second, third = map(columns, kernels)
    content = {"weights_conv1": first[0], "weights_conv2": second, "weights_conv3": third[..., 0]}
    content |= {f"biases_conv{n + 1}": bias[:, None] for n, bias in enumerate(biases)}
    savemat(tmp_path / "x2.mat", content)
    planes = enlarged(2)
    for number in (0, 1):
        planes = np.maximum(imfilter(planes, kernels[number], biases[number]), 0)
    (theirs,) = imfilter(planes, kernels[2], biases[2])
    assert ours("srcnn", tmp_path / "x2.mat", 2) == pytest.approx(theirs, abs=1e-5)


def fsrcnn_matlab(path: Path, scale: int) -> NDArray[Any]:
    """Writes FSRCNN(6, 3, 2) as its authors keep it; what their FSRCNN.m makes of LR."""
    shapes = (6, 1, 5, 5), (3, 6, 1, 1), (3, 3, 3, 3), (3, 3, 3, 3), (6, 3, 1, 1)
    kernels, biases = [normal(*s) for s in shapes], [RNG.normal(size=s[0]) * 0.1 for s in shapes]
    slopes, last = [0.1, 0.2, -0.3, 0.4, 0.5], normal(6, 1, 9, 9)
    content = {
        "weights_conv": row([*map(columns, kernels), columns(last)]).T,
        "biases_conv": row([*(bias[:, None] for bias in biases), 0.05]).T,
        "prelu_conv": row([*slopes]).T,
    }
    savemat(path, content)
    planes = PLANE
    for kernel, bias, slope in zip(kernels, biases, slopes, strict=True):
        planes = imfilter(planes, kernel, bias)
        planes = np.maximum(planes, 0) + slope * np.minimum(planes, 0)
    return 0.05 + sum(deconv(p, k[0], scale) for p, k in zip(planes, last, strict=True))


@pytest.mark.parametrize("scale", [2, 4])
def test_fsrcnns_matlab_file_is_the_network_of_its_demo(tmp_path: Path, scale: int) -> None:
    theirs = fsrcnn_matlab(tmp_path / "x.mat", scale)
    inner = slice(scale, -scale)  # what is scored
    found = ours("fsrcnn", tmp_path / "x.mat", scale)
    assert found[inner, inner] == pytest.approx(theirs[inner, inner], abs=1e-5)


def test_at_x3_fsrcnns_answer_lies_a_pixel_further_on_as_in_its_demo(tmp_path: Path) -> None:
    theirs = fsrcnn_matlab(tmp_path / "x3.mat", 3)
    found = ours("fsrcnn", tmp_path / "x3.mat", 3)
    assert found[3:-3, 3:-3] == pytest.approx(theirs[2:-4, 2:-4], abs=1e-5)  # shave_x3


def test_vdsrs_matlab_file_is_the_network_of_its_demo(tmp_path: Path) -> None:
    shapes = (3, 3, 1, 64), (3, 3, 64, 64), (3, 3, 64, 1)
    filters = [RNG.normal(size=s) * 0.1 for s in shapes]
    biases = [RNG.normal(size=s[-1]) * 0.1 for s in shapes]
    model = {"weight": row(filters), "bias": row([bias[:, None] for bias in biases])}
    savemat(tmp_path / "vdsr.mat", {"model": model})
    bicubic = np.moveaxis(enlarged(3), 0, -1)
    features = vl_nnconv(bicubic, filters[0], biases[0])
    for number in (1, 2):
        features = vl_nnconv(np.maximum(features, 0), filters[number], biases[number])
    theirs = (features + bicubic)[..., 0]
    assert ours("vdsr", tmp_path / "vdsr.mat", 3) == pytest.approx(theirs, abs=1e-4)


def test_vdsrs_state_dict_is_read_whatever_its_layers_are_called(tmp_path: Path) -> None:
    layers = [nn.Conv2d(i, o, 3, padding=1, bias=False) for i, o in ((1, 64), (64, 64), (64, 1))]
    named = zip(("middle.0", "input", "output"), (layers[1], layers[0], layers[2]), strict=True)
    state = {f"{name}.weight": layer.weight.detach() for name, layer in named}
    torch.save({"epoch": 50, "state_dict": state}, tmp_path / "vdsr.pth")
    bicubic = upscale(LR, 2)
    with torch.no_grad():
        theirs = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])(bicubic)
    expected = (theirs + bicubic)[0, 0].numpy()
    assert ours("vdsr", tmp_path / "vdsr.pth", 2) == pytest.approx(expected, abs=1e-5)


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


def lapsrn_matlab(path: Path) -> NDArray[Any]:
    """Writes LapSRN of x4 and one convolution a level; what MatConvNet makes of LR."""
    params: dict[str, Any] = {}

    def layer(name: str, *shape: int) -> tuple[Any, Any]:
        width = shape[2] if "upconv" in name else shape[3]
        made = RNG.normal(size=shape) * 0.05, RNG.normal(size=width) * 0.1
        params[f"{name}_f"], params[f"{name}_b"] = made[0], made[1][None]
        return made

    def leaky(planes: Any) -> Any:
        return np.maximum(planes, 0) + 0.2 * np.minimum(planes, 0)

    picture = np.moveaxis(PLANE, 0, -1)
    features = leaky(vl_nnconv(picture, *layer("input_conv", 3, 3, 1, 64)))
    for level in ("level2", "level1"):
        features = leaky(vl_nnconv(features, *layer(f"{level}_conv1", 3, 3, 64, 64)))
        features = leaky(vl_nnconvt(features, *layer(f"{level}_upconv", 3, 3, 64, 64), (0, 1)))
        residual = vl_nnconv(features, *layer(f"{level}_residual_conv", 3, 3, 64, 1))
        up = params[f"{level}_img_up_f"] = RNG.normal(size=(4, 4)) * 0.3
        picture = vl_nnconvt(picture, up[..., None, None], np.zeros(1), (1, 1)) + residual
    names = list(params)
    kinds = [("name", object), ("value", object), ("learningRate", object)]
    array = np.empty((1, len(names)), dtype=kinds)
    for number, name in enumerate(names):
        array[0, number] = (name, params[name], 1.0)
    savemat(path, {"net": {"vars": 0, "params": array}})
    return picture[..., 0]


def test_lapsrns_matlab_file_is_the_network_that_matconvnet_loads(tmp_path: Path) -> None:
    theirs = lapsrn_matlab(tmp_path / "LapSRN_x4.mat")
    found = ours("lapsrn", tmp_path / "LapSRN_x4.mat", 4)
    assert found == pytest.approx(theirs, abs=1e-4)
    with pytest.raises(UserError, match=r"holds no lapsrn of x2: .*it has 2 levels, which are x4"):
        ours("lapsrn", tmp_path / "LapSRN_x4.mat", 2)


def test_what_is_imported_enlarges_pictures(tmp_path: Path) -> None:
    fsrcnn_matlab(tmp_path / "x2.mat", 2)
    import_weights("fsrcnn", tmp_path / "x2.mat", tmp_path / "x2.safetensors", 2)
    larger = shoal.load(tmp_path / "x2.safetensors", runtime="torch")(np.zeros((4, 5, 3), np.uint8))
    assert larger.shape == (8, 10, 3)


@pytest.mark.data
def test_with_weights_of_zero_vdsr_scores_what_bicubic_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = {"first": torch.zeros(64, 1, 3, 3), "last": torch.zeros(1, 64, 3, 3)}
    torch.save(state, tmp_path / "zero.pt")
    written = tmp_path / "zero.safetensors"
    command("vdsr", tmp_path / "zero.pt", 2, written, score=["Set5"])
    assert "Set5: 33.66 dB, published 37.53 dB" in capsys.readouterr().out


class Own(nn.Module):
    """What a file that keeps a whole module names."""


def spoilt(path: Path, how: str) -> Path:
    """A file that is none of published weights."""
    if how == "text":
        path.write_text("weights")
    elif how == "newer":
        path.write_bytes(b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(600))
    elif how == "cut":
        fsrcnn_matlab(path, 2)
        path.write_bytes(path.read_bytes()[:900])
    elif how == "other":
        savemat(path, {"a": 1})
    elif how == "nan":
        torch.save({"a": torch.full((64, 1, 9, 9), torch.nan)}, path)
    elif how == "module":
        torch.save(Own(), path)
    elif how == "number":
        torch.save(3, path)
    return path


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("absent", "No such file"),
        ("text", "is broken, or no PyTorch file|holds objects"),
        ("newer", "of version 7.3: save it again with '-v7'"),
        ("cut", "is broken, or no MATLAB file"),
        ("other", "holds no srcnn: 'weights_conv1' is missing"),
        ("nan", "not all of its values are finite"),
        ("module", r"objects beside tensors.*torch\.save\(model\.state_dict"),
        ("number", "holds a int, no tensors by name"),
    ],
)
def test_what_is_no_file_of_weights_is_refused_in_a_line_and_nothing_is_written(
    tmp_path: Path, how: str, words: str
) -> None:
    output = tmp_path / "o.safetensors"
    with pytest.raises(UserError, match=words) as refused:
        import_weights("srcnn", spoilt(tmp_path / "file", how), output, 2)
    assert "\n" not in str(refused.value)
    assert not output.exists()


def test_systems_and_outputs_that_cannot_be_are_refused(tmp_path: Path) -> None:
    file, there = spoilt(tmp_path / "file", "other"), tmp_path / "there.safetensors"
    there.touch()
    for system, output, words in (
        ("srcn", there, "SYSTEM=srcn is unknown"),
        ("srcnn", tmp_path / "o.pt", r"call it o\.safetensors"),
        ("srcnn", there, "--force replaces it"),
    ):
        with pytest.raises(UserError, match=words):
            import_weights(system, file, output, 2)
