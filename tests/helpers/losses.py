"""The first losses of every model, by which a test sees that a commit moves results.

`make losses` writes them anew.
"""

import json
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import torch

from helpers.composing import configured
from helpers.networks import TRAINED
from shoal.runs import environment
from shoal.runs.identity import RESULTS
from shoal.runs.run import Run
from shoal.system.signals import Stop
from shoal.training.agreement import Agreement
from shoal.training.devices import quiet
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients
from shoal.training.module import SuperResolution
from shoal.training.ranks import Ranks

FILE = Path(__file__).parents[1] / "training" / "losses.json"
STEPS = 20
# A schedule of so many steps, whole: its rise, and its way down to zero.
COMMON = ("budget=smoke", "trainer=cpu", "logger=none")
# DRCN takes a quarter of a minute otherwise; LapSRN knows no other scales than powers of two.
OWN = {"drcn": ("budget.patch_size=12",), "lapsrn": ("scale=2",)}
# As far as two ways of computing agree to this, a test can compare with a third.
AGREE = 1e-4


def settings() -> list[str]:
    """Overrides, in one line each: every trained model by its default, EEDS-fast by its own too."""
    lines = [" ".join((f"model={name}", *OWN.get(name, ()))) for name in TRAINED]
    return [*lines, "model=eeds_fast task=fast"]


class Enough(Exception):
    """As many losses are known as are asked for."""


def losses(setting: str, cache: Path, count: int = STEPS) -> list[float]:
    """The losses of a run's first steps, in the arithmetic of this process."""
    found: list[float] = []
    with tempfile.TemporaryDirectory() as runs, pytest.MonkeyPatch.context() as patch:
        whole_loss = SuperResolution.whole_loss

        def noted(self: SuperResolution, *batch: torch.Tensor) -> torch.Tensor:
            loss = whole_loss(self, *batch)
            found.append(loss.item())
            if len(found) == count < STEPS:
                raise Enough
            return loss

        patch.setattr(SuperResolution, "whole_loss", noted)
        paths = (f"paths.runs={runs}", f"paths.cache={cache}")
        run = Run.of(configured(*COMMON, *paths, *setting.split()))
        run.folder.create()
        made_of = Ingredients.of(run)
        run.config.trainer["limit_val_batches"] = 0  # which a command can't ask for
        quiet()
        with suppress(Enough):
            fit(run, made_of, [], Agreement(Ranks(), Stop()), None)
    return found


@contextmanager
def arithmetic(threads: int, onednn: bool) -> Iterator[None]:
    """Convolutions by oneDNN's kernels or PyTorch's own, summed up by so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.backends.mkldnn.flags(enabled=onednn):
            yield
    finally:
        torch.set_num_threads(before)


def entry(setting: str, cache: Path) -> dict[str, Any]:
    """Losses, and how many of the first of them don't depend on the order of sums."""
    with arithmetic(1, onednn=True):
        ours = losses(setting, cache)
    with arithmetic(2, onednn=False):
        other = losses(setting, cache)
    apart = (abs(a - b) > AGREE * abs(a) for a, b in zip(ours, other, strict=True))
    # The step before the first that is apart is on its way there, and further on elsewhere.
    steady = next((max(step - 1, 1) for step, is_apart in enumerate(apart) if is_apart), len(ours))
    return {"steady": steady, "losses": ours}


def main() -> None:
    """Write the file."""
    here = {
        "processor": environment.processor(torch.device("cpu")),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    with tempfile.TemporaryDirectory() as cache:
        entries = {}
        for setting in settings():
            entries[setting] = entry(setting, Path(cache))
            print(f"{setting}: {entries[setting]['steady']} steady", file=sys.stderr, flush=True)
    content = {"results": RESULTS, "checked_on": [here], "runs": entries}
    FILE.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
