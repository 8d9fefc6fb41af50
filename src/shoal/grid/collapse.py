"""The thresholds by which a run counts as collapsed; `shoal.results` applies them."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from omegaconf import DictConfig, OmegaConf

from shoal.system.fields import mapping, read
from shoal.system.readers import number


@dataclass(frozen=True)
class Collapse:
    """The group `collapse` of the config; `conf/config.yaml` explains each value."""

    below_bicubic: Annotated[float, number(-1000)]  # dB; if negative, runs must surpass bicubic
    dead_energy: Annotated[float, number(0)]


def thresholds(master: DictConfig) -> dict[str, float]:
    """Read the thresholds of a grid's config; none if the user's `config.yaml` has no such group.

    Raises:
        UserError: one is unknown, or no number.
    """
    if "collapse" not in master:
        return {}
    tree: Any = OmegaConf.to_container(OmegaConf.create({"collapse": master.collapse}))
    return asdict(read(Collapse, mapping("collapse", tree["collapse"]), "collapse."))
