"""The page while runs are at work."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from helpers.grids import until
from helpers.made_up import MadeUp
from shoal.report import live
from shoal.report.live import RELOAD, build, live_page
from shoal.report.publish import publish
from shoal.results import read
from shoal.runs.findings import PAGE
from shoal.system.signals import Stopped

REFRESH = f'<meta http-equiv="refresh" content="{RELOAD}">'


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A grid of which one arm and one seed of another have finished."""
    made = MadeUp(arms={"bicubic": "bicubic", "ees": "ees"}, seeds=(0, 1))
    made.absent = [made.run_id("ees", 3, 1)]
    return made.write(tmp_path / "runs")


def test_a_page_reloads_itself_until_all_have_ended_and_nothing_else_is_written(
    tmp_path: Path, plan: Path
) -> None:
    out = tmp_path / "reports"
    page = build(plan, out, RELOAD)
    assert page == out / "ablation" / "sample-x3-quick" / PAGE
    assert [path for path in out.rglob("*") if path.is_file()] == [page]
    assert REFRESH in page.read_text()
    assert "not run: ees x3 s1" in page.read_text()
    publish(read(plan), out)
    assert REFRESH not in page.read_text()


def test_before_a_run_has_finished_there_is_no_page(tmp_path: Path) -> None:
    made = MadeUp()
    made.absent = [row["id"] for row in made.planned()]
    assert build(made.write(tmp_path / "runs"), tmp_path / "reports", RELOAD) is None
    assert not (tmp_path / "reports").exists()


def test_a_process_of_its_own_keeps_the_page_and_ends_with_the_grid(
    tmp_path: Path, plan: Path
) -> None:
    out = tmp_path / "reports"
    page = out / "ablation" / "sample-x3-quick" / PAGE

    def stopped() -> None:
        with live_page(plan, out):
            until(page.is_file)
            assert REFRESH in page.read_text()
            raise Stopped(signal.SIGINT)

    with pytest.raises(Stopped):
        stopped()
    assert REFRESH not in page.read_text()  # nobody will write another
    assert "not run: ees x3 s1" in page.read_text()
    assert not list(out.rglob(".unfinished*"))


def test_a_file_that_goes_while_it_is_read_ends_no_watch(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[type[BaseException]] = [FileNotFoundError, SystemExit]

    def state(_: Path) -> tuple[object, object]:
        raise ends.pop(0)

    monkeypatch.setattr(live, "_state", state)
    monkeypatch.setattr(live, "LOOK", 0)
    with pytest.raises(SystemExit):
        live.watch(plan, plan.parent, [])
    assert not ends


def test_a_watch_ends_though_imported_code_catches_the_exception_of_the_signal(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def state(_: Path) -> tuple[object, object]:
        asked.append(signal.SIGALRM)
        raise ImportError

    monkeypatch.setattr(live, "_state", state)
    monkeypatch.setattr(live, "LOOK", 0)
    live.watch(plan, plan.parent, asked)
    assert len(asked) == 1


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN])
def test_a_page_that_cannot_be_built_stops_no_grid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, handler: Any
) -> None:
    monkeypatch.setattr(live, "GRACE", 90)
    before = signal.signal(signal.SIGINT, handler)  # shells let background jobs ignore it
    begun = time.monotonic()
    try:
        with live_page(tmp_path / "no plan.json", Path(os.devnull)):
            pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - begun < 60
