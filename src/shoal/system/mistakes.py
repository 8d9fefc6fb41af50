"""Turns errors of Hydra, OmegaConf and YAML into one line that says what to type instead."""

import re
import sys
from pathlib import Path

import yaml
from hydra.errors import OverrideParseException

from shoal.errors import unknown
from shoal.system.meant import meant
from shoal.system.quoting import each_quoted, elements, quoted


def config_mistake(error: BaseException, conf: Path | None) -> str:
    """Describe in one line why a config can't be composed.

    Args:
        error: an error of Hydra, OmegaConf or YAML.
        conf: the folder of the configs, for suggestions.
    """
    if isinstance(error, yaml.YAMLError):
        return _broken(error)
    if isinstance(error, OverrideParseException) and "missing EQUAL" not in str(error):
        return _unread(str(error.override))
    text = " ".join(str(error).split())
    if missing := re.search(r"Could not find '([\w/@.]+)/(\w*)'", text):
        group, value = missing.groups()
        return unknown(group, value, getattr(error, "options", None) or [])
    if key := re.search(r"(?:Key|Could not override) '([\w./@]+)'", text):
        value = re.search(rf"use \+{re.escape(key.group(1))}=(\S*)", text)
        return _misspelt(key.group(1), value.group(1) if value else "NAME", conf)
    if several := re.search(r"Ambiguous value for argument '(.+?)' 1\.", text):
        return _several(several.group(1))
    if override := re.search(r"Error parsing override '(.+?)'.*missing EQUAL", text):
        return f"{override.group(1)} has no value: write KEY=VALUE, e.g. model=eeds"
    return text


def _broken(error: yaml.YAMLError) -> str:
    """Describe invalid YAML: the file, the line, and the problem."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None:
        return f"a config is broken YAML: {' '.join(str(error).split())}"
    return f"{mark.name} is broken YAML in line {mark.line + 1}: {problem}"


def _unread(override: str) -> str:
    """Describe an override that Hydra's grammar can't read; mostly its value needs quotes."""
    if override.startswith("~experiment.arms."):
        return f"{override} has a sign that a key can't have: name the others, arms=[ARM,...]"
    if "=" not in override:
        return f"{override} has no value: write KEY=VALUE, and one with spaces as \"KEY='A B'\""
    sweeps = {"-m", "--multirun"} & {*sys.argv} and not elements(override)
    if sweeps and "," in override:
        return f"{override} can't be read: quote each value twice, {each_quoted(override)}"
    return f"{override} can't be read: quote the value twice, {quoted(override)}"


def _several(override: str) -> str:
    """Describe an override of a single run that has several values with commas between them."""
    swept = f"{override} is several values: add -m for a run of each, shoal train -m {override}"
    single = "." in override.partition("=")[0]  # an option of a group has no comma in its name
    return f"{swept}; if it is one value, quote it, {quoted(override)}" if single else swept


def _misspelt(key: str, value: str, conf: Path | None) -> str:
    near = meant(key, value, conf) if conf else None
    hint = f"did you mean {near}?" if near else "`shoal train --cfg job` shows all"
    return f"{key} is not in the config: {hint}"
