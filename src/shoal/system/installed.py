"""Digests of installed packages that a config builds from.

A newer version of a package, or an edited file in it, is different code. Packages that Shoal itself
requires don't count: a record has their versions, and `runs.identity.RESULTS` their results.
"""

import hashlib
import importlib.util
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from shoal.system.files import sha256

INSTALLED = {"site-packages", "dist-packages"}
OURS = {"shoal", "hydra_plugins"}
# The modules of the packages in pyproject.toml, and of those that come with Lightning and Hydra.
# The list is fixed, since a run's id must not depend on how Shoal was installed.
REQUIRED = frozenset(
    {
        *("PIL", "hydra", "jinja2", "lightning", "lightning_fabric", "lightning_utilities"),
        *("markdown_it", "markupsafe", "matplotlib", "mpl_toolkits", "numpy", "omegaconf"),
        *("pandas", "platformdirs", "pylab", "pytorch_lightning", "requests", "rich"),
        *("safetensors", "scipy", "skimage", "tabulate", "tifffile", "torch", "torchgen"),
        *("torchmetrics", "typer", "wandb", "yaml"),
    }
)


def installed_code(targets: Iterable[str]) -> dict[str, str]:
    """Return a digest of every distribution that targets come from, by `name_of` it.

    Args:
        targets: dotted names. Packages that Shoal requires, and modules that aren't installed, are
            ignored.

    >>> installed_code(["torch.nn.L1Loss", "shoal.models.eed.EED", "json.loads"])
    {}
    """
    found: dict[str, str] = {}
    for top in sorted({target.partition(".")[0] for target in targets}):
        place = None if top in OURS | REQUIRED | sys.stdlib_module_names else _place(top)
        if place is not None:
            found |= _digests(top, place)
    return found


def name_of(package: str) -> str:
    """Return a package's name among the user's own modules, whose names contain no blank.

    >>> name_of("timm")
    'installed timm'
    """
    return f"installed {package}"


def _place(top: str) -> Path | None:
    """Return where an installed module is; None for any other module."""
    with suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(top)
        inside = list(spec.submodule_search_locations or ()) if spec else []
        place = Path(inside[0] if inside else str(spec and spec.origin))
        return place if INSTALLED & set(place.parts) else None
    return None


def _digests(top: str, place: Path) -> dict[str, str]:
    """Return the digests of the distributions with a module; if none, that of its own files."""
    holding = _holding(top, place.parent, place.parent.stat().st_mtime_ns)
    if not holding:
        return {name_of(top): _digest(place.parent, _modules(place))}
    return {
        name_of(each.name): _digest(place.parent, _listed(each)) or f"version {each.version}"
        for each in holding
    }


@lru_cache(maxsize=64)  # it takes a quarter of a second, and a grid composes hundreds of runs
def _holding(top: str, site: Path, changed: int) -> list[Distribution]:
    """Return the distributions in a folder that contain a module; `changed` keys the cache."""
    return [each for each in distributions(path=[str(site)]) if _holds(each, top)]


def _holds(distribution: Distribution, top: str) -> bool:
    names = distribution.read_text("top_level.txt") or ""
    files = distribution.read_text("RECORD") or ""
    pattern = rf"(?m)^{re.escape(top)}(/|\.[^,/]*(py|so|pyd),)"
    return top in names.split() or re.search(pattern, files) is not None


def _listed(distribution: Distribution) -> list[str]:
    """Return the modules that a distribution lists; not its scripts, which installers rewrite."""
    files = (str(each) for each in distribution.files or ())
    return [each for each in files if each.endswith(".py") and not each.startswith("..")]


def _modules(place: Path) -> list[str]:
    files = place.rglob("*.py") if place.is_dir() else [place]
    return [each.relative_to(place.parent).as_posix() for each in files]


def _digest(folder: Path, files: Iterable[str]) -> str:
    """Return one digest of files and their names; "" if there are none."""
    total = hashlib.sha256()
    there = sorted(name for name in files if (folder / name).is_file())
    for name in there:
        total.update(f"{name} {sha256(folder / name)}\n".encode())
    return total.hexdigest() if there else ""
