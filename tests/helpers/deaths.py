"""A study with the deaths of a real one: DCNN in one seed of three, DSCNN's deep half in two."""

from dataclasses import replace
from pathlib import Path

from helpers.made_up import EXACT, REAL, MadeUp, study_of
from shoal import results

SILENT = {"deep/low": 5.6e-18, "deep/high": 1.0e-31}


def ablation_with_deaths(runs: Path) -> results.Study:
    """DCNN's seed 0 answers 12.5 dB in the end; of DSCNN's seeds 1 and 2 one half says nothing."""
    study = study_of(MadeUp(**REAL, **EXACT, steps=3000, every=500, sets={"Set5": 2}), runs)
    curves, scores = study.curves.copy(), study.scores.copy()
    dead = curves["arm"].eq("dcnn") & curves["seed"].eq(0)
    curves.loc[dead & curves["step"].ge(2000), "val/psnr"] = 12.5
    scores.loc[scores["arm"].eq("dcnn") & scores["seed"].eq(0), "psnr"] = 12.5
    for seed, since in ((1, 2500), (2, 1500)):
        half = curves["arm"].eq("dscnn") & curves["seed"].eq(seed) & curves["step"].ge(since)
        curves.loc[half, list(SILENT)] = list(SILENT.values())
    return replace(study, curves=curves, scores=scores)
