"""Keeps the trials of a speed run that is stopped, so that the same command goes on from there."""

import hashlib
import json
from pathlib import Path

import torch
from tools.speedrun.trial import ROOT, Record, Train

from shoal.runs.environment import commit, processor
from shoal.system.files import write_whole

FOLDER = ROOT / "runs/.speedrun"


class Kept:
    """Trains, unless the same words were trained before by the same code on the same machine.

    Nothing is kept while the code differs from its commit.
    """

    def __init__(self, train: Train, folder: Path = FOLDER) -> None:
        """Keep records in a folder.

        Args:
            train: trains a run from the words of a command line, and returns its record.
            folder: of the records, a file for each.
        """
        self.train = train
        self.folder = folder
        self.used: list[Path] = []

    def __call__(self, words: list[str]) -> Record:
        """Return the record of these words."""
        head, dirty = commit()
        if dirty is not False:
            return self.train(words)
        path = self.folder / f"{_digest(words, head)}.json"
        if not path.is_file():
            record = self.train(words)
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(record))
        self.used.append(path)
        kept: Record = json.loads(path.read_text())
        return kept

    def forget(self) -> None:
        """Delete the records that were used; the next speed run begins anew."""
        for path in self.used:
            path.unlink(missing_ok=True)
        self.used.clear()


def _digest(words: list[str], head: str | None) -> str:
    kinds = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    machine = [processor(torch.device(kind)) for kind in kinds]
    return hashlib.sha256(json.dumps([words, head, machine]).encode()).hexdigest()[:16]
