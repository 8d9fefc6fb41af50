"""The networks that a name, a path or an address stands for."""

import os
from pathlib import Path

from shoal import pretrained
from shoal.errors import UserError
from shoal.models.facts import read_facts
from shoal.runs.files import weights_at
from shoal.upscale import hub, noise
from shoal.upscale.networks import Networks, Settings


def networks(source: str | Path | None, settings: Settings) -> Networks:
    """The networks that a source stands for.

    Args:
        source: the name of networks that ship; the path of a run's folder, of a folder in the
            hub's layout or of a weights' file; or `hf://owner/name`. None: the preferred network
            at each scale.
        settings: how they are run.

    Raises:
        UserError: there are none.
    """
    source = _meant(source)
    if isinstance(source, Path):
        if settings.noise == noise.JPEG:
            words = f"{source} is one network, and --noise jpeg asks for another"
            raise UserError(f"{words}: leave one of them out")
        return Networks({int(read_facts(source)["scale"]): source}, source, settings)
    shipped = pretrained.shipped()
    files = {scale: there for (model, scale), there in shipped.items() if model == source}
    if source is None:
        files = {scale: pretrained.find(None, scale) for _, scale in shipped}
    if not files:
        pretrained.find(source, pretrained.DEFAULT_SCALE)  # raises, naming the weights that ship
    return Networks(files, source, settings, noise.of_jpegs(source, files, settings.noise))


def several(models: str | None, weights: str | None, settings: Settings) -> list[Networks]:
    """The networks that a command line names.

    Args:
        models: names of networks that ship, separated by commas.
        weights: a path, or `hf://owner/name`; then `models` doesn't count.
        settings: how they are run.

    Raises:
        UserError: there are none.
    """
    if weights is not None:
        return [networks(weights if hub.is_address(weights) else Path(weights), settings)]
    names = dict.fromkeys(models.split(",")) if models is not None else (None,)
    return [networks(name, settings) for name in names]


def _meant(source: str | Path | None) -> str | Path | None:
    """The file that a path or an address stands for; a name is returned."""
    if isinstance(source, str) and hub.is_address(source):
        return hub.fetched(source)
    if isinstance(source, Path) or (source and _is_path(source)):
        return hub.weights_in(Path(source)) or weights_at(Path(source))
    return source


def _is_path(text: str) -> bool:
    """Whether a text is a path. The name of a network that ships isn't, even if a folder has it.

    >>> _is_path("runs/eeds-x3-s0-1f3a9c2e"), _is_path("mine.safetensors"), _is_path("eeds")
    (True, True, False)
    """
    if text.endswith(".safetensors") or len(Path(text).parts) > 1:
        return True
    if text in {model for model, _ in pretrained.shipped()}:
        return False
    return os.path.isdir(text)  # noqa: PTH112 - of a name too long for a file, Path.is_dir raises
