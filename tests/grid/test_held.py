"""What findings hold that a grid of their name would take from them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from shoal.errors import UserError
from shoal.grid.spared import beyond

Rows = list[dict[str, Any]]


def rows(seeds: int, code: str = "a", arms: tuple[str, ...] = ("eed", "eeds")) -> Rows:
    """A grid's; the id of eeds tells its code."""
    codes = {"eed": "a", "eeds": code}
    return [
        {"arm": arm, "scale": 3, "seed": seed, "id": f"{arm}-s{seed}-{codes[arm]}"}
        for seed in range(seeds)
        for arm in arms
    ]


def look(found: Rows) -> dict[str, Any]:
    return {"most": 4, "runs": [row["id"] for row in found]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Findings of four seeds, looked at twice."""
    kept = rows(4)
    with (tmp_path / "runs.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, [*kept[0], "state"])
        table.writeheader()
        table.writerows(row | {"state": "finished"} for row in kept)
    told = {"precision": "32-true", "looks": [look(kept[:6]), look(kept[6:])]}
    (tmp_path / "study.json").write_text(json.dumps(told))
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "looks", "more"),
    [
        (rows(1), None, "6 more runs"),  # fewer seeds
        (rows(4, arms=("eed",)), None, "4 more runs"),  # an arm less
        (rows(4), None, "the looks at these runs"),
        (rows(4), [look(rows(3))], "the looks at these runs"),
        (rows(4), [look(rows(4))], ""),  # resumed
        (rows(5), [look(rows(4))], ""),  # widened
        (rows(1, code="b"), None, "3 more runs"),  # those of the arm that is as it was
        (rows(4, code="b"), [look(rows(4, arms=("eed",)))], ""),  # whose code has changed
    ],
)
def test_what_a_smaller_grid_would_take_is_said(
    folder: Path, asked: Rows, looks: Rows | None, more: str
) -> None:
    assert beyond(folder, "32-true", asked, looks) == more


def test_another_precision_takes_nothing_and_damage_is_one_line(folder: Path) -> None:
    assert beyond(folder, "bf16-mixed", rows(1), None) == ""
    assert beyond(folder / "nowhere", "32-true", rows(1), None) == ""
    for damaged in ("arm,scale\need,3\n", "x" * 200_000):  # more than the csv module takes
        (folder / "runs.csv").write_text(damaged)
        with pytest.raises(UserError, match=r"is damaged .*: restore it, or delete it"):
            beyond(folder, "32-true", rows(1), None)
