"""Suggests what a misspelt key means, given the config that the command line composes."""

import difflib
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from shoal.system.flags import own_configs


def meant(key: str, value: str, conf: Path) -> str | None:
    """Suggest a key or override: one that ends in the same word, else one that looks similar."""
    groups, keys = _groups(conf), _keys(conf)
    if key in keys:  # a key of the default config that the chosen groups don't have
        return None
    keys = _chosen_keys(conf, keys)
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
    """Return every nested group of options, e.g. `task/loss`."""
    tops = [conf, *([own] if (own := own_configs()) else [])]
    folders = sorted({(top, path.parent) for top in tops for path in top.glob("*/**/*.yaml")})
    names = dict.fromkeys(folder.relative_to(top).as_posix() for top, folder in folders)
    return [name for name in names if "/" in name]


def _chosen_keys(conf: Path, default: list[str]) -> list[str]:
    """Return every key of the config with the groups that the command line chooses."""
    chosen = [text.split(",")[0] for text in sys.argv[1:] if _chooses(text, default)]
    own = own_configs()
    try:
        return _keys(conf, *([f"hydra.searchpath=[file://{own}]"] if own else []), *chosen)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError):  # more than one mistake
        return default


def _chooses(text: str, keys: Sequence[str]) -> bool:
    """Whether a word of the command line chooses an option of a group.

    >>> [_chooses(text, ["model"]) for text in ("model=rep", "task/loss=l1", "modle=rep", "a.b=1")]
    [True, True, False, False]
    """
    key, equals, _ = text.partition("=")
    return bool(equals) and "." not in key and (key in keys or "/" in key)


def _keys(conf: Path, *overrides: str) -> list[str]:
    """Return every key of a config, dotted."""
    with initialize_config_dir(str(conf.resolve()), version_base="1.3"):
        config = OmegaConf.to_container(compose("config", list(overrides)), resolve=False)

    def walk(node: object, prefix: str) -> Iterator[str]:
        for name, value in node.items() if isinstance(node, dict) else ():
            yield f"{prefix}{name}"
            yield from walk(value, f"{prefix}{name}.")

    return list(walk(config, ""))
