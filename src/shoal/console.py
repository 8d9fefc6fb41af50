"""How `train.py` ends: one line for a user's mistake, the right exit code for everything."""

import difflib
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from typing import Any

from shoal.config import unknown
from shoal.errors import UserError

USER_ERROR = 2
FAILED = 1


def told() -> str:
    """The command that the user typed."""
    return shlex.join(["python", "train.py", *sys.argv[1:]])


def exit_code(main: Callable[[], Any]) -> int:
    """Run a Hydra main function and say how it ended.

    Returns:
        0, or 1 for a diverged run, 2 for a user's mistake, 128 + n for a stop by signal n. Any
        other exception is raised as it is: a traceback is for Shoal's own mistakes.
    """
    # Hydra's own reporting prints several lines and exits with 1; with this it raises instead.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        main()
    except UserError as error:
        return _say(str(error), USER_ERROR)
    except Exception as error:
        return _explain(error)
    return 0


def _say(message: str, code: int) -> int:
    print(f"train.py: {message}", file=sys.stderr, flush=True)
    return code


def _explain(error: Exception) -> int:
    """Exceptions are told by name, so that none of their modules needs importing here."""
    kind = type(error).__name__
    if kind == "Stopped":
        return _say(f"{error}; the same command goes on from here", 128 + error.signum)  # type: ignore[attr-defined]
    if kind == "Diverged":
        return _say(f"{error}; kept as diverged (force=true repeats it)", FAILED)
    if type(error).__module__.startswith(("hydra.", "omegaconf.")):
        return _say(config_mistake(error), USER_ERROR)
    raise error


def config_mistake(error: Exception) -> str:
    """One line for what Hydra refuses, with a suggestion where a name is nearly right."""
    text = " ".join(str(error).split())
    options = getattr(error, "options", None)
    if missing := re.search(
        r"(?:Could not find|In '[^']*': Could not find) '([\w/@.]+)/(\w+)'", text
    ):
        group, value = missing.groups()
        return unknown(group, value, options or _options(text))
    if key := re.search(
        r"(?:Key '|Could not override '|You must specify 'x=y'.*')([\w./@]+)'", text
    ):
        return _misspelt(key.group(1))
    return text


def _options(text: str) -> list[str]:
    listed = text.partition("Available options")[2].partition(":")[2]
    return re.findall(r"[\w]+", listed)


def _misspelt(key: str) -> str:
    near = difflib.get_close_matches(key, list(_keys()), n=1)
    hint = f"did you mean {near[0]}=...?" if near else "`python train.py --cfg job` shows all"
    return f"{key} is not in the config: {hint}"


def _keys() -> Iterator[str]:
    """Every key of the default config, dotted, and every group."""
    from hydra.core.global_hydra import GlobalHydra
    from omegaconf import DictConfig, OmegaConf

    hydra = GlobalHydra.instance().hydra
    if hydra is None:
        return
    from hydra.types import RunMode

    config = hydra.compose_config("config", [], RunMode.RUN, with_log_configuration=False)

    def walk(node: Any, prefix: str) -> Iterator[str]:
        for name in node:
            yield f"{prefix}{name}"
            if isinstance(OmegaConf.select(node, name, throw_on_missing=False), DictConfig):
                yield from walk(node[name], f"{prefix}{name}.")

    yield from (key for key in walk(config, "") if not key.startswith("hydra."))
