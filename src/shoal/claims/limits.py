"""What keeps a study from deciding anything."""

from collections.abc import Sequence

from shoal.claims.comparison import Comparison
from shoal.results import Study


def held_back(study: Study, compared: Sequence[Comparison], fewest: int = 2) -> str:
    """Why a difference is indicated at most; empty where nothing holds it back.

    Args:
        study: that it was found in.
        compared: what it was found by.
        fewest: seeds that decide.
    """
    seeds = min(each.seeds for each in compared)
    limits = [f"{('one', 'two')[seeds - 1]} seed{'s' * (seeds - 1)}"] if seeds < fewest else []
    limits += ["one picture"] * any(each.one_picture for each in compared)
    return ", ".join(limits + ["sample data"] * (study.data == "sample"))
