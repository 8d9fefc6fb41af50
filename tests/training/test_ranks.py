"""One run on many devices: two gloo ranks on the processor stand for them."""

import json
import os
import signal
import sys

import pytest
import torch
from safetensors.torch import load_file

from helpers.ranks import Command, gone, losses, psnrs
from shoal.runs.folder import RunFolder
from shoal.system.signals import Stopped
from shoal.training.spawn import RankFailed
from shoal.training.step import Step
from shoal.training.tally import Diverged

LONG = ("budget.max_steps=1000", "budget.val_every=100")


@pytest.fixture
def train(train, monkeypatch):
    """As elsewhere, with one thread for each rank that it starts."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return train


def test_two_ranks_train_as_one_and_leave_one_record(train, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "offline")
    one = train()
    two = train("trainer=ddp_cpu", "logger=wandb", runs="two")
    assert two.id == one.id
    assert losses(two) == pytest.approx(losses(one), rel=1e-5)
    assert psnrs(two) == pytest.approx(psnrs(one), abs=1e-3)
    assert len(psnrs(two)) == 3
    ours, theirs = load_file(two.weights), load_file(one.weights)
    for name, value in ours.items():
        torch.testing.assert_close(value, theirs[name], rtol=1e-3, atol=1e-5)
    assert (one.record()["devices"], two.record()["devices"]) == (1, 2)
    assert two.record()["patches"] == one.record()["patches"]
    names = {path.name for path in two.path.iterdir()}
    assert names == {path.name for path in one.path.iterdir()} | {"wandb"}
    assert len(list((two.path / "wandb").glob("offline-run-*"))) == 1
    assert (two.path / "log.txt").read_text().count("step 20/20") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.slow  # trains on two ranks, then goes on with one
def test_a_signal_to_one_rank_stops_all_after_the_same_step_and_one_device_goes_on(
    tmp_path, cache, train, small_pictures
):
    command = Command(tmp_path / "runs", cache, *LONG, *small_pictures).wait_for("step 100/")
    ranks = command.ranks
    os.kill(ranks[1], signal.SIGTERM)
    code, errors = command.end()
    assert code == 143
    assert errors == "train.py: stopped by SIGTERM; the same command goes on from here\n"
    assert gone(ranks)
    folder = command.run()
    steps = [int(path.stem.split("-")[1]) for path in folder.checkpoints.iterdir()]
    assert max(steps) % 100
    assert (folder.status()["state"], folder.status()["devices"]) == ("interrupted", 2)
    resumed = train("trainer=cpu", *LONG)
    assert (resumed.record()["resumed"], resumed.record()["devices"]) == (1, 1)
    assert len(resumed.rows("curve.csv")) == 11


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.slow
def test_the_death_of_a_rank_ends_all_in_one_line(tmp_path, cache, small_pictures):
    command = Command(tmp_path / "runs", cache, *LONG, *small_pictures).wait_for("step 100/")
    ranks = command.ranks
    os.kill(ranks[1], signal.SIGKILL)
    code, errors = command.end()
    reason = "the process of device 1 was killed by SIGKILL; the same command goes on"
    assert (code, errors) == (1, f"train.py: {reason}\n")
    assert gone(ranks)
    assert command.run().status()["reason"] == reason


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_signal_to_the_parent_reaches_all_ranks(tmp_path, cache, number, code, small_pictures):
    command = Command(tmp_path / "runs", cache, *LONG, *small_pictures).wait_for("step 100/")
    ranks = command.ranks
    os.kill(command.process.pid, number)
    assert command.end()[0] == code
    assert gone(ranks)
    folder = command.run()
    assert folder.state() == "interrupted"
    steps = [int(path.stem.split("-")[1]) for path in folder.checkpoints.iterdir()]
    assert max(steps) % 100


@pytest.mark.slow
def test_two_ranks_go_on_where_one_stopped_and_end_where_one_would(train, monkeypatch):
    whole = train("budget.max_steps=40", "task/ema=decay", runs="whole")
    with monkeypatch.context() as patch:
        patch.setattr("shoal.training.run.write_record", stopped)
        patch.setattr("shoal.training.step.Step.__call__", asked_to_stop_at_25(Step.__call__))
        with pytest.raises(Stopped):
            train("budget.max_steps=40", "task/ema=decay")
    resumed = train("budget.max_steps=40", "task/ema=decay", "trainer=ddp_cpu")
    assert (resumed.record()["resumed"], resumed.record()["devices"]) == (1, 2)
    assert losses(resumed) == pytest.approx(losses(whole), rel=1e-4)
    assert psnrs(resumed) == pytest.approx(psnrs(whole), abs=1e-3)


def stopped(*_, **__):
    raise AssertionError("no record of a run that was stopped")


def asked_to_stop_at_25(make):
    def step(self, lr, hr):
        loss = make(self, lr, hr)
        if self.trainer.global_step == 25:
            self.task.agreement.stop.asked = signal.SIGTERM
        return loss

    return step


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_two_ranks_stopped_and_resumed_end_with_the_very_bits(
    tmp_path, cache, train, small_pictures
):
    whole = train("trainer=ddp_cpu", *LONG, runs="whole")
    command = Command(tmp_path / "runs", cache, *LONG, *small_pictures).wait_for("step 300/")
    os.kill(command.ranks[0], signal.SIGTERM)
    assert command.end()[0] == 143
    resumed = train("trainer=ddp_cpu", *LONG)
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert psnrs(resumed) == psnrs(whole)


@pytest.mark.slow
def test_a_loss_that_is_not_finite_diverges_all_ranks_after_the_same_step(train, tmp_path):
    overrides = ("task.optimizer.lr=1e30", "task.schedule.warmup=0")
    with pytest.raises(Diverged) as one:
        train(*overrides)
    with pytest.raises(Diverged) as two:
        train(*overrides, "trainer=ddp_cpu", runs="two")
    assert two.value.step == one.value.step
    (path,) = (tmp_path / "two").iterdir()
    assert RunFolder(path).status()["state"] == "diverged"


@pytest.mark.slow
def test_what_a_rank_raises_is_told_with_its_traceback(train, tmp_path, monkeypatch):
    # The ranks are new processes: what breaks them must come with the config.
    (tmp_path / "broken.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RankFailed, match="device 1 ended: RuntimeError: only here") as failed:
        train("trainer=ddp_cpu", "model._target_=broken.Broken")
    assert "in forward" in failed.value.trace
    (path,) = (tmp_path / "runs").iterdir()
    assert "only here" in RunFolder(path).status()["reason"]
    assert "in forward" in (path / "log.txt").read_text()


BROKEN = """
import os
from shoal.models.ees import EES

