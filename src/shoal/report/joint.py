"""The table of a grid without an experiment: a row per arm, with gains over the first arm."""

from collections.abc import Mapping, Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from shoal.report.joined import Member, lost, study_of_members
from shoal.report.paired import gain, psnr_table, worded
from shoal.report.tables.numbers import ABSENT, seconds, short, spread
from shoal.results import survival
from shoal.results.names import named
from shoal.results.notes import FOR_ALL
from shoal.results.rows import read_runs
from shoal.runs.kind import Kind
from shoal.runs.run import Run
from shoal.system.screen import screen


def joint_table(members: Sequence[Member], collapsed: Mapping[str, str]) -> pd.DataFrame:
    """A row per arm in the order of the grid, as text; an arm's seeds share a row.

    Args:
        members: the grid's runs.
        collapsed: the collapsed runs, from `lost`; they are counted, but enter no mean or gain.

    Returns:
        arm; runs (how many finished, or survived if some collapsed, and the states of the others);
        per test set S: `S PSNR (dB)`; if some collapsed, the same over all that finished; `S gain`
        over the first arm of the same scale and protocol, with its 95 % interval; parameters; MACs
        per LR pixel; training time.
    """
    groups: dict[tuple[str, int, str], list[Member]] = {}
    for each in members:
        groups.setdefault(each.row, []).append(each)
    rows = {key: _Row(group, collapsed) for key, group in groups.items()}
    first = {key[1:]: row for key, row in reversed(rows.items())}
    sets = dict.fromkeys(name for row in rows.values() for name in row.sets)
    several = len({scale for _, scale, _ in rows}) > 1
    cells = []
    for (arm, scale, protocol), row in rows.items():
        line = {"arm": f"{arm} x{scale}" if several else arm, "runs": row.runs}
        base = first[scale, protocol]
        for name in sets:
            line[f"{name} PSNR (dB)"] = _mean(row.table, name)
            if collapsed:
                line[f"{name} PSNR over all (dB)"] = _mean(row.over_all, name)
            line[f"{name} gain"] = "" if row is base else row.gain_over(base, name)
        cells.append(line | row.costs)
    return pd.DataFrame(cells)


class _Row:
    """The runs of an arm at a scale, by one protocol."""

    def __init__(self, members: Sequence[Member], collapsed: Mapping[str, str]) -> None:
        runs = {each.run.folder.id: each.run for each in members}  # one named twice is one
        self.rows = read_runs(run.folder.path for run in runs.values())
        self.done = self.rows[self.rows["state"] == "finished"]
        self.alive = self.done[~self.done["id"].isin(collapsed)]
        # How many ended, for trained arms of a grid in which some run collapsed.
        trained = any(run.config.kind is Kind.TRAINED for run in runs.values())
        ended = len(self.done) + int((self.rows["state"] == "diverged").sum())
        self.ended = ended if collapsed and trained else None
        self.table, self.over_all = (
            _psnr([runs[name] for name in part["id"]]) for part in (self.alive, self.done)
        )

    @property
    def sets(self) -> list[str]:
        return list(self.over_all.columns.get_level_values(0).unique())

    @property
    def runs(self) -> str:
        """How many runs finished or survived, and the states of the others."""
        others = self.rows.loc[self.rows["state"] != "finished", ["state", "step"]]
        said = [
            str(state) if pd.isna(step) else f"{state} at step {step}"
            for state, step in zip(others["state"], others["step"], strict=True)
        ]
        count = str(len(self.done) or "")
        if self.ended:
            count = f"survived {len(self.alive)} of {self.ended}"
        return "; ".join(filter(None, [count, *dict.fromkeys(said)]))

    def gain_over(self, base: "_Row", name: str) -> str:
        return worded(gain(self.table, base.table, name))

    @property
    def costs(self) -> dict[str, str]:
        forms = {
            "parameters": ("parameters", short),
            "macs_per_lr_pixel": ("MACs per LR pixel", short),
            "seconds": ("training time", seconds),
        }
        means = self.done[list(forms)].astype(float).mean()
        return {
            name: ABSENT if pd.isna(means[key]) else form(float(means[key]))
            for key, (name, form) in forms.items()
        }


def _psnr(runs: Sequence[Run]) -> pd.DataFrame:
    seeds = [run.config.seed if run.config.kind.learns else None for run in runs]
    protocol = runs[0].config.protocol if runs else ""
    return psnr_table([run.folder.path for run in runs], seeds, protocol)


def _mean(table: pd.DataFrame, name: str) -> str:
    if name not in table.columns.get_level_values(0):
        return ABSENT
    means = pd.DataFrame(table[name]).mean(axis="columns")
    return spread(means.mean(), means.std(), 2)


def print_joint(
    members: Sequence[Member], thresholds: Mapping[str, float], console: Console | None = None
) -> None:
    """Print the table, and which runs collapsed.

    Args:
        members: the grid's runs.
        thresholds: fields of `shoal.results.Thresholds`, which decide what collapsed.
        console: the output; the terminal by default.
    """
    console, study = console or screen(), study_of_members(members, thresholds)
    collapsed = lost(study)
    cells = joint_table(members, collapsed)
    protocols = dict.fromkeys(each.run.config.protocol for each in members)
    table = Table(title=f"all runs, protocol {' and '.join(protocols)}", title_justify="left")
    for name in cells.columns:
        left = name in ("arm", "runs")
        table.add_column(name, justify="left" if left else "right", overflow="fold")
    for line in cells.to_numpy().tolist():
        table.add_row(*line)
    console.print(table)
    if collapsed:
        listed = named(study.runs, collapsed)
        console.print(f"note: collapsed, so excluded from means and gains: {listed}")
    if collapsed and not survival(study)["survived"].any():
        console.print(f"note: no run survived: {FOR_ALL}")
