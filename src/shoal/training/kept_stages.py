"""Keeps the results of a fit's stages: a run's own with the run, shared ones beside the caches."""

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save

from shoal.models.fitted import Stage, Stages, Tensors
from shoal.runs.identity import RESULTS
from shoal.runs.resumed import STAGE, stage_stem
from shoal.runs.run import Run
from shoal.system.checksummed import last_whole, named
from shoal.system.files import asked_for
from shoal.system.progress import bars

SHARED = "fits"  # the folder in the cache for stages that several models share


class KeptStages(Stages):
    """Stages whose results outlive a stop, each in a file that is named by its own checksum.

    Args:
        run: the run whose model is fitted.

    Attributes:
        seconds: the time that all stages took, whenever they were computed.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.seconds = run, 0.0

    def __call__(self, name: str, make: Stage) -> Tensors:
        """Return the results of a stage of this run; `make` computes them unless they are kept."""
        return self._kept(self.run.folder.checkpoints, stage_stem(name), name, make)

    def shared(self, name: str, facts: Mapping[str, Any], make: Stage) -> Tensors:
        """Return the results of a stage that all runs with these facts, pictures and scale share.

        Args:
            name: of the stage.
            facts: what the results depend on, besides training pictures and scale.
            make: computes the results unless they are kept.
        """
        config, digests = self.run.config, self.run.selection.digests()
        all_facts = [RESULTS, digests["train"], digests["order"], config.scale, dict(facts)]
        digest = hashlib.sha256(json.dumps(all_facts, sort_keys=True).encode()).hexdigest()[:16]
        stem = f"{name}-x{config.scale}-{digest}"
        return self._kept(config.paths.cache / SHARED, stem, name, make)

    def _kept(self, folder: Path, stem: str, name: str, make: Stage) -> Tensors:
        path = last_whole(folder, stem, STAGE, "made again")
        if path is not None:
            tensors, seconds = _read(path)
            print(f"{name}: kept", flush=True)
        else:
            begun = time.monotonic()
            with bars() as shown:
                task = shown.add_task(name, total=None)
                tensors = make(lambda done, of: shown.update(task, completed=done, total=of))
            seconds = round(time.monotonic() - begun, 3)
            _write(folder, stem, tensors, seconds)
            print(f"{name}: {seconds:.1f} s", flush=True)
        self.seconds += seconds
        return tensors


def _read(path: Path) -> tuple[Tensors, float]:
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return tensors, float(file.metadata()["seconds"])


def _write(folder: Path, stem: str, tensors: Tensors, seconds: float) -> None:
    values = {name: value.contiguous() for name, value in tensors.items()}
    content = save(values, metadata={"seconds": str(seconds)})
    digest = hashlib.sha256(content).hexdigest()
    with asked_for(folder / named(stem, digest, STAGE)) as file:
        file.write(content)