class Broken(EES):
    def forward(self, lr):
        if self.training and os.environ.get("LOCAL_RANK") == "1":
            raise RuntimeError("only here")
        return super().forward(lr)
"""


@pytest.mark.slow
def test_torchrun_starts_the_ranks_as_well(tmp_path, cache, train, small_pictures):
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command = Command(tmp_path / "runs", cache, *small_pictures, start=start)
    assert command.end()[0] == 0
    one = train(runs="one")
    assert losses(command.run()) == pytest.approx(losses(one), rel=1e-5)
    assert command.run().record()["devices"] == 2


@pytest.mark.slow
def test_slurm_starts_the_ranks_as_well(tmp_path, cache, train, small_pictures):
    def task(number):
        slurm = {"SLURM_NTASKS": "2", "SLURM_NTASKS_PER_NODE": "1", "SLURM_NNODES": "2"}
        slurm |= {"SLURM_JOB_ID": f"{os.getpid()}", "SLURM_JOB_NAME": "train"}
        slurm |= {"SLURM_NODELIST": "127.0.0.1", "SLURM_LOCALID": "0"}
        slurm |= {"SLURM_PROCID": f"{number}", "SLURM_NODEID": f"{number}"}
        nodes = ("trainer.devices=1", "trainer.num_nodes=2")
        return Command(tmp_path / "runs", cache, *nodes, *small_pictures, environment=slurm)

    tasks = [task(number) for number in range(2)]
    assert [each.end()[0] for each in tasks] == [0, 0]
    record = tasks[0].run().record()
    assert (record["devices"], record["nodes"]) == (2, 2)
    assert losses(tasks[0].run()) == pytest.approx(losses(train(runs="one")), rel=1e-5)


@pytest.mark.slow
def test_a_grid_has_runs_of_many_devices(tmp_path, cache, small_pictures):
    # Within a task of Slurm's, as on `hydra/launcher=submitit_slurm`.
    slurm = {"SLURM_NTASKS": "1", "SLURM_JOB_ID": "1", "SLURM_JOB_NAME": "grid"}
    slurm |= {"SLURM_LOCALID": "0", "SLURM_PROCID": "0", "SLURM_NODEID": "0"}
    command = Command(
        tmp_path / "runs", cache, "seed=0,1", *small_pictures, "-m", environment=slurm
    )
    code, errors = command.end()
    assert code == 0, errors
    records = [json.loads(path.read_text()) for path in tmp_path.glob("runs/*/record.json")]
    assert sorted((record["seed"], record["devices"]) for record in records) == [(0, 2), (1, 2)]
