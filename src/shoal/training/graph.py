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

WARM_UP = 3  # steps before the capture, in which PyTorch and its libraries set themselves up
# Hooks that Lightning calls within a step; a replayed step calls none of them.
WITHIN = (
    *("on_before_zero_grad", "on_before_backward", "on_after_backward"),
    "on_before_optimizer_step",
)

Compute = Callable[[Tensor, Tensor], Tensor]


class Recorder(Protocol):
    """Captures work to be replayed; tests have one for the CPU."""

    def beside(self, work: Callable[[], None]) -> None:
        """Do work on the stream that captures."""

    def captured(self, work: Callable[[], None]) -> Callable[[], None]:
        """Capture work without doing it, and return a function that does it."""


class CudaRecorder:
    """Captures work as a CUDA graph, on a separate stream."""

    def __init__(self) -> None:
        self.stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def beside(self, work: Callable[[], None]) -> None:
        """Do work on that stream, in order with the work on the current stream."""
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            work()
        torch.cuda.current_stream().wait_stream(self.stream)

    def captured(self, work: Callable[[], None]) -> Callable[[], None]:
        """Capture work without doing it, and return a function that does it."""
        graph, current = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        try:
            # `thread_local`, since another thread may pin memory for the next batches.
            with torch.cuda.graph(graph, stream=self.stream, capture_error_mode="thread_local"):
                work()
        except Exception:
            _recover(current)
            raise
        replay: Callable[[], None] = graph.replay
        return replay


def _recover(current: torch.cuda.Stream) -> None:
    """Clean up after a failed capture whose end failed too, so that PyTorch could not clean up.

    Args:
        current: the stream that was current before the capture.
    """
    torch.cuda.set_stream(current)
    # Older versions of PyTorch leave the generator marked as captured: it would refuse to draw.
    generator = torch.cuda.default_generators[current.device_index]
    generator.graphsafe_set_state(generator.clone_state())


def recorder_on(device: torch.device) -> Recorder | None:
    """Return a recorder for a device; None if work on it can't be captured."""
    return CudaRecorder() if device.type == "cuda" else None


class Graphed:
    """Computes the first steps as usual, then captures one as a graph and replays it.

    The warm-up that a capture needs is the first steps of the training itself, so no state has to
    be restored and no step is made twice. A capture computes nothing: if it fails, training goes on
    without a graph.

    Args:
        compute: makes a step on a batch `(lr, hr)` and returns its loss.
        forget: clears the gradients, before a capture and after one that failed.
        recorder: captures the step.
    """

    def __init__(self, compute: Compute, forget: Callable[[], None], recorder: Recorder) -> None:
        self.compute, self.forget, self.recorder = compute, forget, recorder
        self.made = 0
        self.inputs: tuple[Tensor, ...] = ()
        self.loss: Tensor
        self.replay: Callable[[], None] | None = None
        self.refused = False

    def __call__(self, lr: Tensor, hr: Tensor) -> Tensor:
        """Make a step on a batch; returns its loss, which the next step overwrites."""
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
        except Exception as error:  # the network may do anything that can't be captured
            self.refused = True
            self.forget()
            # The first error is the cause: ending a broken capture raises another one.
            say_why(first_line(error.__context__ or error))


def say_why(why: str) -> None:
    """Print why steps aren't replayed as a graph."""
    print(f"no CUDA graph, each step launches its kernels one by one: {why}", flush=True)


def why_no_graph(trainer: Trainer, optimizer: Optimizer) -> str | None:
    """Return a known reason why a run's steps can't be captured; None if there is none."""
    if trainer.world_size > 1:
        return "several devices agree on each step"
    if trainer.precision == "16-mixed":
        return "trainer.precision=16-mixed checks each step's gradients: use bf16-mixed"
    if trainer._detect_anomaly:
        return "each step is checked for anomalies"
    if not stays_on_device(optimizer):
        return f"{type(optimizer).__name__} reads its learning rate on the CPU"
    for callback in looking_within(trainer):
        return f"{type(callback).__name__} looks into each step"
    return None


def looking_within(trainer: Trainer) -> list[Callback]:
    """Return the callbacks that have a hook within a step."""
    callbacks: list[Callback] = trainer.callbacks  # type: ignore[attr-defined]  # Lightning's gap
    return [
        each for each in callbacks if any(is_overridden(hook, each, Callback) for hook in WITHIN)
    ]
