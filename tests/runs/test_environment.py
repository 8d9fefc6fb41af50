"""Where a number was made."""

import pytest
import torch

from shoal.runs import environment


@pytest.mark.parametrize(("capability", "said"), [("AVX512", ", AVX512"), ("DEFAULT", "")])
def test_processors_of_one_name_are_told_apart_by_their_instructions(
    monkeypatch: pytest.MonkeyPatch, capability: str, said: str
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(environment, "_cpu", lambda: "AMD EPYC")
    assert environment.processor(torch.device("cpu")) == f"AMD EPYC{said}"


def test_a_processor_has_a_name() -> None:
    assert environment.processor(torch.device("cpu")).strip(", ")
