"""A small network and its weights file."""

import torch
from hydra.utils import instantiate

from shoal.models import weights

SMALL = {
    "_target_": "shoal.models.ensemble.Ensemble",
    "deep": {"_target_": "shoal.models.fast.EEDFast", "scale": 2, "channels": 4, "pairs": 1},
    "shallow": {"_target_": "shoal.models.fast.EESFast", "scale": 2, "kernel": 5},
}


def stored(path, model, scale):
    torch.manual_seed(0)
    facts = {"model": model, "name": "small", "scale": scale, "run": f"small-x{scale}"}
    path.write_bytes(weights.encode(instantiate(model), facts))
    return path
