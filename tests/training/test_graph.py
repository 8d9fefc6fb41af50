"""A step as one graph: on CUDA the real one, elsewhere the logic around it with a stand-in."""

import gc
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from lightning import Callback
from torch import nn
from torch.optim import Optimizer

from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.training import run as training
from shoal.training.graph import WARM_UP, CudaRecorder, Graphed, why_no_graph
from shoal.training.muon import Muon

LONG = ("budget.max_steps=12", "budget.val_every=5", "task/ema=decay", "budget.batch_size=32")


class StandIn:
    """Captures by keeping the work, and counts."""

    def __init__(self) -> None:
        self.beside_count, self.captures, self.replays = 0, 0, 0

    def beside(self, work: Callable[[], None]) -> None:
        self.beside_count += 1
        work()

    def captured(self, work: Callable[[], None]) -> Callable[[], None]:
        self.captures += 1
        held = weakref.WeakMethod(work)  # as a graph, which holds no Python

        def replay() -> None:
            self.replays += 1
            held()()

        self.made = weakref.ref(replay)
        return replay


class Refusing(StandIn):
    """Begins to capture, and meets what it can't."""

    def captured(self, work: Callable[[], None]) -> Callable[[], None]:
        self.captures += 1
        raise RuntimeError("operation not permitted when stream is capturing\nmore of it")


@pytest.fixture
def trained(short: Callable[..., Any], tmp_path, monkeypatch) -> Iterator[Callable[..., RunFolder]]:
    def train(recorder: StandIn | None, *overrides: str) -> RunFolder:
        monkeypatch.setattr("shoal.training.step.recorder_on", lambda device: recorder)
        runs = f"paths.runs={tmp_path / type(recorder).__name__}"
        return training.train(short(*LONG, runs, *overrides), "")

    return train


@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_replayed_steps_end_as_steps_that_are_not_and_are_captured_once(
    trained, optimizer: str
) -> None:
    recorder, chosen = StandIn(), f"task/optimizer={optimizer}"
    replayed, plain = trained(recorder, chosen), trained(None, chosen)
    assert replayed.weights.read_bytes() == plain.weights.read_bytes()
    rows = [[row | {"seconds": ""} for row in run.rows("curve.csv")] for run in (replayed, plain)]
    assert rows[0] == rows[1]
    assert (recorder.beside_count, recorder.captures, recorder.replays) == (
        WARM_UP,
        1,
        12 - WARM_UP,
    )


def test_a_step_that_can_not_be_captured_is_made_kernel_by_kernel_and_the_run_says_why_once(
    trained, capsys: pytest.CaptureFixture[str]
) -> None:
    recorder = Refusing()
    refused, plain = trained(recorder), trained(None)
    assert refused.weights.read_bytes() == plain.weights.read_bytes()
    said = "kernels one by one: RuntimeError: operation not permitted when stream is capturing\n"
    assert capsys.readouterr().out.count(said) == 1
    assert recorder.captures == 1


def test_no_graph_is_made_where_the_config_wants_none_and_the_run_is_the_same(trained) -> None:
    recorder = StandIn()
    assert trained(recorder, "trainer.graph=false").id == trained(None).id
    assert recorder.captures == 0


