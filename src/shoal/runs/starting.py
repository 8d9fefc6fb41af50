"""The file of weights that a run's training starts from, if `task.weights` names one."""

from pathlib import Path

from shoal import pretrained
from shoal.errors import UserError
from shoal.runs.files import weights_at
from shoal.system.files import sha256


def weights_file(named: str) -> Path:
    """Return the file of weights that a config names.

    Args:
        named: a path, a run's folder, or the name of shipped weights, e.g. `eeds_fast-x2`.

    Raises:
        UserError: it is none of these.
    """
    shipped = {path.stem: path for path in pretrained.shipped().values()}
    path = weights_at(shipped.get(named, Path(named)))
    if not path.exists():
        raise UserError(
            f"task.weights={named}: there is no {path}: name a file, the folder of a finished run, "
            f"or what ships ({', '.join(shipped)})"
        )
    return path


def digest(named: str | None) -> str | None:
    """Return the SHA-256 of the file of weights that a config names; None if it names none.

    Raises:
        UserError: the file is missing or can't be read.
    """
    return None if named is None else sha256(weights_file(named))
