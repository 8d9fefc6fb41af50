"""Runs that are killed or stopped and go on: their bytes are an uninterrupted run's."""

import os
import random
import re
import signal
import subprocess
import sys
import time

import pytest

from helpers.composing import ROOT
from helpers.grids import ENOUGH

STOPS = {"SIGTERM": (143, [signal.SIGTERM]), "SIGKILL": (-9, [signal.SIGKILL])}
STOPS["SIGINT twice"] = (130, [signal.SIGINT, signal.SIGINT])
CLOCKS = {"seconds"}


class Training:
    """One small training in a process of its own, started as often as it takes."""

    def __init__(self, folder, cache, *overrides):
        self.runs = folder / "runs"
        self.command = [
            *(sys.executable, str(ROOT / "train.py"), "model=ees", "budget=smoke", "logger=none"),
            *("budget.max_steps=600", "budget.val_every=100", f"paths.runs={self.runs}"),
            *(f"paths.cache={cache}", *overrides),
        ]

    def start(self):
        pipe = subprocess.PIPE
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(self.command, stdout=pipe, stderr=pipe, text=True, env=environment)

    def finish(self):
        done = self.start()
        out, err = done.communicate(timeout=ENOUGH)
        assert done.returncode == 0, err
        return out

    def stop(self, signals, wait):
        """Start, let the first new row of the curve come, wait a little, send the signals."""
        process = self.start()
        for line in process.stdout:
            if re.search(r"step \d+/", line):
                break
        time.sleep(wait)
        for number in signals:
            process.send_signal(number)
        out, err = process.communicate(timeout=ENOUGH)
        return process.returncode, out + err

    @property
    def folder(self):
        (found,) = (path for path in self.runs.iterdir() if path.name.startswith("ees-"))
        return found

    def weights(self):
        return (self.folder / "weights.safetensors").read_bytes()

    def curve(self):
        lines = (self.folder / "curve.csv").read_text().splitlines()
        columns = lines[0].split(",")
        kept = [n for n, name in enumerate(columns) if name not in CLOCKS]
        return [[line.split(",")[n] for n in kept] for line in lines]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, cache, small_pictures):
    folder = tmp_path_factory.mktemp("undisturbed")
    training = Training(folder, cache, "task/ema=decay", *small_pictures)
    training.finish()
    return training


def test_a_run_stopped_three_ways_ends_as_if_it_had_not_been(
    tmp_path, cache, small_pictures, undisturbed
):
    training = Training(tmp_path, cache, "task/ema=decay", *small_pictures)
    waits, codes = random.Random(0), []
    for expected, signals in STOPS.values():
        code, _ = training.stop(signals, waits.uniform(0.05, 0.4))
        assert code in (expected, 0)  # 0: it was faster than the signal
        codes.append(code)
        if code == 0:
            break
        assert not (training.folder / "record.json").exists()
    assert any(codes)
    training.finish()
    assert training.weights() == undisturbed.weights()
    assert training.curve() == undisturbed.curve()


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGUSR1, marks=pytest.mark.slow)]
)
def test_a_scheduler_s_signal_saves_where_it_stopped_and_is_the_exit_code(
    tmp_path, cache, small_pictures, number
):
    endless = ("budget.max_steps=1000000", "budget.val_every=1000000")
    training = Training(tmp_path, cache, "task/ema=decay", *endless, *small_pictures)
    code, said = training.stop([number], 0.3)
    assert code == 128 + number
    assert f"stopped by {number.name}; the same command goes on from here" in said
    (checkpoint,) = (training.folder / "checkpoints").glob("step-*.ckpt")
    assert int(checkpoint.stem.split("-")[1]) > 0


def test_of_two_processes_that_start_a_run_at_once_one_works(
    tmp_path, cache, small_pictures, undisturbed
):
    training = Training(tmp_path, cache, "task/ema=decay", *small_pictures)
    rivals = [training.start(), training.start()]
    ends = [(*rival.communicate(timeout=ENOUGH), rival.returncode) for rival in rivals]
    told = sorted((code, "is being trained by process" in err) for _, err, code in ends)
    # A reader may also come so late that the run is finished.
    assert told in ([(0, False), (2, True)], [(0, False), (0, False)])
    assert sum("step 600/600" in out for out, _, _ in ends) == 1
    assert training.weights() == undisturbed.weights()
    assert training.curve() == undisturbed.curve()


@pytest.mark.slow
def test_twenty_kills_at_random_moments_change_no_byte(tmp_path, cache, small_pictures):
    overrides = ("task/ema=decay", "budget.max_steps=6000", "budget.val_every=150")
    overrides += small_pictures
    whole = Training(tmp_path / "whole", cache, *overrides)
    whole.finish()
    killed = Training(tmp_path / "killed", cache, *overrides)
    chance = random.Random(1)
    codes = []
    while len([code for code in codes if code]) < 20 and 0 not in codes:
        _, signals = chance.choice(list(STOPS.values()))
        codes.append(killed.stop(signals, chance.uniform(0.0, 0.5))[0])
    killed.finish()
    print(f"kills {len([code for code in codes if code])}, codes {codes}")
    assert len([code for code in codes if code]) == 20
    assert killed.weights() == whole.weights()
    assert killed.curve() == whole.curve()
