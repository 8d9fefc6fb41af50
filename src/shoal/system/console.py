"""The command line of trainings: how it is parsed and shown, and how commands end.

A user's mistake ends in one line. Every ending has its exit code.
"""

import os
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from hydra._internal.utils import get_args_parser
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig

from shoal.errors import USER_ERROR, UserError, one_line
from shoal.system.files import UNWRITABLE
from shoal.system.flags import flags
from shoal.system.mistakes import config_mistake
from shoal.system.variables import EXPERIMENT

PROGRAMS = ("train.py", "shoal train")  # names of the program, with which its messages begin
CONFIG = ("hydra.", "omegaconf.", "yaml.")  # modules whose errors are mistakes in the config


def share_config_store() -> None:
    """Have Hydra share its store of structured configs instead of copying it.

    Hydra 1.3 copies the store for every group that it lists and every config that it composes, but
    only reads the copies. Without them, `--help` takes half the time.
    """
    ConfigStore.__deepcopy__ = lambda self, memo: self  # type: ignore[attr-defined]


def take_words_in_any_order() -> None:
    """Have Hydra's parser accept overrides on both sides of a flag: `model=ees -m seed=0,1`.

    By default, it requires all overrides to be in one place.
    """

    def parser() -> Any:
        made = get_args_parser()
        made.parse_args = made.parse_intermixed_args  # type: ignore[method-assign]
        made.error = _refuse  # type: ignore[method-assign]
        return made

    vars(sys.modules["hydra.main"])["get_args_parser"] = parser


def _refuse(message: str) -> NoReturn:
    raise UserError(f"{message}; --hydra-help shows the flags that there are")


def program() -> list[str]:
    """Return the words after `python` that start a training: `-m shoal train`, `train.py`, ..."""
    script = Path(sys.argv[0])
    if script.parts[-2:] == ("shoal", "__main__.py"):
        return ["-m", "shoal", "train"]
    return [sys.argv[0], *(["train"] if script.name == "shoal" else [])]


def config_flags() -> list[str]:
    """Return the flags of this command line that say where configs are."""
    return [f"--{name}={value}" for name, value in flags().items()]


def spoken() -> list[str]:
    """Return the beginning of a command that trains with the same configs, as people type it."""
    return [*_script(), *config_flags()]


def typed() -> str:
    """The command that the user typed."""
    return shlex.join([*_script(), *sys.argv[1:]])


def _script() -> list[str]:
    return ["shoal", "train"] if len(program()) > 1 else ["python", PROGRAMS[0]]


def require_grid() -> None:
    """Refuse to train a single run if the command asks for something that only a grid can do.

    Raises:
        UserError: it does, e.g. an experiment whose file doesn't ask for a grid.
    """
    if "plan=true" in HydraConfig.get().overrides.task:
        raise UserError("plan=true is of a grid: add -m, or experiment=NAME")
    name = HydraConfig.get().runtime.choices.get("experiment")
    if "seed=auto" in HydraConfig.get().overrides.task:
        raise UserError("seed=auto is of an experiment alone: add experiment=NAME, or say seed=0")
    # One arm alone was asked for, by the user or by a grid.
    asked = "hydra.mode=RUN" in sys.argv or os.environ.get(EXPERIMENT)
    if name and not asked:
        raise UserError(
            f"experiment={name}: add 'hydra: {{mode: MULTIRUN}}' to its file, or say -m"
        )


def exit_code(action: Callable[[], Any], conf: Path | None = None) -> int:
    """Call a function, print one line if it fails, and return the exit code.

    Args:
        action: a Hydra main function, or a run.
        conf: the folder of the configs, for suggestions.

    Returns:
        0, or 1 for a diverged run, 2 for a user's mistake, 128 + n for a stop by signal n. Any
        other exception is raised again, since a traceback is for bugs of Shoal's.
    """
    # Makes Hydra raise; otherwise it prints several lines and exits with 1.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        action()
    except BaseException as error:
        return _explain(error, conf)
    return 0


def _say(message: str, code: int) -> int:
    name = PROGRAMS[len(program()) > 1]
    print(f"{name}: {one_line(message)}", file=sys.stderr, flush=True)
    return code


def _explain(error: BaseException, conf: Path | None) -> int:
    if (code := getattr(error, "exit_code", None)) is not None:
        print(getattr(error, "trace", ""), end="", file=sys.stderr)
        return _say(f"{error}{getattr(error, 'advice', '')}", code)
    if isinstance(error, KeyboardInterrupt):  # before a run or a grid handles signals itself
        return _say("stopped by SIGINT", 128 + signal.SIGINT)
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return _say(f"{error}: mend that, and the same command goes on", USER_ERROR)
    by_hydra = isinstance(error, ValueError) and _raised_in(error).startswith(CONFIG)
    if by_hydra or type(error).__module__.startswith(CONFIG):
        return _say(config_mistake(error, conf), USER_ERROR)
    raise error


def _raised_in(error: BaseException) -> str:
    """Return the module that raised, since Hydra refuses `budget=false` by a plain ValueError."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return str(trace.tb_frame.f_globals.get("__name__", "")) if trace else ""
