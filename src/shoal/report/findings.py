"""All that a report says of one experiment, before it is laid out."""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from shoal.claims import Difference, Verdict, against_baseline, effects, judge, read_claims
from shoal.claims.equivalence import region
from shoal.claims.ledger import crosses_seeds, ledgers
from shoal.claims.looks import views
from shoal.errors import UserError
from shoal.report.answer import answer, ranked
from shoal.report.commands import commands
from shoal.report.tables.cells import pace, shown
from shoal.report.tables.ledger import ledger_parts, scatter
from shoal.report.tables.published import load_published, remarks
from shoal.report.tables.table import table, test_sets
from shoal.report.tables.tuned import Side, title, tuned_parts
from shoal.report.tables.verdicts import AGAINST, EFFECTS, Part, difference_rows
from shoal.results import Study, notes
from shoal.results.tuning import beside


@dataclass(frozen=True)
class Findings:
    """An experiment's rows, numbers and verdicts.

    Attributes:
        numbers: from `tables.table`.
        cells: the same as text.
        pace: how soon each arm got how far, as text.
        differences: of each arm to the baseline.
        effects: of a cross's factors.
        tuned: where each arm is at its own value of a key, what stands beside the common one.
        ledger: of two seeds crossed, what the spread is owed to.
        notes: what must be said beside the table.
        answer: one line.
    """

    study: Study
    numbers: pd.DataFrame
    cells: pd.DataFrame
    pace: pd.DataFrame
    verdicts: list[Verdict]
    differences: list[Difference]
    effects: list[Difference]
    tuned: list[Part]
    ledger: list[Part]
    notes: list[str]
    answer: str

    @property
    def title(self) -> str:
        """What was asked of what, e.g. `ablation: t91, x3, standard`."""
        study = self.study
        scales = "/".join(f"x{scale}" for scale in study.scales)
        return f"{study.experiment}: {study.data}, {scales}, {study.budget}{title(study)}"

    @property
    def compared(self) -> list[Part]:
        """What was tuned, the arms against the baseline, effects of factors: what there is."""
        baseline = difference_rows(self.differences, "arm")
        parts = [
            *self.tuned,
            *self.ledger,
            Part(f"Against {self.study.baseline}", AGAINST, baseline),
            Part("Effects of the factors", EFFECTS, difference_rows(self.effects, "factor")),
        ]
        return [part for part in parts if len(part.rows)]

    @property
    def seeds(self) -> str:
        """The seeds, or their number where there are many."""
        seeds = self.study.seeds
        return ", ".join(map(str, seeds)) if len(seeds) <= 8 else f"{len(seeds)} of them"

    @property
    def rule(self) -> str:
        """What equal means, and how often the study looked."""
        half = region(None, self.study.equal_within, "psnr") or 0
        equal = (
            "Equal: every part holds or has its interval within the region of practical equivalence"
            f" (±{half:g} dB of PSNR, a tenth of a cost, where a claim says no other)."
        )
        if not self.study.looks:
            return equal
        counts = (view.finished["seed"].nunique() for view in views(self.study))
        most = self.study.looks[-1]["most"]
        looked = f" Looked at after {', '.join(map(str, counts))} seeds, of {most} at most:"
        return f"{equal}{looked} p and intervals hold over all looks."

    @property
    def best(self) -> tuple[str, int]:
        """The arm that scores highest at the first scale that has a score, and that scale.

        Where nothing has a score or a curve, the first arm that has finished.
        """
        tables = ((ranked(self.study, self.numbers, scale), scale) for scale in self.study.scales)
        first = self.study.finished.iloc[0]
        scored = ((str(scores.idxmax()), scale) for scores, scale in tables if len(scores))
        return next(scored, (str(first["arm"]), int(first["scale"])))

    @property
    def commands(self) -> dict[str, str]:
        """What to type to see where a number comes from, and to make the report anew."""
        return commands(self.study, *self.best)


@lru_cache(maxsize=4)  # printed, written and sent to dashboards
def findings(study: Study) -> Findings:
    """Work out the report of a study.

    Raises:
        UserError: no run has finished.
    """
    if study.finished.empty:
        raise UserError(f"no run of {study.experiment!r} has finished: {study.command}")
    published = load_published()
    numbers = table(study, published)
    verdicts = judge(study, read_claims(study.claims))
    sources = ledgers(study)
    own = Side(study, shown(study, numbers, published), verdicts, against_baseline(study))
    return Findings(
        study=study,
        numbers=numbers,
        cells=own.cells,
        pace=pace(study, numbers),
        verdicts=verdicts,
        differences=list(own.differences),
        # A seed has no effect that one could want.
        effects=[] if crosses_seeds(study) else effects(study),
        ledger=ledger_parts(sources),
        tuned=tuned_parts(own, _at_common(study)),
        notes=notes(study) + remarks(published, study, test_sets(study)),
        answer=scatter(sources) or answer(study, numbers, verdicts),
    )


def _at_common(study: Study) -> Side | None:
    """Of a study with each arm at its own value: what it says with all at one."""
    common = beside(study)
    if common is None or common.finished.empty:
        return None
    found = findings(common)
    return Side(common, found.cells, found.verdicts, found.differences)
