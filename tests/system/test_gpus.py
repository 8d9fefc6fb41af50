"""Which GPUs a process may use."""

import pytest

from shoal.system import gpus


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (None, ("0", "1", "2")),
        ("2, 0", ("2", "0")),
        ("", ()),
        ("-1", ()),
        ("1,-1,0", ("1",)),  # CUDA stops at the first that there isn't
        ("0,7,1", ("0",)),
        ("GPU-8932f937,MIG-41b33d4e", ("GPU-8932f937", "MIG-41b33d4e")),
    ],
)
def test_gpus_are_those_that_cuda_would_show(
    monkeypatch: pytest.MonkeyPatch, given: str | None, names: tuple[str, ...]
) -> None:
    monkeypatch.setattr(gpus, "installed", lambda: 3)
    monkeypatch.delenv(gpus.VISIBLE, raising=False)
    if given is not None:
        monkeypatch.setenv(gpus.VISIBLE, given)
    assert gpus.visible() == names


def test_without_a_driver_no_name_is_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "installed", lambda: 0)
    monkeypatch.setenv(gpus.VISIBLE, "GPU-8932f937")
    assert gpus.visible() == ()