def test_a_graph_ends_with_the_steps_so_that_scoring_has_its_memory(
    trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, there = StandIn(), list[bool]()
    score = training.write_record

    def scored(*arguments: Any) -> None:
        there.append(recorder.made() is not None)
        score(*arguments)

    monkeypatch.setattr(training, "write_record", scored)
    gc.disable()  # which may come by at any time, or not
    try:
        trained(recorder)
    finally:
        gc.enable()
    assert there == [False]


class FakeCuda:
    """What PyTorch says and does of streams, graphs and generators, of which one fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.current = self.before = SimpleNamespace(device_index=0)
        self.states = ["captured"]
        drawing = SimpleNamespace(
            clone_state=lambda: "fresh", graphsafe_set_state=self.states.append
        )
        monkeypatch.setattr(torch.cuda, "Stream", lambda: SimpleNamespace(device_index=0))
        monkeypatch.setattr(torch.cuda, "CUDAGraph", SimpleNamespace)
        monkeypatch.setattr(torch.cuda, "current_stream", lambda: self.current)
        monkeypatch.setattr(torch.cuda, "set_stream", self.take)
        monkeypatch.setattr(torch.cuda, "default_generators", (drawing,))
        monkeypatch.setattr(torch.cuda, "graph", self.graph)

    def take(self, stream: Any) -> None:
        self.current = stream

    @contextmanager
    def graph(self, graph: Any, stream: Any, capture_error_mode: str) -> Iterator[None]:
        """As PyTorch's own: what is to be undone comes after what fails."""
        self.take(stream)
        try:
            yield
        finally:
            raise RuntimeError("operation failed due to a previous error during capture")


def test_after_a_capture_that_fails_the_stream_is_the_old_one_and_numbers_can_be_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cuda = FakeCuda(monkeypatch)
    with pytest.raises(RuntimeError, match="previous error") as raised:
        CudaRecorder().captured(lambda: float("what"))  # type: ignore[arg-type, return-value]
    assert isinstance(raised.value.__context__, ValueError)  # which the run tells
    assert cuda.current is cuda.before
    assert cuda.states[-1] == "fresh"


def test_a_graph_reads_every_batch_from_the_same_place() -> None:
    seen: list[tuple[int, float]] = []

    def compute(lr: torch.Tensor, hr: torch.Tensor) -> torch.Tensor:
        seen.append((lr.data_ptr(), float(lr.sum() + hr.sum())))
        return lr.sum()

    step = Graphed(compute, lambda: None, StandIn())
    for number in range(6):
        loss = step(torch.full((2, 1, 3, 3), float(number)), torch.zeros(2, 1, 6, 6))
        assert loss.item() == 18 * number
    assert len({place for place, _ in seen}) == 1
    assert [total for _, total in seen] == [18.0 * number for number in range(6)]


class Looking(Callback):
    """Wants to see gradients."""

    def on_after_backward(self, trainer: Any, pl_module: Any) -> None:
        raise NotImplementedError


class Own(Optimizer):
    """An optimiser that PyTorch knows nothing of."""

    def __init__(self) -> None:
        super().__init__([nn.Parameter(torch.zeros(1))], {"lr": 0.1})


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, None),
        ({"optimizer": Muon([nn.Parameter(torch.ones(1))])}, None),
        ({"world_size": 2}, "several devices"),
        ({"precision": "16-mixed"}, "use bf16-mixed"),
        ({"_detect_anomaly": True}, "anomalies"),
        ({"callbacks": [Callback(), Looking()]}, "Looking looks into each step"),
        ({"optimizer": Own()}, "Own reads its learning rate on the CPU"),
    ],
)
def test_what_is_known_to_allow_no_graph_is_said(changed: dict[str, Any], why: str | None) -> None:
    facts: dict[str, Any] = {"world_size": 1, "precision": "32-true", "_detect_anomaly": False}
    facts |= {
        "callbacks": [Callback()],
        "optimizer": torch.optim.Adam([nn.Parameter(torch.ones(1))]),
    }
    facts |= changed
    found = why_no_graph(SimpleNamespace(**facts), facts.pop("optimizer"))  # type: ignore[arg-type]
    assert found is None if why is None else why in str(found)


ON_A_GPU = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a GPU: it captures real graphs"
)


@ON_A_GPU
def test_on_a_gpu_steps_go_on_after_a_capture_that_fails_and_draw_what_they_would_have() -> None:
    def compute(lr: torch.Tensor, hr: torch.Tensor) -> torch.Tensor:
        return torch.rand((), device="cuda") + float(lr.sum() + hr.sum())  # which is waited for

    step, current = Graphed(compute, lambda: None, CudaRecorder()), torch.cuda.current_stream()
    batch = torch.ones(2, 1, 3, 3, device="cuda"), torch.ones(2, 1, 6, 6, device="cuda")
    for seed in range(6):
        torch.cuda.manual_seed(seed)
        made = step(*batch).clone()
        torch.cuda.manual_seed(seed)
        assert torch.equal(made, compute(*batch))
    assert step.refused
    assert torch.cuda.current_stream() == current


@ON_A_GPU
@pytest.mark.parametrize(
    ("model", "optimizer"),
    [*((name, "adam") for name in ("eeds", "eeds_fast", "drcn", "lapsrn")), ("eeds_fast", "muon")],
)
@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_on_a_gpu_a_graph_has_the_bits_of_its_steps(
    short, tmp_path, capsys: pytest.CaptureFixture[str], model: str, optimizer: str, precision: str
) -> None:
    ends = []
    for graph in ("true", "false"):
        asked = (f"model={model}", f"trainer.precision={precision}", f"trainer.graph={graph}")
        asked = (*asked, f"task/optimizer={optimizer}")
        places = ("trainer=gpu", f"paths.runs={tmp_path / graph}")
        config = short(*LONG, "task/clip=adjustable", *places, *asked)
        assert config.kind is Kind.TRAINED
        ends.append(training.train(config, "").weights.read_bytes())
    assert ends[0] == ends[1]
    assert "no CUDA graph" not in capsys.readouterr().out
