"""Whether trials are at a mark: not by luck, and with every seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from scipy import stats
from tools.speedrun.trial import Trial

TRIALS = 10
LEVEL = 0.01  # of the one-sided test that the mean over seeds is at the mark


@dataclass(frozen=True)
class Verdict:
    """What trials of an entry say of a mark.

    Attributes:
        mark: dB on Set5 at x2.
        seconds: their mean.
        seconds_sd: their standard deviation.
        psnr: mean, dB.
        psnr_sd: standard deviation, dB.
        p: of a mean this far above the mark, were the true one just at it.
        trials: how many.
    """

    mark: float
    seconds: float
    seconds_sd: float
    psnr: float
    psnr_sd: float
    p: float
    trials: int

    @property
    def holds(self) -> bool:
        """Whether the entry is at the mark."""
        return self.trials >= TRIALS and self.p < LEVEL


def judged(mark: float, trials: Sequence[Trial]) -> Verdict:
    """The verdict of at least two trials of different seeds; a t-test, one-sided."""
    assert len({each.seed for each in trials}) == len(trials) > 1
    seconds, psnr = ([getattr(each, key) for each in trials] for key in ("seconds", "psnr"))
    above = stats.ttest_1samp(psnr, mark, alternative="greater").pvalue if stdev(psnr) else None
    p = float(mean(psnr) <= mark) if above is None else float(above)
    return Verdict(mark, mean(seconds), stdev(seconds), mean(psnr), stdev(psnr), p, len(trials))
