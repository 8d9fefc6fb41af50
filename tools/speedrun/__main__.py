"""Runs entries of the speed run with ten seeds each, judges them, and keeps records.

python -m tools.speedrun                                 # all marks on this machine's processor
python -m tools.speedrun --on gpu 36.0 --change "..."    # one mark; kept if it is a record

`make speedrun` calls it. The rules are in docs/speedrun.md. When it is stopped, the same command
goes on with the next seed.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import yaml
from tools.speedrun import records
from tools.speedrun.judge import TRIALS, judged
from tools.speedrun.kept import Kept
from tools.speedrun.trial import Train, train_cold, trial

ENTRIES = Path(__file__).with_name("entries.yaml")


def run(mark: str, on: str, change: str, train: Train, table: Path = records.FILE) -> str:
    """Run the entry of a mark and judge it.

    Args:
        mark: PSNR in dB, as written in entries.yaml.
        on: `cpu` or `gpu`.
        change: what is new since the last record; if empty, nothing is kept.
        train: trains a run from the words of a command line, and returns its record.
        table: the file of records.

    Returns:
        The result as a line of text.
    """
    entries = yaml.safe_load(ENTRIES.read_text())
    words = f"{entries['all']} {entries[on][mark]}"
    trials = []
    for seed in range(TRIALS):
        done, record = trial(words, seed, train)
        trials.append(done)
        print(f"{mark} dB, seed {seed}: {done.psnr:.3f} dB in {done.seconds:.1f} s", flush=True)
    verdict = judged(float(mark), trials)
    said = f"{verdict.psnr:.3f} +- {verdict.psnr_sd:.3f} dB, p = {verdict.p:.1e}"
    if not verdict.holds:
        return f"{mark} dB: not reached, {said}: train longer, or better"
    if not change:
        return f"{mark} dB: reached in {verdict.seconds:.1f} s, {said}; --change keeps a record"
    return records.keep(records.row(verdict, on, record, words, change), table)


def main(arguments: Sequence[str] | None = None, train: Train = train_cold) -> None:
    """Run the entries that the command line asks for."""
    kept = Kept(train)
    entries = yaml.safe_load(ENTRIES.read_text())
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("marks", nargs="*", metavar="MARK", help="36.0, 37.0, 37.4; all if none")
    parser.add_argument("--on", choices=["cpu", "gpu"], default="cpu")
    parser.add_argument("--change", default="", help="what is new; without it nothing is kept")
    given = parser.parse_args(arguments)
    known = list(entries[given.on])
    if unknown := [mark for mark in given.marks if mark not in known]:
        parser.error(f"{unknown[0]} is no mark: choose from {', '.join(known)}")
    for mark in given.marks or known:
        print(run(mark, given.on, given.change, kept), flush=True)
        kept.forget()


if __name__ == "__main__":
    main()
