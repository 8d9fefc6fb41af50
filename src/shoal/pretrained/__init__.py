"""The weights that ship with Shoal, and which of them are used if none are named.

Of the package it imports errors alone.
"""

from pathlib import Path

from shoal.errors import UserError

FOLDER = Path(__file__).parent
# The first of these that ships at a scale is the default there.
PREFERRED = ("eeds_fast", "eeds")
DEFAULT_SCALE = 2
OF_JPEGS = "_jpeg"  # suffix of the names of models that were trained on compressed LR pictures


def shipped() -> dict[tuple[str, int], Path]:
    """The files of weights by model and scale."""
    found = {}
    for path in sorted(FOLDER.glob("*-x*.safetensors")):
        model, _, scale = path.stem.rpartition("-x")
        found[model, int(scale)] = path
    return found


def find(model: str | None, scale: int) -> Path:
    """The weights of a model at a scale.

    Args:
        model: its name; None: the preferred one.
        scale: the factor.

    Raises:
        UserError: none ship; the message names those that do.
    """
    there = shipped()
    for name in PREFERRED if model is None else (model,):
        if (name, scale) in there:
            return there[name, scale]
    names = ", ".join(f"{name} x{scale}" for name, scale in there) or "none"
    asked = f"{model or 'any model'} at scale {scale}"
    raise UserError(f"no weights of {asked} ship ({names} do): name weights of a run by their path")
