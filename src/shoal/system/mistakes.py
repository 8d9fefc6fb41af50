"""What Hydra refuses, in one line that says what to type instead."""

import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml
from hydra import compose, initialize_config_dir
from hydra.errors import OverrideParseException
from omegaconf import OmegaConf

from shoal.errors import unknown

# What a shell reads within double quotes.
READ_BY_SHELLS = re.compile(r'["$`\\!]')


def config_mistake(error: BaseException, conf: Path | None) -> str:
    """One line for a config that can't be composed.

    Args:
        error: of Hydra, OmegaConf or YAML.
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
    """A file that is no YAML: which, where, and why."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None:
        return f"a config is broken YAML: {' '.join(str(error).split())}"
    return f"{mark.name} is broken YAML in line {mark.line + 1}: {problem}"


def _unread(override: str) -> str:
    """What Hydra's grammar can't read: mostly a value that is not quoted."""
    if override.startswith("~experiment.arms."):
        return f"{override} has a sign that a key can't have: name the others, arms=[ARM,...]"
    if "=" not in override:
        return f"{override} has no value: write KEY=VALUE, and one with spaces as \"KEY='A B'\""
    if {"-m", "--multirun"} & {*sys.argv} and "," in override:
        return f"{override} can't be read: quote each value twice, {_each_quoted(override)}"
    return f"{override} can't be read: quote the value twice, {quoted(override)}"


def quoted(override: str) -> str:
    r"""An override whose value is taken as it stands, as a shell takes it.

    >>> print(quoted("data.train=Bilder (alt)"))
    "data.train='Bilder (alt)'"
    >>> print(quoted("data.train=$5"))
    'data.train="$5"'
    """
    key, _, value = override.partition("=")
    if READ_BY_SHELLS.search(value) and "'" not in value:
        return f"'{key}=\"{value}\"'"
    inner = value.replace("'", r"\'")
    return f"\"{key}='{inner}'\""


def _each_quoted(override: str) -> str:
    """An override of a sweep, each of whose values is taken as it stands.

    >>> print(_each_quoted("data.train=写真,t"))
    "data.train='写真','t'"
    """
    key, _, values = override.partition("=")
    inner = ",".join("'" + value.replace("'", r"\'") + "'" for value in values.split(","))
    return f'"{key}={inner}"'


def _several(override: str) -> str:
    """Values with commas between them, of one run."""
    swept = f"{override} is several values: add -m for a run of each, shoal train -m {override}"
    single = "." in override.partition("=")[0]  # an option of a group has no comma in its name
    return f"{swept}; if it is one value, quote it, {quoted(override)}" if single else swept


def _misspelt(key: str, value: str, conf: Path | None) -> str:
    near = _meant(key, value, conf) if conf else None
    hint = f"did you mean {near}?" if near else "`shoal train --cfg job` shows all"
    return f"{key} is not in the config: {hint}"


def _meant(key: str, value: str, conf: Path) -> str | None:
    """The override that a misspelt one means: one that ends alike, else one that looks alike."""
    groups, keys = _groups(conf), _keys(conf)
    if key in keys:  # of the default config, and not of the groups that were chosen
        return None
    leaf = re.split(r"[./]", key)[-1]
    for name in groups:
        if name.split("/")[-1] == leaf:
            return f"{name}={value}"
    ends = [name for name in keys if name.split(".")[-1] == leaf]
    kin = [name for name in ends if name.split(".")[0] == key.split(".")[0]]
    words = [name for name in keys if leaf in name.split(".")[-1].split("_")]
    alike = difflib.get_close_matches(key, [*keys, *groups], n=1)
    part = difflib.get_close_matches(leaf, [name.split(".")[-1] for name in keys], n=1)
    parts = [name for name in keys if part and name.split(".")[-1] == part[0]]
    return next(iter([*kin, *ends, *words, *alike, *parts]), None)


def _groups(conf: Path) -> list[str]:
    """Every group of options below the groups of the first level, e.g. `task/loss`."""
    folders = sorted({path.parent for path in conf.glob("*/**/*.yaml")})
    names = [folder.relative_to(conf).as_posix() for folder in folders]
    return [name for name in names if "/" in name]


def _keys(conf: Path) -> list[str]:
    """Every key of the default config, dotted."""
    with initialize_config_dir(str(conf.resolve()), version_base="1.3"):
        config = OmegaConf.to_container(compose("config"), resolve=False)

    def walk(node: object, prefix: str) -> Iterator[str]:
        for name, value in node.items() if isinstance(node, dict) else ():
            yield f"{prefix}{name}"
            yield from walk(value, f"{prefix}{name}.")

    return list(walk(config, ""))
