"""LapSRN's published weights: what MatConvNet computes, ours computes of the same file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from helpers.matlab import vl_nnconv, vl_nnconvt
from helpers.published import PLANE, ours
from shoal.errors import UserError


def lapsrn_matlab(rng: np.random.Generator, path: Path) -> NDArray[Any]:
    """Writes LapSRN of x4 and one convolution a level; what MatConvNet makes of LR."""
    params: dict[str, Any] = {}

    def layer(name: str, *shape: int) -> tuple[Any, Any]:
        width = shape[2] if "upconv" in name else shape[3]
        made = rng.normal(size=shape) * 0.05, rng.normal(size=width) * 0.1
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
        up = params[f"{level}_img_up_f"] = rng.normal(size=(4, 4)) * 0.3
        picture = vl_nnconvt(picture, up[..., None, None], np.zeros(1), (1, 1)) + residual
    names = list(params)
    kinds = [("name", object), ("value", object), ("learningRate", object)]
    array = np.empty((1, len(names)), dtype=kinds)
    for number, name in enumerate(names):
        array[0, number] = (name, params[name], 1.0)
    savemat(path, {"net": {"vars": 0, "params": array}})
    return picture[..., 0]


def test_lapsrns_matlab_file_is_the_network_that_matconvnet_loads(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    theirs = lapsrn_matlab(rng, tmp_path / "LapSRN_x4.mat")
    found = ours("lapsrn", tmp_path / "LapSRN_x4.mat", 4)
    assert found == pytest.approx(theirs, abs=1e-4)
    with pytest.raises(UserError, match=r"holds no lapsrn of x2: .*its 2 levels enlarge by 4"):
        ours("lapsrn", tmp_path / "LapSRN_x4.mat", 2)
