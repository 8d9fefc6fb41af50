"""The thresholds by which a run of an experiment has collapsed: `shoal.results` applies them."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from omegaconf import DictConfig, OmegaConf

from shoal.system.fields import mapping, read
from shoal.system.readers import number


@dataclass(frozen=True)
class Collapse:
    """The group `collapse` of the config; `conf/config.yaml` says what each value means."""

    below_bicubic: Annotated[float, number(-1000)]  # dB; below 0, a run must be that much above
    dead_energy: Annotated[float, number(0)]


def thresholds(master: DictConfig) -> dict[str, float]:
    """Those of a grid's config; none where its own `config.yaml` has no such group.

    Raises:
        UserError: one isn't known, or is no number.
    """
    if "collapse" not in master:
        return {}
    tree: Any = OmegaConf.to_container(OmegaConf.create({"collapse": master.collapse}))
    return asdict(read(Collapse, mapping("collapse", tree["collapse"]), "collapse."))
