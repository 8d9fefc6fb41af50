"""One run, from its config to its record: pictures, network, loggers, fit, record."""

import torch

from shoal.models.profile import parameters
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.preflight import require_fit_pictures, require_room
from shoal.runs.run import Run
from shoal.system.malloc import keep_freed_memory
from shoal.system.signals import Stop
from shoal.training.agreement import Agreement
from shoal.training.callbacks.checkpoints import newest_whole
from shoal.training.devices import check_devices, follow, train_by_ranks
from shoal.training.finish import write_record
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients, build_network, open_pictures
from shoal.training.module import Diverged
from shoal.training.ranks import Orders, Ranks, gathered, started_outside
from shoal.training.rescore import add_scores, print_scores
from shoal.training.reused import show_in_sweep
from shoal.training.status import begin, kept, open_loggers


def train(config: RunConfig, command: str) -> RunFolder:
    """Train a model and score it, or find that this has been done.

    Args:
        config: of the run.
        command: what the user typed, for the record.

    Returns:
        The folder of the finished run.

    Raises:
        UserError: the pictures, the devices or the folders are not as they must be.
        Diverged: the loss stopped being finite, now or when the run was made.
        Stopped: a signal asked for it; issued again, the run goes on.
    """
    run = Run.of(config)
    if not started_outside():
        _lead(run, command, Ranks())
        return run.folder
    with gathered(check_devices(config)) as ranks:
        if ranks.first:
            _lead(run, command, ranks)
        else:
            follow(run, ranks)
    return run.folder


def _lead(run: Run, command: str, ranks: Ranks) -> None:
    """What the first rank does, which is all where there is no other."""
    if run.folder.finished and not run.config.force:
        print(f"{run.folder.id} is finished: reused (force=true starts it anew)", flush=True)
        add_scores(run)
        show_in_sweep(run)
        return print_scores(run)
    keep_freed_memory()
    run.require_pictures()
    require_fit_pictures(run)
    devices = check_devices(run.config)
    made_of = Ingredients(build_network(run.config), open_pictures(run))
    require_room(run, parameters(made_of.network))
    if devices.num_devices * devices.num_nodes > ranks.count:
        del made_of  # it has shown that nothing is to be refused
        return train_by_ranks(train, run, command, devices)
    _make(run, made_of, command, ranks)
    return print_scores(run)


def _make(run: Run, made_of: Ingredients, command: str, ranks: Ranks) -> None:
    """Take the run's folder and make the run, unless another process was faster."""
    folder = run.folder
    folder.create()
    with folder.locked():
        if run.config.force:
            folder.clear()
            folder.create()
        elif folder.finished:
            return
        elif folder.status().get("state") == "diverged":
            raise Diverged(folder.status()["step"])
        with kept(folder):
            _work(run, made_of, command, ranks)


def _work(run: Run, made_of: Ingredients, command: str, ranks: Ranks) -> None:
    started_at = begin(run, ranks)
    with Stop() as stop, open_loggers(run, started_at) as loggers:
        checkpoint = newest_whole(run.folder.checkpoints)
        ranks.broadcast(Orders(checkpoint, torch.get_num_threads()))
        fitted = fit(run, made_of, loggers, Agreement(ranks, stop), checkpoint)
        ranks.part()
        write_record(run, fitted, made_of.data, loggers, command, started_at)
