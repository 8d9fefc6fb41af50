"""What a run prints about itself before it begins."""

import time
from dataclasses import dataclass, field

import torch
from torch import nn

from shoal.data.sets import PictureSet
from shoal.models.channels import RGB
from shoal.models.fitted import FittedModel
from shoal.models.profile import macs, parameters
from shoal.runs import environment
from shoal.runs.duration import seconds_left, span
from shoal.runs.kind import Kind
from shoal.runs.run import Run
from shoal.training.ingredients import Ingredients
from shoal.training.ranks import Ranks

EMULATED = (
    "note: PyTorch has no fast bfloat16 for this processor (one with AVX-512 has it):"
    " bf16-mixed takes many times as long as trainer.precision=32-true"
)


@dataclass(frozen=True)
class Attempt:
    """One attempt at a run; a run that is resumed has had several.

    Attributes:
        command: what the user typed.
        begun: when the command was issued, on the clock of `time.monotonic`.
        ranks: the ranks that work on it.
        device: the first rank's; None until the devices have been checked.
        start_seconds: from `begun` until the run's folder was taken over.
    """

    command: str
    begun: float = field(default_factory=time.monotonic)
    ranks: Ranks = field(default_factory=Ranks)
    device: torch.device | None = None
    start_seconds: float = 0.0


def announce(run: Run, made_of: Ingredients, attempt: Attempt) -> None:
    """Print two lines about the run: model and device, then pictures, length and expected time.

    Further lines name the weights that it starts from, if they come from a file, and warn of a
    precision that is slow on this CPU and of test pictures that are trained on.
    """
    network, config = made_of.network, run.config
    size = f"{parameters(network):,} parameters, {macs(network):,} MACs per LR pixel"
    if isinstance(network, FittedModel):
        size = f"fitted: {', '.join(network.stages)}" if network.stages else "nothing to fit"
    size = f"RGB, {size}" if config.channels == RGB else size
    place = f"{_device(attempt)}, {config.precision}"
    print(f"{run.folder.id}: {config.name}, {size}; {place}", flush=True)
    print("; ".join([_pictures(run, network), *_length(run)]), flush=True)
    if made_of.start is not None and not run.folder.saved:
        print(made_of.start, flush=True)
    if config.kind is Kind.TRAINED and config.precision == "bf16-mixed" and _emulated(attempt):
        print(EMULATED, flush=True)
    if config.kind.learns:
        for name, count in run.selection.learnt().items():
            print(f"note: {count} of {name}'s test pictures are trained on too", flush=True)


def _emulated(attempt: Attempt) -> bool:
    """Whether the device is a CPU for which PyTorch has no fast bfloat16 convolutions."""
    if attempt.device is not None and attempt.device.type != "cpu":
        return False
    # PyTorch has this function only if it was built with oneDNN.
    fast = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return fast is not None and not fast()


def _device(attempt: Attempt) -> str:
    device, count = attempt.device or torch.device("cpu"), attempt.ranks.count
    threads = torch.get_num_threads()
    with_threads = f", {threads} thread{'s' * (threads > 1)}" if device.type == "cpu" else ""
    several = f"{count} x " if count > 1 else ""
    return f"{several}{device.type} ({environment.processor(device)}){with_threads}"


def _pictures(run: Run, network: nn.Module) -> str:
    """Say how many pictures are trained on, validated on and tested on."""
    selection, budget = run.selection, run.config.budget
    kind, count = run.config.kind, _count(selection.train)
    learnt = f"{kind} {'to' if kind is Kind.FITTED else 'on'} {count} pictures"
    # A method that only searches the picture itself has no stages to fit.
    learns = bool(network.stages) if isinstance(network, FittedModel) else kind.learns
    learnt = f"{learnt} ({run.config.data.name})" if learns else "nothing to train"
    val, test = (
        _count(sets, limit)
        for sets, limit in (
            (selection.val, budget.val_pictures),
            (selection.test, budget.test_pictures),
        )
    )
    seen = f"validated on {val}, tested on {test}"
    return f"{learnt}, {seen}"


def _count(sets: tuple[PictureSet, ...], limit: int | None = None) -> int:
    return sum(min(len(each.files), limit or len(each.files)) for each in sets)


def _length(run: Run) -> list[str]:
    """Say how many steps there are, where they resume, and how long they take if that is known."""
    budget, facts, step = run.config.budget, list[str](), run.folder.saved
    if run.config.kind is Kind.TRAINED:
        size = f"{budget.patch_size} x {budget.patch_size}"
        steps = f"{budget.max_steps:,} step{'s' * (budget.max_steps > 1)}"
        facts.append(f"{steps} of {budget.batch_size} patches of {size}")
        if step:
            facts.append(f"resumes at step {step:,}")
    seconds = seconds_left(run, torch.get_num_threads())
    return facts if seconds is None else [*facts, f"about {span(seconds)}"]
