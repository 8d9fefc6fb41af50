"""Crops of the first test pictures, cut from the outputs that are scored."""

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

COUNT = 3  # pictures of the first test set of which crops are kept
PROTOCOL = "classic"  # defines the luma that crops show; those of an RGB network show colours


class Samples:
    """Keeps crops of the first pictures that are scored.

    Args:
        run: the run; crops go to its folder.
        network: the network that is scored.

    Attributes:
        strips: the file that shows all crops of a picture side by side, by the picture's name.
    """

    def __init__(self, run: Run, network: nn.Module) -> None:
        self.run, self.network = run, network
        self.strips: dict[str, Path] = {}

    @torch.inference_mode()
    def look(self, answered: Answered) -> None:
        """Write crops of a scored picture, if it is one of the first."""
        if answered.dataset != self.run.selection.test[0].name or len(self.strips) == COUNT:
            return
        lr, hr, sr, branches = self._shown(answered)
        scale, folder = self.run.config.scale, self.run.folder.samples
        name = f"{answered.dataset}-{answered.path.stem}"
        files = write_samples(lr, hr, sr, branches, name, scale, folder)
        self.strips[name] = files["strip"]

    def _shown(self, answered: Answered) -> tuple[Tensor, Tensor, Tensor, dict[str, Tensor]]:
        """Return LR, HR levels, SR and branches to cut crops from.

        They are the scored ones if these are luma by `classic`, else computed anew.
        """
        config, question, network = self.run.config, answered.question, self.network
        luma = channels_of(network) == LUMA
        if luma and config.protocol == PROTOCOL:
            return question.lr, question.hr, answered.sr, answered.branches
        pixels = read(answered.path).pixels
        small, hr = (luma_pair if luma else rgb_pair)(pixels, config.scale)
        lr = (small / 255).float()
        return lr, hr, *answer(network, lr.to(device_of(network)))
