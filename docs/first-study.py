# ---
# jupyter:
#   jupytext: {formats: "py:percent,ipynb"}
# ---
# %% [markdown]
# # A first study
#
# Look at a picture, train two networks, compare them, enlarge: two minutes, no download.
# `pip install jupytext`, then `jupytext --to ipynb docs/first-study.py`, makes a notebook of it.

# %%
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.data import coffee

import shoal

SHOAL = str(Path(sys.executable).with_name("shoal"))

# %% [markdown]
# ## Load and look
# A photograph that ships with scikit-image, reduced to a sixth by bicubic interpolation.

# %%
small = Image.fromarray(coffee()).resize((100, 66), Image.Resampling.BICUBIC)
small.save("small.png")
small

# %% [markdown]
# ## Train two networks
# `smoke` trains for seconds: it shows that all works, not which network is better. A run that is
# finished is reused when this cell is run again.

# %%
subprocess.run(
    [SHOAL, "train", "-m", "model=ees,eeds", "scale=2", "budget=smoke", "logger=none"], check=True
)

# %% [markdown]
# ## Compare

# %%
shallow, both = (next(Path("runs").glob(f"{name}-x2-*")) for name in ("ees", "eeds"))
compared = subprocess.run(
    [SHOAL, "runs", "compare", shallow.name, both.name], check=True, capture_output=True, text=True
)
print(compared.stdout)

# %% [markdown]
# ## Enlarge
# By the network just trained, and by the one that ships, which was trained for longer.

# %%
ours = shoal.load(both, runtime="torch")("small.png")
theirs = shoal.load("eeds", scale=2, runtime="torch")("small.png")
Image.fromarray(np.hstack([np.asarray(ours), np.asarray(theirs)])).save("beside.png")
Image.open("beside.png")
