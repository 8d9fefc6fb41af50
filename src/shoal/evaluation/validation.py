"""The scores of one validation, of the whole network and of each branch, averaged over images."""

from collections.abc import Mapping

from torch import Tensor, nn
from torchmetrics import MeanMetric

from shoal.evaluation.means import ImageMean
from shoal.evaluation.metrics import psnr, ssim
from shoal.evaluation.protocol import shave
from shoal.evaluation.spectrum import Spectrum
from shoal.models.blocks import GREY
from shoal.pictures.colour import luma_levels, stored_luma
from shoal.pictures.levels import rounded


class Validation(nn.Module):
    """Scores pictures, luma as by `classic` and RGB as by `rgb`, and gives their means by name.

    Args:
        scale: of the pictures; as many pixels are shaved off each border.
        branches: names of the network's branches; none for a plain network.
    """

    def __init__(self, scale: int, branches: tuple[str, ...]) -> None:
        super().__init__()
        self.scale, self.branches = scale, branches
        meters: dict[str, MeanMetric] = {"val_psnr": ImageMean(), "val_ssim": ImageMean()}
        for branch in branches:
            meters[f"val_psnr_{branch}"] = ImageMean()
            for fact in ("low", "high", "corr_low"):
                meters[f"{branch}_{fact}"] = MeanMetric()
        # A module's name can't hold a slash; `compute` turns these into the curve's names.
        self.meters = nn.ModuleDict(meters)

    def update(self, sr: Tensor, hr: Tensor, branches: Mapping[str, Tensor]) -> None:
        """Score pictures and branches.

        Args:
            sr: `(N, C, H, W)` in [0, 1].
            hr: the same; one channel beside SR's three if the picture is grey.
            branches: what each branch contributed to SR; empty for a plain network.
        """
        grey = hr.shape[1] == 1
        levels, answered = self._levels(hr, grey), self._levels(sr, grey)
        self._meter("val_psnr").update(psnr(answered, levels))
        self._meter("val_ssim").update(ssim(answered, levels))
        if branches:
            self._count(branches, levels, Spectrum.of(_plane(hr), self.scale), grey)

    def _count(
        self, branches: Mapping[str, Tensor], levels: Tensor, hr: Spectrum, grey: bool
    ) -> None:
        for name, image in branches.items():
            # The deep branch lies around zero: which share of the mean is the other's is unknown.
            shown = self._levels(image + GREY if name == "deep" else image, grey)
            self._meter(f"val_psnr_{name}").update(psnr(shown, levels))
            spectrum = Spectrum.of(_plane(image), self.scale)
            low, high = spectrum.energies()
            self._meter(f"{name}_low").update(low)
            self._meter(f"{name}_high").update(high)
            self._meter(f"{name}_corr_low").update(spectrum.low_correlation(hr))

    def _levels(self, image: Tensor, grey: bool) -> Tensor:
        """The luma levels to compare."""
        levels = image.double() * 255
        luma = rounded(levels) if image.shape[1] == 1 else stored_luma(levels, grey=grey)
        return shave(luma, self.scale)

    def _meter(self, name: str) -> MeanMetric:
        meter = self.meters[name]
        assert isinstance(meter, MeanMetric)
        return meter

    def compute(self) -> dict[str, float]:
        """The means since the last call, e.g. `val/psnr`, `val/psnr_deep`, `deep/high`."""
        values = {
            name.replace("_", "/", 1): float(self._meter(name).compute()) for name in self.meters
        }
        for name in self.meters:
            self._meter(name).reset()
        return values


def _plane(image: Tensor) -> Tensor:
    """Luma in [0, 1], for RGB up to a constant, which a spectrum leaves out."""
    return image if image.shape[1] == 1 else luma_levels(image * 255) / 255
