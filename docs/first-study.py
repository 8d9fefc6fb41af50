# ---
# jupyter:
#   jupytext: {formats: "py:percent,ipynb"}
# ---
# %% [markdown]
# # A first study
#
# Look at a picture, train two networks, compare them, and enlarge the picture. This takes two
# minutes and downloads nothing. To turn this script into a notebook, run `pip install jupytext`,
# then `jupytext --to ipynb docs/first-study.py`.

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
# This photograph ships with scikit-image. We reduce it to a sixth by bicubic interpolation.

# %%
small = Image.fromarray(coffee()).resize((100, 66), Image.Resampling.BICUBIC)
small.save("small.png")
small

# %% [markdown]
# ## Train two networks
# `smoke` trains for seconds. It shows that everything works, not which network is better. If you
# run this cell again, finished runs are reused.

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
# We enlarge the picture with the network just trained, and with the one that ships, which was
# trained for longer.

# %%
ours = shoal.load(both, runtime="torch")("small.png")
theirs = shoal.load("eeds", scale=2, runtime="torch")("small.png")
Image.fromarray(np.hstack([np.asarray(ours), np.asarray(theirs)])).save("beside.png")
Image.open("beside.png")
