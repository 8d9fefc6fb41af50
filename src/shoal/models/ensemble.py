"""Ensemble: a deep and a shallow network, added and trained jointly (EEDS, DSCNN)."""

from torch import Tensor, nn

from shoal.models.blocks import GREY


class Ensemble(nn.Module):
    """The sum of two networks' pictures (Wang et al. 2016, arXiv 1607.07680).

    Args:
        deep: maps LR to SR, both in [0, 1].
        shallow: the same.
        channels: of the pictures of both: 1, luma, as in the paper, or 3, RGB.
    """

    def __init__(self, deep: nn.Module, shallow: nn.Module, channels: int = 1) -> None:
        super().__init__()
        self.deep = deep
        self.shallow = shallow
        self.channels = channels

    def forward(self, lr: Tensor) -> Tensor:
        """Map LR `(N, channels, h, w)` in [0, 1] to SR `(N, channels, scale * h, scale * w)`."""
        branches = self.branches(lr)
        return branches["deep"] + branches["shallow"]

    def branches(self, lr: Tensor) -> dict[str, Tensor]:
        """What each branch contributes, at HR size.

        The answers of both networks are centred on grey, which must count only once. The shallow
        branch keeps it, a picture in [0, 1]; the deep branch is centred on zero.
        """
        return {"deep": self.deep(lr) - GREY, "shallow": self.shallow(lr)}
