"""The model card of a network in the Hugging Face hub: metadata and a short description."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml
from torch import nn

import shoal
from shoal.models.facts import plain_name
from shoal.models.fitted import FittedModel
from shoal.models.profile import parameters
from shoal.runs.files import RunFiles

TASK = {"type": "image-to-image", "name": "Image super-resolution"}
TEXT = """\
# {name} x{scale}

Enlarges pictures by {scale}: {parameters:,} parameters, {learnt} `{data}`{steps}. Made with
Shoal {version}.

```python
import shoal

larger = shoal.load("hf://OWNER/NAME")("photo.jpg")
```

Or `shoal upscale photo.jpg --weights hf://OWNER/NAME`. `model.safetensors` holds float32 weights
and the network's config, which `config.json` repeats. Luma comes from the network, chroma from
bicubic interpolation (a network of RGB maps all three colours).
{scores}
Trained on bicubic reductions: what other cameras and formats do to a picture is enlarged too.
"""


def card(network: nn.Module, facts: Mapping[str, Any], run: Path) -> str:
    """The text of `README.md`.

    Args:
        network: to describe.
        facts: those of its weights' file.
        run: the run's folder; if it holds scores, the card states them.
    """
    fitted = isinstance(network, FittedModel)
    name, scale = plain_name(facts, "name", "network"), int(facts["scale"])
    means = _means(run)
    about: dict[str, Any] = {
        "library_name": "shoal",
        "pipeline_tag": TASK["type"],
        "tags": ["image-super-resolution", "super-resolution", "safetensors", f"x{scale}"],
    }
    if means:
        results = [_result(f"{dataset} x{scale}", *each) for dataset, each in means.items()]
        about["model-index"] = [{"name": f"{name} x{scale}", "results": results}]
    text = TEXT.format(
        name=name,
        scale=scale,
        parameters=parameters(network),
        learnt="fitted to" if fitted else "trained on",
        data=facts.get("data", "?"),
        steps=f", budget `{facts['budget']}`" if "budget" in facts else "",
        version=shoal.__version__,
        scores=_table(means),
    )
    return f"---\n{yaml.safe_dump(about, sort_keys=False)}---\n\n{text}"


def _means(run: Path) -> dict[str, tuple[float, float]]:
    """Mean PSNR and SSIM of each test set by the protocol `classic`; empty without scores."""
    scores = defaultdict(list)
    for row in RunFiles(run).rows("scores.csv"):  # of a run, if it has such columns
        if row.get("protocol") == "classic":
            scores[row["dataset"]].append((float(row["psnr"]), float(row["ssim"])))
    return {
        dataset: (fmean(psnr for psnr, _ in each), fmean(ssim for _, ssim in each))
        for dataset, each in scores.items()
    }


def _result(dataset: str, psnr: float, ssim: float) -> dict[str, Any]:
    metrics = [
        {"type": "psnr", "value": round(psnr, 2), "name": "PSNR of luma, dB"},
        {"type": "ssim", "value": round(ssim, 4), "name": "SSIM of luma"},
    ]
    return {"task": TASK, "dataset": {"type": dataset, "name": dataset}, "metrics": metrics}


def _table(means: Mapping[str, tuple[float, float]]) -> str:
    if not means:
        return ""
    lines = [f"| {name} | {psnr:.2f} | {ssim:.4f} |" for name, (psnr, ssim) in means.items()]
    head = ["", "By the protocol `classic`, mean over pictures:", "", "| set | PSNR, dB | SSIM |"]
    return "\n".join([*head, "|---|---|---|", *lines, ""])
