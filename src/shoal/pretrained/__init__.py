"""The weights that ship: which there are, and which is taken if none is named.

It holds files and knows their names; of the package it imports errors alone.
"""

from pathlib import Path

from shoal.errors import UserError

FOLDER = Path(__file__).parent
# The first that ships at a scale is its default.
PREFERRED = ("eeds_fast", "eeds")
DEFAULT_SCALE = 2
OF_JPEGS = "_jpeg"  # ends the name of a model whose LR pictures were compressed in training


def shipped() -> dict[tuple[str, int], Path]:
    """The files by model and scale."""
    found = {}
    for path in sorted(FOLDER.glob("*-x*.safetensors")):
        model, _, scale = path.stem.rpartition("-x")
        found[model, int(scale)] = path
    return found


def find(model: str | None, scale: int) -> Path:
    """The weights of a model at a scale; of the preferred model if None is given.

    Raises:
        UserError: none ship; it names those that do.
    """
    there = shipped()
    for name in PREFERRED if model is None else (model,):
        if (name, scale) in there:
            return there[name, scale]
    names = ", ".join(f"{name} x{scale}" for name, scale in there) or "none"
    asked = f"{model or 'any model'} at scale {scale}"
    raise UserError(
        f"no weights of {asked} ship ({names} do): weights of a run's are taken by their path"
    )
