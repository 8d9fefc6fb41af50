"""Claims as data: a sentence, the experiments that test it, and what is compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shoal.claims.measures import MEASURES
from shoal.errors import UserError

SIDES = ("greater", "lesser")
CLAIMS = Path(__file__).with_name("claims.yaml")


@dataclass(frozen=True)
class Claim:
    """A sentence of the paper and the comparisons that it stands or falls with: all must hold."""

    id: str
    says: str
    experiments: tuple[str, ...]
    tests: tuple[Mapping[str, Any], ...]


def load_claims(path: Path = CLAIMS) -> list[Claim]:
    """Read claims.yaml.

    Raises:
        UserError: it is absent, or names a measure that there isn't.
    """
    if not path.is_file():
        raise UserError(f"{path} is absent: it says which claims an experiment tests; restore it")
    claims = [
        Claim(name, entry["says"], tuple(entry["experiments"]), tuple(entry["tests"]))
        for name, entry in yaml.safe_load(path.read_text()).items()
    ]
    unknown = {t["measure"] for c in claims for t in c.tests} - set(MEASURES)
    if unknown:
        raise UserError(f"{path}: no measure {sorted(unknown)}; there are {', '.join(MEASURES)}")
    return claims
