"""The LightningModule: a network, a loss, an optimiser, a schedule. It knows no architecture."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from shoal.errors import FAILED, UserError
from shoal.evaluation.validation import Validation
from shoal.models.blocks import Branching, Supervised
from shoal.pictures.resample import resize

Pair = tuple[Tensor, Tensor]


class Diverged(Exception):
    """The loss stopped being a finite number.

    Args:
        step: the optimiser steps taken before.
    """

    exit_code = FAILED
    advice = "; kept as diverged (force=true repeats it)"

    def __init__(self, step: int) -> None:
        super().__init__(step)  # from which alone another process can make it again
        self.step = step

    def __str__(self) -> str:
        return f"the loss is not finite after {self.step} steps"


def require_size(sr: Tensor, hr: Tensor) -> None:
    """Refuse an answer of another size, which some losses would stretch to fit.

    Raises:
        UserError: naming both shapes.
    """
    if sr.shape != hr.shape:
        shapes = f"{tuple(sr.shape)} where HR is {tuple(hr.shape)}"
        raise UserError(f"the network answers {shapes}: mend how it enlarges")


class SuperResolution(LightningModule):
    """Trains a network to map LR to HR, luma or RGB.

    Args:
        network: LR `(N, C, h, w)` to SR `(N, C, scale * h, scale * w)`, both in [0, 1].
        scale: of the network.
        loss: a scalar from SR and HR.
        optimizer: from parameters.
        schedule: from the optimiser and the number of steps.
        max_steps: length of the run.
        theta: VDSR's adjustable clipping: gradients are cut to +- theta / learning rate.
        global_loss: the whole batch's loss from that of this rank's share.
    """

    def __init__(
        self,
        network: nn.Module,
        scale: int,
        loss: nn.Module,
        optimizer: Callable[[Iterable[nn.Parameter]], Optimizer],
        schedule: Callable[..., LRScheduler],
        max_steps: int,
        theta: float | None,
        global_loss: Callable[[Tensor], Tensor],
    ) -> None:
        super().__init__()
        self.network, self.loss = network, loss
        self.make_optimizer, self.make_schedule = optimizer, schedule
        self.max_steps, self.theta, self.global_loss = max_steps, theta, global_loss
        branches = ("shallow", "deep") if isinstance(network, Branching) else ()
        self.validation = Validation(scale, branches)
        self.scores: dict[str, float] = {}

    def training_step(self, batch: Pair, batch_idx: int) -> Tensor:
        """The loss of one batch of LR and HR patches, of which this rank has its share.

        Raises:
            Diverged: it is not finite.
            UserError: the network's answer has another size than HR.
        """
        lr, hr = batch
        parts = [weight * self.loss(*pair) for weight, pair in self._supervision(lr, hr)]
        loss = self.global_loss(torch.stack(parts).sum())
        if not torch.isfinite(loss):
            raise Diverged(self.global_step)
        return loss

    def _supervision(self, lr: Tensor, hr: Tensor) -> list[tuple[float, Pair]]:
        """What is compared with what, and how much each loss weighs: SR and HR alone, as a rule.

        Only a network that is supervised on smaller pictures too is compared with HR made smaller.
        """
        if isinstance(self.network, Supervised):
            pictures = self.network.supervision(lr, self.global_step / self.max_steps)
            return [(weight, (each, resize(hr, *each.shape[-2:]))) for weight, each in pictures]
        sr = self.network(lr)
        require_size(sr, hr)
        return [(1.0, (sr, hr))]

    def validation_step(self, batch: Pair, batch_idx: int) -> None:
        """Score one whole picture, or none, where a rank has no more of its own."""
        lr, hr = batch
        if not len(lr):
            return
        # In full precision, as the record's scores: bfloat16 has as few levels as a picture file.
        with torch.autocast(self.device.type, enabled=False):
            branches = self.network.branches(lr) if isinstance(self.network, Branching) else {}
            sr = branches["deep"] + branches["shallow"] if branches else self.network(lr)
            require_size(sr, hr.expand(-1, sr.shape[1], -1, -1))  # of a grey picture beside RGB
            self.validation.update(sr, hr, branches)

    def on_validation_epoch_end(self) -> None:
        """Leave the means in `scores` and where Lightning's callbacks look for them."""
        self.scores = self.validation.compute()
        if not self.trainer.sanity_checking:
            self.log_dict(self.scores, logger=False)

    def configure_optimizers(self) -> Any:
        """The optimiser, and its schedule by steps."""
        optimizer = self.make_optimizer(self.network.parameters())
        schedule = self.make_schedule(optimizer, self.max_steps)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def configure_gradient_clipping(self, optimizer: Optimizer, *_: Any, **__: Any) -> None:
        """VDSR's adjustable clipping (Kim, Lee, Lee, CVPR 2016, section 3.2), where asked for."""
        if self.theta is not None:
            bound = self.theta / max(optimizer.param_groups[0]["lr"], 1e-12)
            nn.utils.clip_grad_value_(self.network.parameters(), bound)
