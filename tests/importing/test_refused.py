"""Files that hold no published weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import savemat
from torch import nn

from helpers.published import fsrcnn_matlab
from shoal.errors import UserError
from shoal.importing.convert import import_weights


class Own(nn.Module):
    """What a file that keeps a whole module names."""


def spoilt(path: Path, how: str) -> Path:
    """A file that is none of published weights."""
    if how == "text":
        path.write_text("weights")
    elif how == "newer":
        path.write_bytes(b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(600))
    elif how == "cut":
        fsrcnn_matlab(np.random.default_rng(0), path, 2)
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
        ("number", "holds no tensors by name, but an object of type int"),
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
        ("srcnn", there, "is there already: add --force"),
    ):
        with pytest.raises(UserError, match=words):
            import_weights(system, file, output, 2)
