"""The whole content of an experiment's report, before it is laid out."""

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
        cells: the same numbers as text.
        pace: the cost at which each arm reached given levels of PSNR, as text.
        differences: of each arm to the baseline.
        effects: of the factors of a crossed experiment.
        tuned: if each arm has its own value of a key, the comparison with the common value.
        ledger: if two seeds are crossed, the sources of the variance.
        notes: on the table.
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
        """The title, e.g. `ablation: t91, x3, standard`."""
        study = self.study
        scales = "/".join(f"x{scale}" for scale in study.scales)
        return f"{study.experiment}: {study.data}, {scales}, {study.budget}{title(study)}"

    @property
    def compared(self) -> list[Part]:
        """The comparisons that there are: tuning, variance ledger, baseline, effects of factors."""
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
        """The seeds as text, or their number if there are many."""
        seeds = self.study.seeds
        return ", ".join(map(str, seeds)) if len(seeds) <= 8 else f"{len(seeds)} of them"

    @property
    def rule(self) -> str:
        """What `equal` means, and how often the study looked."""
        half = region(None, self.study.equal_within, "psnr") or 0
        equal = (
            "Equal: every part holds or has its interval within the region of practical equivalence"
            f" (±{half:g} dB of PSNR, a tenth of a cost, unless a claim sets another)."
        )
        if not self.study.looks:
            return equal
        counts = (view.finished["seed"].nunique() for view in views(self.study))
        most = self.study.looks[-1]["most"]
        looked = f" Looked at after {', '.join(map(str, counts))} seeds, of {most} at most:"
        return f"{equal}{looked} p and intervals account for all looks."

    @property
    def best(self) -> tuple[str, int]:
        """The arm with the highest score at the first scale that has scores, and that scale.

        If nothing has a score or a curve, it is the first arm that has finished.
        """
        tables = ((ranked(self.study, self.numbers, scale), scale) for scale in self.study.scales)
        first = self.study.finished.iloc[0]
        scored = ((str(scores.idxmax()), scale) for scores, scale in tables if len(scores))
        return next(scored, (str(first["arm"]), int(first["scale"])))

    @property
    def commands(self) -> dict[str, str]:
        """The commands that explain the best number and that rebuild the report."""
        return commands(self.study, *self.best)


@lru_cache(maxsize=4)  # the terminal, the folder and W&B all ask for them
def findings(study: Study) -> Findings:
    """Compute the content of a study's report.

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
        # Nobody wants the effect of one particular seed.
        effects=[] if crosses_seeds(study) else effects(study),
        ledger=ledger_parts(sources),
        tuned=tuned_parts(own, _at_common(study)),
        notes=notes(study) + remarks(published, study, test_sets(study)),
        answer=scatter(sources) or answer(study, numbers, verdicts),
    )


def _at_common(study: Study) -> Side | None:
    """The findings at the common value, for a study with each arm at its own value."""
    common = beside(study)
    if common is None or common.finished.empty:
        return None
    found = findings(common)
    return Side(common, found.cells, found.verdicts, found.differences)
