"""Makes one run, from its config to its record."""

import time
from dataclasses import replace

import torch
from lightning import Trainer

from shoal.models.profile import parameters
from shoal.runs.config import RunConfig
from shoal.runs.folder import RunFolder
from shoal.runs.kind import Kind
from shoal.runs.predecessor import changed_since_last
from shoal.runs.preflight import require_copies, require_fit_pictures, require_memory, require_room
from shoal.runs.resumed import newest_checkpoint
from shoal.runs.run import Run
from shoal.system.malloc import keep_freed_memory
from shoal.system.signals import Stop
from shoal.system.turn import Turn
from shoal.training.agreement import Agreement
from shoal.training.callbacks.checkpoints import require_readable
from shoal.training.callbacks.pulse import Pulse
from shoal.training.complaints import memory_named
from shoal.training.devices import check_devices, open_context
from shoal.training.finish import write_record
from shoal.training.fit import fit
from shoal.training.ingredients import Ingredients
from shoal.training.loggers import open_loggers, require_loggers
from shoal.training.ranks import Orders, gathered, outside_rank, started_outside
from shoal.training.reused import show_in_sweep
from shoal.training.scores import add_scores, print_scores, try_metrics
from shoal.training.several import follow, train_by_ranks
from shoal.training.stages import fit_by_stages
from shoal.training.start import Attempt, announce
from shoal.training.status import begin, kept
from shoal.training.tally import Diverged


def train(config: RunConfig, command: str, begun: float | None = None) -> RunFolder:
    """Train a model and score it, or reuse the finished run.

    Args:
        config: the run's config.
        command: what the user typed, for the record.
        begun: when the command was issued, on the clock of `time.monotonic`; None means now.

    Returns:
        The folder of the finished run.

    Raises:
        UserError: config, pictures, devices or folders don't allow the run.
        Diverged: the loss stopped being finite, now or in an earlier attempt.
        Stopped: a signal asked for a stop; the same command resumes the run.
    """
    run, begun = Run.of(config), time.monotonic() if begun is None else begun
    if not started_outside() or config.kind is Kind.FITTED:
        if not outside_rank():  # a model is fitted in one process, however many were started
            _lead(run, Attempt(command, begun))
        return run.folder
    with gathered(check_devices(config)) as ranks:
        if ranks.first:
            _lead(run, Attempt(command, begun, ranks))
        else:
            follow(run, ranks)
    return run.folder


def _lead(run: Run, attempt: Attempt) -> None:
    """Do the work of the first rank, which does everything but train alone."""
    turn = Turn()
    with turn.awaited():
        reused = run.folder.finished and not run.config.force
        ready = None if reused else _get_ready(run)
    attempt = replace(attempt, begun=attempt.begun + turn.waited)
    if ready is None:
        run.folder.record("scores", "data_digests")  # refuses a damaged record before printing
        print(f"{run.folder.id} is finished: reused (force=true starts it anew)", flush=True)
        add_scores(run)
        show_in_sweep(run)
        return print_scores(run)
    if run.config.debug is not None:
        words = f"debug={run.config.debug.name}: {run.folder.path} is apart from real runs"
        print(f"{words}, and its numbers mean nothing", flush=True)
    if since := changed_since_last(run):
        print(since, flush=True)
    made_of, devices = ready
    several = devices.num_devices * devices.num_nodes > attempt.ranks.count
    if several and run.config.kind is not Kind.FITTED:
        del ready, made_of  # built only to refuse mistakes here; the ranks build their own
        return train_by_ranks(train, run, (attempt.command, attempt.begun), devices)
    return _make(run, made_of, replace(attempt, device=devices.strategy.root_device))


def _get_ready(run: Run) -> tuple[Ingredients, Trainer]:
    """Check and build all that a run needs, without printing or writing anything.

    Raises:
        UserError: something keeps the run from being made.
    """
    keep_freed_memory()
    run.require_pictures()
    require_fit_pictures(run)
    require_copies(run)
    devices = check_devices(run.config)
    try_metrics(run)
    require_loggers(run.config)
    made_of = Ingredients.of(run)
    require_room(run, parameters(made_of.network))
    require_memory(run)
    open_context(devices)
    return made_of, devices


def _make(run: Run, made_of: Ingredients, attempt: Attempt) -> None:
    """Lock the run's folder and make the run, unless another process has just made it."""
    folder = run.folder
    folder.create()
    with folder.locked():
        if run.config.force:
            folder.clear()
            folder.create()
        elif folder.status().get("state") == "diverged" and not folder.finished:
            raise Diverged(folder.status().get("step") or 0)
        with kept(folder):
            if not folder.finished:
                _work(run, made_of, attempt)
            print_scores(run)


def _work(run: Run, made_of: Ingredients, attempt: Attempt) -> None:
    ranks = attempt.ranks
    if checkpoint := newest_checkpoint(run.folder.checkpoints):
        require_readable(checkpoint)
    started_at = begin(run, ranks)
    attempt = replace(attempt, start_seconds=round(time.monotonic() - attempt.begun, 3))
    announce(run, made_of, attempt)
    pulse = Pulse(run.folder, run.folder.step)
    with Stop() as stop, open_loggers(run, started_at) as loggers, pulse:
        ranks.broadcast(Orders(checkpoint, torch.get_num_threads()))
        if run.config.kind is Kind.FITTED:
            fitted = fit_by_stages(run, made_of, loggers, attempt.device)
        else:
            fitted = fit(run, made_of, loggers, Agreement(ranks, stop), checkpoint, [pulse])
        ranks.part()
        with memory_named("scoring the test pictures", "take smaller ones"):
            write_record(run, fitted, made_of.data, loggers, attempt, started_at)
