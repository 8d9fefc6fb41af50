"""The LightningModule: a network, a loss, an optimiser, a schedule. It knows no architecture."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from shoal.evaluation.validation import Validation
from shoal.models.blocks import Branching, answer
from shoal.models.precision import full_precision
from shoal.training.agreement import Agreement
from shoal.training.clipping import clip_by_rate
from shoal.training.counting import count_on, go_on_counting
from shoal.training.objective import Objective, Pair, require_size
from shoal.training.step import Step
from shoal.training.tally import Tally


class SuperResolution(LightningModule):
    """Trains a network to map LR to HR, luma or RGB.

    Args:
        network: maps LR `(N, C, h, w)` to SR `(N, C, scale * h, scale * w)`, both in [0, 1].
        scale: the network's.
        loss: compares SR with HR; returns a scalar.
        optimizer: builds an optimiser from parameters.
        schedule: builds a schedule from the optimiser and the number of steps.
        max_steps: length of the run.
        theta: VDSR's adjustable clipping keeps gradients within theta / learning rate; None: no
            clipping.
        agreement: the ranks' agreement on losses and stops.
        tally: collects the losses.
        seed: of the random numbers that the network draws in training.
        graph: whether to capture a step as a CUDA graph if possible.
        clip_by: whether theta bounds each gradient `value` or the `norm` of all of them.
    """

    def __init__(
        self,
        network: nn.Module,
        scale: int,
        loss: nn.Module,
        optimizer: Callable[[Iterable[nn.Parameter]], Optimizer],
        schedule: Callable[[Optimizer, int], LRScheduler],
        max_steps: int,
        theta: float | None,
        agreement: Agreement,
        tally: Tally,
        seed: int,
        graph: bool = True,
        clip_by: str = "value",
    ) -> None:
        super().__init__()
        self.automatic_optimization = False  # one batch of Lightning's may hold many steps
        self.network, self.loss = network, loss
        self.make_optimizer, self.make_schedule = optimizer, schedule
        self.max_steps, self.theta, self.graph = max_steps, theta, graph
        self.clip_by, self.seed = clip_by, seed
        self.agreement, self.tally = agreement, tally
        self.objective = Objective(network, loss)
        self.step: Step | None = None
        branches = ("shallow", "deep") if isinstance(network, Branching) else ()
        self.validation = Validation(scale, branches)
        self.scores: dict[str, float] = {}

    def on_train_start(self) -> None:
        """Prepare the step; by now Lightning has moved everything to its device."""
        self.tally.move(self.device)
        self.step = Step(self)

    def training_step(self, batch: Pair, batch_idx: int) -> Tensor:
        """Make one step, or a block of several; a stop that is asked for ends a block early.

        Args:
            batch: this rank's share of the LR and HR patches, `(N, C, h, w)` and `(N, C, H, W)`
                for one step, `(steps, N, ...)` for a block.
            batch_idx: unused.

        Returns:
            The loss of the last step.

        Raises:
            Diverged: a loss was not finite.
            UserError: the network's answer has another size than HR.
        """
        assert self.step is not None
        made = 0
        # `Step` sets the precision of each part itself.
        with torch.autocast(self.device.type, enabled=False):
            for lr, hr in _each(batch):
                loss = self.step(lr, hr)
                made += 1
                if self.agreement.asked is not None:
                    break
        count_on(self.trainer, made - 1)
        if self.tally.due:
            self.tally.read()
        return loss

    def whole_loss(self, lr: Tensor, hr: Tensor) -> Tensor:
        """Return the loss of the whole batch, a scalar with the gradient of this rank's share.

        Raises:
            UserError: the network's answer has another size than HR.
        """
        return self.agreement.global_loss(self.objective(lr, hr))

    def validation_step(self, batch: Pair, batch_idx: int) -> None:
        """Score one whole picture; an empty batch means that this rank has no more."""
        lr, hr = batch
        if not len(lr):
            return
        # In float32, like the record's scores: bfloat16 is as coarse as the levels of a picture.
        with full_precision(self.device):
            sr, branches = answer(self.network, lr)
            require_size(sr, hr.expand(-1, sr.shape[1], -1, -1))  # of a grey picture beside RGB
            self.validation.update(sr, hr, branches)

    def on_validation_epoch_end(self) -> None:
        """Keep the means in `scores`, and log them for Lightning's callbacks."""
        self.scores = self.validation.compute()
        if not self.trainer.sanity_checking:
            self.log_dict(self.scores, logger=False)

    def on_train_end(self) -> None:
        """Check the last losses, and drop the step: Lightning is about to move the weights."""
        step, self.step = self.step, None
        self.tally.read()
        if step is not None:
            step.end()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take up the step count of any checkpoint."""
        go_on_counting(checkpoint)

    def configure_optimizers(self) -> Any:
        """Build the optimiser and its schedule, which `Step` advances by steps."""
        optimizer = self.make_optimizer(self.network.parameters())
        return [optimizer], [self.make_schedule(optimizer, self.max_steps)]

    def on_before_optimizer_step(self, optimizer: Optimizer) -> None:
        """Clip gradients as VDSR does (Kim, Lee, Lee, CVPR 2016, section 3.2) if `theta` is set."""
        if self.theta is not None:
            rate = optimizer.param_groups[0]["lr"]
            clip_by_rate(self.network.parameters(), self.theta, rate, self.clip_by)


def _each(batch: Pair) -> Iterator[Pair]:
    """Yield the batches of a block, or a single batch itself."""
    lr, hr = batch
    return zip(lr, hr, strict=True) if lr.dim() == 5 else iter([(lr, hr)])
