"""Starts the ranks of a run on this machine, unless torchrun or Slurm has.

The process that starts them is no rank itself. It passes signals on, watches how the ranks end,
and ends as the run does.
"""

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from multiprocessing.queues import SimpleQueue
from types import FrameType
from typing import Any

import torch
from lightning.fabric.plugins.environments.lightning import find_free_network_port
from torch.multiprocessing.spawn import (
    ProcessContext,
    ProcessExitedException,
    ProcessRaisedException,
    start_processes,
)

from shoal.errors import FAILED, UserError
from shoal.system.parent import die_with
from shoal.system.signals import INSISTING, Stopped, deaf_to_interrupts, handled, listening
from shoal.system.streams import open_console
from shoal.system.variables import THREADS
from shoal.training.tally import Diverged

GRACE = 30.0  # seconds for the other ranks to end by themselves when one has failed
LOOK = 0.2  # seconds between looks at signals
# If ranks end for several reasons, the first of these is reported.
ENDINGS = (Stopped, Diverged, UserError)


class RankFailed(Exception):
    """A rank crashed or was killed, and the others ended with it.

    Args:
        reason: one line.
        trace: the rank's traceback, if it raised.
    """

    exit_code = FAILED

    def __init__(self, reason: str, trace: str = "") -> None:
        super().__init__(reason)
        self.trace = trace


def spawn(work: Callable[..., Any], arguments: tuple[Any, ...], count: int) -> None:
    """Call a function in several ranks, each a process.

    A signal is passed on to all ranks, which stop after the same step; a second one kills them.

    Args:
        work: a function at the top level of a module, which each rank calls.
        arguments: of the function.
        count: the number of ranks; they share the threads that this process has.

    Raises:
        Stopped: a signal to this process or to a rank asked for a stop.
        Diverged: the loss stopped being finite.
        UserError: a rank raised it.
        RankFailed: a rank was killed, or raised anything else.
    """
    endings: SimpleQueue[BaseException] = multiprocessing.get_context("spawn").SimpleQueue()
    threads = max(1, torch.get_num_threads() // count)
    facts = (count, find_free_network_port(), threads, os.getpid(), endings)
    with deaf_to_interrupts():
        context = start_processes(  # type: ignore[no-untyped-call]  # PyTorch's own gap
            _rank, (facts, work, arguments), count, join=False
        )
    failure, heard = None, None
    with _passing_on(context) as signals:
        try:
            while not context.join(LOOK, GRACE):
                pass
        except (ProcessExitedException, ProcessRaisedException) as error:
            failure = error
        heard = signals[0] if signals else None
    _end(failure, heard, endings)


def _end(
    failure: ProcessExitedException | ProcessRaisedException | None,
    heard: int | None,
    endings: "SimpleQueue[BaseException]",
) -> None:
    """Raise what the ranks ended with, if anything."""
    reported = []
    while not endings.empty():
        reported.append(endings.get())
    if failure is None and not reported:
        return
    if heard is not None:
        raise Stopped(heard)
    for kind in ENDINGS:
        for error in reported:
            if isinstance(error, kind):
                raise error
    assert failure is not None
    who = f"the process of device {failure.error_index}"
    if isinstance(failure, ProcessRaisedException):
        trace = str(failure).strip() + "\n"
        raise RankFailed(f"{who} ended: {trace.splitlines()[-1]}", trace)
    how = f"was killed by {failure.signal_name}" if failure.signal_name else "ended early"
    raise RankFailed(f"{who} {how}; the same command goes on")


def _rank(index: int, facts: tuple[Any, ...], work: Callable[..., Any], arguments: Any) -> None:
    """Run one rank: set up its process, do the work, and tell the parent how it ended."""
    count, port, threads, parent, endings = facts
    die_with(parent)
    open_console()
    here = {"LOCAL_RANK": index, "NODE_RANK": 0, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    here |= {"WORLD_SIZE": count, THREADS: threads}
    os.environ.update({name: str(value) for name, value in here.items()})
    os.environ.pop("SLURM_NTASKS", None)  # otherwise Lightning takes this for a Slurm task
    # Otherwise gloo resolves the machine's host name, which fails on some laptops.
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
    torch.set_num_threads(threads)
    try:
        work(*arguments)
    except ENDINGS as error:
        endings.put(error)
        sys.exit(1)


@contextlib.contextmanager
def _passing_on(context: ProcessContext) -> Iterator[list[int]]:
    """Pass signals on to the ranks; yields the list of those received."""
    signals: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        if not signals or number in INSISTING:
            signals.append(number)
        for process in context.processes:
            if process.is_alive():
                process.terminate() if len(signals) == 1 else process.kill()

    with handled(listening(pass_on)):
        yield signals
