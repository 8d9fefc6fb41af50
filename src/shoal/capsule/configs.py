"""The config of each run of a study, and whether its id follows from it."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from hydra import compose
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from shoal.errors import UserError, first_line
from shoal.grid.composing import resolved
from shoal.runs.config import RunConfig
from shoal.runs.identity import RESULTS, Content, run_id
from shoal.runs.kind import recorded
from shoal.runs.values import START
from shoal.system import harmless

Row = Mapping[str, str]  # of runs.csv


def config_of(row: Row, runs: Path) -> str:
    """The text of a run's config: from its folder if that is there, else composed by its command.

    Raises:
        UserError: neither gives one.
    """
    kept = runs / row["id"] / "config.yaml"
    if kept.is_file():
        return kept.read_text()
    try:
        words = shlex.split(row["command"])
        overrides = [word for word in words if "=" in word or word.startswith("~")]
        if any(word.startswith("--") for word in words):
            raise UserError("it was made with configs of the user's own")
        return RunConfig.of(resolved(compose("config", overrides, return_hydra_config=True))).yaml()
    except (UserError, HydraException, OmegaConfBaseException, ValueError) as error:
        raise UserError(
            f"{row['id']} has no config: {kept} is not there, and {row['command']!r} makes none "
            f"today ({first_line(error)}): name the folder of its runs, --runs DIR"
        ) from None


def fault(text: str, row: Row) -> str:
    """Why a run's id doesn't follow from its config.

    Nothing that the config names is imported or built, and none of its interpolations is resolved.

    Returns:
        "" if the id follows, or if the run has an older results version.
    """
    if row["results"] != str(RESULTS):
        return ""
    try:
        config = RunConfig.of(OmegaConf.create(harmless.from_yaml(text)))
        # Set from the row: to find the kind, a network that isn't Shoal's would have to be built.
        vars(config)["kind"] = recorded(row)
        found = run_id(config, _content(row))
    except (UserError, yaml.YAMLError, OmegaConfBaseException) as error:
        return f"the config of {row['id']} can't be read ({first_line(error)})"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return f"the config of {row['id']} is damaged ({first_line(error)})"
    return "" if found == row["id"] else f"the config of {row['id']} is that of {found}"


def _content(row: Row) -> Content:
    record: dict[str, Any] = {"data_digests": {}, "code": {}, START: row.get(START) or None}
    for column, text in row.items():
        family, _, key = column.partition("/")
        if key and text and family in ("data_digests", "code"):
            record[family][key] = text
    return Content.recorded(record)
