"""Where Hydra's configs are."""

from pathlib import Path

HERE = Path(__file__).parents[1]
# An installed package contains the configs; a checkout has them at its top.
CONF = HERE / "conf" if (HERE / "conf").is_dir() else HERE.parents[1] / "conf"
