"""Limits of a study that keep its verdicts at `indicated`."""

from collections.abc import Sequence

from shoal.claims.comparison import Comparison
from shoal.results import Study


def held_back(study: Study, compared: Sequence[Comparison], fewest: int = 2) -> str:
    """Why a difference can only be `indicated`; empty if nothing holds it back.

    Args:
        study: the study in which it was found.
        compared: the comparisons behind it, each of at least one seed.
        fewest: the number of seeds (up to three) that a decision needs.
    """
    seeds = min(each.seeds for each in compared)
    limits = [f"{('one', 'two')[seeds - 1]} seed{'s' * (seeds - 1)}"] if seeds < fewest else []
    limits += ["one picture"] * any(each.one_picture for each in compared)
    return ", ".join(limits + ["sample data"] * (study.data == "sample"))
