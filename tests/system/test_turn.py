"""Processes that wait for their turn."""

import os
import subprocess
import sys

import pytest

from helpers.grids import ENOUGH
from shoal.system.turn import Turn, promised
from shoal.system.variables import RUN_NUMBER, TURN


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where to tell this process of its turn."""
    read, write = os.pipe()
    monkeypatch.setenv(TURN, str(read))
    monkeypatch.setenv(RUN_NUMBER, "2/9")
    return write


def test_a_turn_brings_the_runs_number_and_is_awaited_once(pipe: int) -> None:
    os.write(pipe, b"7/9\n")
    turn = Turn()
    with turn.awaited():
        assert TURN in os.environ
    assert os.environ[RUN_NUMBER] == "7/9"
    assert turn.waited > 0
    with Turn().awaited():  # as ranks of the same run do: nobody would tell them
        assert TURN not in os.environ
    os.close(pipe)


def test_what_is_refused_is_raised_when_the_turn_has_come(pipe: int) -> None:
    os.write(pipe, b"1/1\n")
    with pytest.raises(ValueError, match="a mistake"), Turn().awaited():
        raise ValueError("a mistake")
    assert os.environ[RUN_NUMBER] == "1/1"
    os.close(pipe)


def test_a_process_without_a_turn_ends_without_a_word_whatever_it_would_refuse() -> None:
    script = "from shoal.system.turn import Turn\nwith Turn().awaited(): raise ValueError"
    with promised(waits=True) as (told, ours):
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            env=os.environ | {TURN: str(*told)},
            pass_fds=told,
            stderr=subprocess.PIPE,
        )
    ours.close()
    assert process.communicate(timeout=ENOUGH)[1] == b""
    assert process.returncode == 0
