"""Crops of the first test pictures, cut from the answers that are scored."""

from pathlib import Path

import torch
from torch import Tensor, nn

from shoal.evaluation.benchmark import Answered
from shoal.evaluation.crops import write_samples
from shoal.models.blocks import answer
from shoal.models.channels import LUMA, channels_of
from shoal.models.profile import device_of
from shoal.pictures.degrade import luma_pair, rgb_pair
from shoal.pictures.images import read
from shoal.runs.run import Run

COUNT = 3  # pictures of the first test set that crops are kept of
PROTOCOL = "classic"  # whose luma they show; of a network of RGB they show colours


class Samples:
    """Is shown the answers to a run's test pictures, and keeps crops of the first.

    Args:
        run: in whose folder they lie.
        network: that answers.
    """

    def __init__(self, run: Run, network: nn.Module) -> None:
        self.run, self.network = run, network
        self.strips: dict[str, Path] = {}

    @torch.inference_mode()
    def look(self, answered: Answered) -> None:
        """Write the crops of a picture, if it is one of the first."""
        if answered.dataset != self.run.selection.test[0].name or len(self.strips) == COUNT:
            return
        lr, hr, sr, branches = self._shown(answered)
        scale, folder = self.run.config.scale, self.run.folder.samples
        name = f"{answered.dataset}-{answered.path.stem}"
        files = write_samples(lr, hr, sr, branches, name, scale, folder)
        self.strips[name] = files["strip"]

    def _shown(self, answered: Answered) -> tuple[Tensor, Tensor, Tensor, dict[str, Tensor]]:
        """LR, HR levels, SR and branches: as scored where that is luma, as `classic` has it."""
        config, question, network = self.run.config, answered.question, self.network
        luma = channels_of(network) == LUMA
        if luma and config.protocol == PROTOCOL:
            return question.lr, question.hr, answered.sr, answered.branches
        pixels = read(answered.path).pixels
        small, hr = (luma_pair if luma else rgb_pair)(pixels, config.scale)
        lr = (small / 255).float()
        return lr, hr, *answer(network, lr.to(device_of(network)))
