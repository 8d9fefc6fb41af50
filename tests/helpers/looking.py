"""Made-up studies that add seeds until they are decided, a thousand at once.

`PYTHONPATH=tests python -m helpers.looking` prints the figures of docs/statistics.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal.claims.behrens_fisher import behrens_fisher
from shoal.claims.spending import spending

Floats = NDArray[np.float64]
Pair = tuple[int, int]  # the greater arm, the lesser


@dataclass(frozen=True)
class Studies:
    """Many studies of one kind.

    Attributes:
        effects: of each arm, dB.
        claims: the comparisons of each.
        seed_sd: by which the mean of a seed strays, of a difference of two arms.
        picture_se: what pictures leave uncertain of such a difference.
        pictures: of them.
        within: half of the region of practical equivalence; 0: equality is no answer.
        most: seeds.
    """

    effects: Sequence[float]
    claims: Sequence[Sequence[Pair]]
    seed_sd: float = 0.018
    picture_se: float = 0.006
    pictures: int = 30
    within: float = 0.05
    most: int = 16


@dataclass(frozen=True)
class Ends:
    """How studies ended.

    Attributes:
        word: of each study and claim: 1 supported, -1 contradicted, 2 equal, 0 undecided.
        seeds: of each study and arm.

    """

    word: NDArray[np.int64]
    seeds: NDArray[np.int64]


def simulated(kind: Studies, count: int, rng: np.random.Generator) -> Ends:
    """Run the rule on made-up scores: look at three seeds, then after each one more."""
    scores = _scores(kind, count, rng)
    looks = np.arange(3, kind.most + 1)
    tails = {
        pair: _tails(kind, scores[:, pair[0]] - scores[:, pair[1]], looks)
        for pair in {pair for claim in kind.claims for pair in claim}
    }
    word = np.zeros((count, len(kind.claims)), int)
    seeds = np.full((count, len(kind.effects)), 3)
    open_arms = np.ones(seeds.shape, bool)
    for look in looks:
        seeds[open_arms] = look
        found = [_claim(tails, claim, seeds) for claim in kind.claims]
        holds, sign, alike = (np.stack(each, axis=1) for each in zip(*found, strict=True))
        said = np.where(_holm(holds) < 0.05, sign, np.where(_holm(alike) < 0.05, 2, 0))
        word = np.where(word == 0, said, word)
        open_arms[:] = False
        for place, claim in enumerate(kind.claims):
            for arm in {arm for pair in claim for arm in pair}:
                open_arms[:, arm] |= word[:, place] == 0
    return Ends(word, seeds)


def _scores(kind: Studies, count: int, rng: np.random.Generator) -> Floats:
    """`(studies, arms, seeds, pictures)`: a difference of two arms has the kind's spreads."""
    shape = (count, len(kind.effects), kind.most, kind.pictures)
    half = np.sqrt(0.5)
    picture_sd = kind.picture_se * np.sqrt(kind.pictures)
    return (
        np.array(kind.effects)[:, None, None]
        + rng.normal(0, half * kind.seed_sd, (*shape[:3], 1))
        + rng.normal(0, half * picture_sd, (*shape[:2], 1, shape[3]))
        + rng.normal(0, half * 0.035, shape)
    )


def _tails(kind: Studies, differences: Floats, looks: NDArray[np.int64]) -> Floats:
    """`(4, studies, looks)`: greater, lesser, above the region's lower end, below its upper one."""
    estimates = [behrens_fisher(differences[:, :look]) for look in looks]
    spent = spending(tuple(map(int, looks)), (kind.most,) * len(looks))
    asked = [(0.0, True), (0.0, False), (-kind.within, True), (kind.within, False)]
    return np.stack(
        [spent.adjusted(np.stack([e.tail(*each) for e in estimates], axis=1)) for each in asked]
    )


def _claim(
    tails: dict[Pair, Floats], claim: Sequence[Pair], seeds: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.int64], Floats]:
    """p of a claim, its side, and p of its being equal, of every study."""
    rows = np.arange(len(seeds))
    parts = np.stack(
        [tails[pair][:, rows, seeds[:, list(pair)].min(axis=1) - 3] for pair in claim], axis=1
    )
    greater, lesser, above, below = parts
    holds, fails = 2 * greater.max(axis=0), 2 * len(claim) * lesser.min(axis=0)
    alike = 2 * np.minimum(greater, np.maximum(above, below)).max(axis=0)
    return np.minimum(holds, fails), np.where(holds <= fails, 1, -1), alike


def _holm(p: Floats) -> Floats:
    """Over the claims of each study."""
    count = p.shape[1]
    order = np.argsort(p, axis=1)
    steps = np.take_along_axis(p, order, axis=1) * (count - np.arange(count))
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.maximum.accumulate(steps, axis=1), axis=1)
    return adjusted


def beside(effect: float, rivals: int = 4, **changes: float) -> Studies:
    """Some arms, each said to beat the first one."""
    claims = [[(arm, 0)] for arm in range(1, rivals + 1)]
    return Studies([0.0, *[effect] * rivals], claims, **changes)  # type: ignore[arg-type]


# The ablation's claims C2, C4 and C6: of ees, eed, eeds, dcnn, dscnn.
ABLATION = [[(1, 0), (2, 0)], [(2, 1), (2, 0)], [(4, 3)]]
SPREADS = {
    "seeds 0.018, pictures 0.006": {},
    "seeds 0.06, pictures 0.006": {"seed_sd": 0.06},
    "seeds 0.06, pictures 0.02": {"seed_sd": 0.06, "picture_se": 0.02},
    "seeds 0.02, five pictures 0.06": {"seed_sd": 0.02, "picture_se": 0.06, "pictures": 5},
}


def _print_figures(count: int = 1000) -> None:
    rng = np.random.default_rng(21)
    for name, spread in SPREADS.items():
        without = simulated(beside(0.0, **spread, within=0.0), count, rng).word
        family = simulated(Studies([0.0] * 5, ABLATION, **spread, within=0.0), count, rng).word
        edge = simulated(beside(0.05, **spread), count, rng).word
        print(
            f"{name}: false {(without != 0).any(axis=1).mean():.1%}, ablation's claims "
            f"{(family != 0).any(axis=1).mean():.1%}, falsely equal "
            f"{(edge == 2).any(axis=1).mean():.1%}",
            flush=True,
        )
        for effect in (0.0, 0.02, 0.05, 0.1):
            ends = simulated(beside(effect, 3, **spread), count, rng)
            shares = [(ends.word == word).mean() for word in (1, 2, 0)]
            print(
                f"  {effect} dB: supported {shares[0]:.0%}, equal {shares[1]:.0%}, undecided "
                f"{shares[2]:.0%}, seeds {ends.seeds[:, 1:].mean():.1f}",
                flush=True,
            )


if __name__ == "__main__":
    _print_figures()
