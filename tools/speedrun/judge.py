"""Judges whether trials reach a mark on average, by a test over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from scipy import stats
from tools.speedrun.trial import Trial

TRIALS = 10
LEVEL = 0.01  # of the one-sided test that the mean over seeds is above the mark


@dataclass(frozen=True)
class Verdict:
    """The result of an entry's trials at a mark.

    Attributes:
        mark: PSNR on Set5 at x2, in dB.
        seconds: the mean time.
        seconds_sd: its standard deviation.
        psnr: the mean PSNR, in dB.
        psnr_sd: its standard deviation, in dB.
        p: the probability of a mean at least this high, if the true mean is the mark.
        trials: the number of trials.
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
        """Whether the entry reaches the mark."""
        return self.trials >= TRIALS and self.p < LEVEL


def judged(mark: float, trials: Sequence[Trial]) -> Verdict:
    """The verdict on at least two trials with different seeds, by a one-sided t-test."""
    assert len({each.seed for each in trials}) == len(trials) > 1
    seconds, psnr = ([getattr(each, key) for each in trials] for key in ("seconds", "psnr"))
    above = stats.ttest_1samp(psnr, mark, alternative="greater").pvalue if stdev(psnr) else None
    p = float(mean(psnr) <= mark) if above is None else float(above)
    return Verdict(mark, mean(seconds), stdev(seconds), mean(psnr), stdev(psnr), p, len(trials))
