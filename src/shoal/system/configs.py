"""Where Hydra's configs lie."""

from pathlib import Path

HERE = Path(__file__).parents[1]
# In an installed package the configs lie inside it, in a checkout at its top.
CONF = HERE / "conf" if (HERE / "conf").is_dir() else HERE.parents[1] / "conf"
