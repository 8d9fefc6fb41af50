"""Runs made here, where grids meet over one run."""

import sys
from pathlib import Path

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode

from helpers.composing import CONF
from helpers.grids import ENOUGH
from shoal.grid import local
from shoal.grid.composing import compose
from shoal.grid.local import LocalRunner
from shoal.grid.outcome import OutcomeKind
from shoal.grid.planned import PlannedRun
from shoal.grid.runner import say
from shoal.runs.resolvers import register_resolvers

# The first time another process takes the run just before; the second time it finishes.
OVERTAKEN = '''
import subprocess, sys
from pathlib import Path
from shoal.runs.folder import RunFolder

HOLD = """
import sys, time
from pathlib import Path
from shoal.runs.folder import RunFolder

with RunFolder(Path(sys.argv[1])).locked():
    print(flush=True)
    limit = time.monotonic() + {enough}
    while not Path({waits!r}).exists() and time.monotonic() < limit:
        time.sleep(0.02)
"""
folder = RunFolder(Path({folder!r}))
folder.create()
if (folder.path / "overtaken").exists():
    folder.write_json("record.json", {{}})
else:
    folder.write("overtaken", "")
    holder = subprocess.Popen([sys.executable, "-c", HOLD, folder.path], stdout=subprocess.PIPE)
    holder.stdout.readline()
    sys.exit(2)
'''


@pytest.fixture
def planned(tmp_path: Path) -> PlannedRun:
    register_resolvers()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().hydra.config_loader
        master = loader.load_configuration("config", [], RunMode.MULTIRUN)
        return compose(loader, master, ["model=ees", f"paths.runs={tmp_path / 'runs'}"])


def test_a_run_that_another_process_takes_at_the_last_moment_is_waited_for(
    planned: PlannedRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = tmp_path / "script.py"
    waits = tmp_path / "waits"
    said = {"folder": str(planned.folder.path), "waits": str(waits), "enough": ENOUGH}
    script.write_text(OVERTAKEN.format(**said))
    monkeypatch.setattr(sys, "argv", [str(script)])

    def told(line: str) -> None:
        say(line)
        if " waits: " in line:
            waits.touch()

    monkeypatch.setattr(local, "say", told)
    (outcome,) = LocalRunner([planned], at_once=1).run().values()
    assert outcome.kind == OutcomeKind.FINISHED
    assert capsys.readouterr().out.count(f"{planned.folder.id} waits: ") == 1
