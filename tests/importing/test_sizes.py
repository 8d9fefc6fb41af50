"""Published scores are of a network of a certain size."""

from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf
from scipy.io import savemat

from shoal.cli.import_weights import import_weights
from shoal.importing.sizes import SIZES, published_as
from shoal.models import weights

MODELS = Path(__file__).parents[2] / "conf" / "model"


@pytest.mark.parametrize("name", [name for name in SIZES if name != "fsrcnn_s"])
def test_a_size_is_that_of_the_model_of_its_name(name: str) -> None:
    model = OmegaConf.to_container(OmegaConf.load(MODELS / f"{name}.yaml"))
    assert isinstance(model, dict)
    assert SIZES[name].items() <= {"middle": 5, **model}.items()


def test_another_size_has_no_published_scores() -> None:
    assert published_as(SIZES["vdsr"] | {"depth": 19}) is None
    assert published_as(SIZES["fsrcnn_s"] | {"scale": 3}) == "fsrcnn_s"


def black(path: Path, middle: int) -> Path:
    """The authors' file of an SRCNN that makes everything black."""
    content = {"weights_conv1": np.zeros((81, 64)), "weights_conv3": np.zeros((32, 25))}
    content |= {"weights_conv2": np.zeros((64, middle**2, 32))}
    content |= {f"biases_conv{n}": np.zeros((size, 1)) for n, size in ((1, 64), (2, 32), (3, 1))}
    savemat(path, content)
    return path


@pytest.mark.parametrize(("middle", "name"), [(1, "srcnn_915"), (3, "srcnn"), (5, "srcnn")])
def test_weights_are_named_by_their_size(tmp_path: Path, middle: int, name: str) -> None:
    import_weights("srcnn", black(tmp_path / "o.mat", middle), 2, tmp_path / "o.safetensors")
    assert weights.load(tmp_path / "o.safetensors")[1]["name"] == name


@pytest.mark.data
@pytest.mark.parametrize(
    ("middle", "end"),
    [(1, "published of srcnn_915 36.33 dB\n"), (3, " dB\n"), (5, "published of srcnn 36.66 dB\n")],
)
def test_the_first_srcnn_is_set_beside_its_own_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], middle: int, end: str
) -> None:
    file = black(tmp_path / "o.mat", middle)
    import_weights("srcnn", file, 2, tmp_path / "o.safetensors", score=["Set5"])
    said = capsys.readouterr().out
    assert said.endswith(end)
    assert ("published" in said) is (middle != 3)
