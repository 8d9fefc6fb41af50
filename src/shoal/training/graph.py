"""A step as one CUDA graph: captured once, then replayed, without launching kernels one by one."""

from collections.abc import Callable
from typing import Protocol

import torch
from lightning import Callback, Trainer
from lightning.pytorch.utilities.model_helpers import is_overridden
from torch import Tensor
from torch.optim import Optimizer

from shoal.errors import first_line
from shoal.training.rates import stays_on_device

WARM_UP = 3  # steps, for what PyTorch and its libraries set up when they meet a network first
# Hooks that are called within a step, so that a replayed step never comes to them.
WITHIN = (
    *("on_before_zero_grad", "on_before_backward", "on_after_backward"),
    "on_before_optimizer_step",
)

Compute = Callable[[Tensor, Tensor], Tensor]


class Recorder(Protocol):
    """What can capture work; a test has one for the processor."""

    def beside(self, work: Callable[[], None]) -> None:
        """Do some work where it could be captured."""

    def captured(self, work: Callable[[], None]) -> Callable[[], None]:
        """Capture some work without doing it; gives what does it."""


class CudaRecorder:
    """Captures on a stream of its own."""

    def __init__(self) -> None:
        self.stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def beside(self, work: Callable[[], None]) -> None:
        """Do some work on that stream, in its place among all other work."""
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            work()
        torch.cuda.current_stream().wait_stream(self.stream)

    def captured(self, work: Callable[[], None]) -> Callable[[], None]:
        """Capture some work without doing it; gives what does it."""
        graph, current = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        try:
            # Another thread may pin memory for the batches to come.
            with torch.cuda.graph(graph, stream=self.stream, capture_error_mode="thread_local"):
                work()
        except Exception:
            _recover(current)
            raise
        replay: Callable[[], None] = graph.replay
        return replay


def _recover(current: torch.cuda.Stream) -> None:
    """Undo what a capture leaves behind whose end fails too, where PyTorch itself would undo it.

    Args:
        current: the stream before it.
    """
    torch.cuda.set_stream(current)
    # An older PyTorch's generator takes itself for captured then, and nothing can be drawn by it.
    generator = torch.cuda.default_generators[current.device_index]
    generator.graphsafe_set_state(generator.clone_state())


def recorder_on(device: torch.device) -> Recorder | None:
    """What captures on a device; None where nothing can."""
    return CudaRecorder() if device.type == "cuda" else None


class Graphed:
    """Steps that are replays of one graph, after a few that are not.

    The warm-up that a capture needs are the first steps of the training itself: nothing has to be
    put back after them, and none is made twice. A capture computes nothing, so where one fails the
    training goes on as it was.

    Args:
        compute: a step on a batch; gives its loss.
        forget: puts back what a capture that failed has left in Python.
        recorder: captures.
    """

    def __init__(self, compute: Compute, forget: Callable[[], None], recorder: Recorder) -> None:
        self.compute, self.forget, self.recorder = compute, forget, recorder
        self.made = 0
        self.inputs: tuple[Tensor, ...] = ()
        self.loss: Tensor
        self.replay: Callable[[], None] | None = None
        self.refused = False

    def __call__(self, lr: Tensor, hr: Tensor) -> Tensor:
        """Make a step on a batch; gives its loss, which the next step overwrites."""
        if not self.inputs:
            self.inputs = torch.empty_like(lr), torch.empty_like(hr)
        for place, values in zip(self.inputs, (lr, hr), strict=True):
            place.copy_(values)
        if self.made == WARM_UP and self.replay is None and not self.refused:
            self._capture()
        if self.replay is not None:
            self.replay()
        elif self.refused:
            self._work()
        else:
            self.recorder.beside(self._work)
        self.made += 1
        return self.loss

    def _work(self) -> None:
        self.loss = self.compute(*self.inputs)

    def _capture(self) -> None:
        self.forget()
        try:
            self.replay = self.recorder.captured(self._work)
        except Exception as error:  # whatever a network does that a graph can't
            self.refused = True
            self.forget()
            # What went wrong first: a capture that is broken off raises once more.
            say_why(first_line(error.__context__ or error))


def say_why(why: str) -> None:
    """Say in a line that steps are launched kernel by kernel."""
    print(f"no CUDA graph of a step, but its kernels one by one: {why}", flush=True)


def why_no_graph(trainer: Trainer, optimizer: Optimizer) -> str | None:
    """Why a run's steps can't be a graph, as far as that is known before; None where they may."""
    if trainer.world_size > 1:
        return "several devices agree on each step"
    if trainer.precision == "16-mixed":
        return "trainer.precision=16-mixed looks at each step's gradients: take bf16-mixed"
    if trainer._detect_anomaly:
        return "each step is searched for anomalies"
    if not stays_on_device(optimizer):
        return f"{type(optimizer).__name__} reads its rate on the processor"
    for callback in looking_within(trainer):
        return f"{type(callback).__name__} looks into each step"
    return None


def looking_within(trainer: Trainer) -> list[Callback]:
    """The callbacks that want to be called within a step."""
    callbacks: list[Callback] = trainer.callbacks  # type: ignore[attr-defined]  # Lightning's gap
    return [
        each for each in callbacks if any(is_overridden(hook, each, Callback) for hook in WITHIN)
    ]
