"""Which networks there are of a name, or in a file, and how one becomes ready."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

from shoal import pretrained
from shoal.errors import UserError
from shoal.models.facts import read_facts
from shoal.runs.folder import RunFolder
from shoal.upscale import hub, runtimes
from shoal.upscale.factor import steps
from shoal.upscale.row import in_a_row
from shoal.upscale.tiles import side_for
from shoal.upscale.upscaler import Upscaler


@dataclass(frozen=True)
class Settings:
    """How networks are run; see `shoal.upscale.load`."""

    runtime: str = "auto"
    tile: int | None = None
    ensemble: bool = False
    trust: bool = False


@dataclass
class Networks:
    """The networks of a name that ships, or the one of a file.

    Attributes:
        files: by scale.
        source: the name, None for what ships; or the file, which has one scale and stands alone.
        settings: how they are run.
    """

    files: dict[int, Path]
    source: str | Path | None
    settings: Settings = field(default_factory=Settings)
    _ready: dict[tuple[int, ...], Upscaler] = field(default_factory=dict)

    @property
    def default(self) -> int:
        """The scale where none is asked for."""
        return min(self.files) if isinstance(self.source, Path) else pretrained.DEFAULT_SCALE

    def row(self, scale: float) -> tuple[int, ...]:
        """The scales of the networks that enlarge by so much or the next integer.

        Raises:
            UserError: there are none.
        """
        if isinstance(self.source, Path):
            if scale > self.default:
                raise UserError(f"{self.source} enlarges by {self.default}, not by {scale:g}")
            return (self.default,)
        found = steps(scale, self.files)
        if not found:
            raise UserError(f"two networks of {self.source} in a row don't enlarge by {scale:g}")
        return found

    def exact(self, scale: int | None) -> tuple[int, ...]:
        """The same for an integer scale, with nothing to reduce.

        Raises:
            UserError: there are none.
        """
        wanted = self.default if scale is None else scale
        row = self.row(wanted)
        if prod(row) != wanted:
            if isinstance(self.source, Path):
                raise UserError(f"{self.source} enlarges by {self.default}, not by {wanted}")
            pretrained.find(self.source, wanted)  # there is none: it says which there are
        return row

    def upscaler(self, row: Sequence[int]) -> Upscaler:
        """The networks of these scales in a row, ready to enlarge; made once.

        Raises:
            UserError: no such runtime, or it can't do them.
        """
        key = tuple(row)
        if key not in self._ready:
            self._ready[key] = self._made([self.files[scale] for scale in key])
        return self._ready[key]

    def _made(self, paths: Sequence[Path]) -> Upscaler:
        how = self.settings
        built = [runtimes.build(how.runtime, path, trust=how.trust) for path in paths]
        network = in_a_row(built)
        side = side_for(network.layer_bytes, network.reach or 0, how.tile, network.memory)
        return Upscaler(
            str(network.facts.get("name", paths[0].stem)),
            int(network.facts["scale"]),
            network.runtime,
            network.run,
            network.reach,
            side,
            how.ensemble,
            network.channels,
            network.place,
            network.halved,
            tuple(
                f"x{each.facts['scale']} sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
                for each, path in zip(built, paths, strict=True)
            ),
        )


def networks(source: str | Path | None, settings: Settings) -> Networks:
    """What there is of a name that ships, at a path, or at `hf://owner/name`.

    Args:
        source: a name; the path of a run's folder, of a folder of the hub's layout or of a
            weights' file; None: at each scale the best for most.
        settings: how they are run.

    Raises:
        UserError: there is nothing of that name or there.
    """
    source = _meant(source)
    if isinstance(source, Path):
        return Networks({int(read_facts(source)["scale"]): source}, source, settings)
    shipped = pretrained.shipped()
    files = {scale: there for (model, scale), there in shipped.items() if model == source}
    if source is None:
        files = {scale: pretrained.find(None, scale) for _, scale in shipped}
    if not files:
        pretrained.find(source, pretrained.DEFAULT_SCALE)  # there is none: it says which there are
    return Networks(files, source, settings)


def several(models: str | None, weights: str | None, settings: Settings) -> list[Networks]:
    """The networks that a command line names.

    Args:
        models: names that ship, with commas between them.
        weights: a path, or `hf://owner/name`.
        settings: how they are run.

    Raises:
        UserError: there is nothing of a name or there.
    """
    if weights is not None:
        return [networks(weights if hub.is_address(weights) else Path(weights), settings)]
    names = dict.fromkeys(models.split(",")) if models is not None else (None,)
    return [networks(name, settings) for name in names]


def _meant(source: str | Path | None) -> str | Path | None:
    """The file meant, of a path or a string that looks like one; or the name."""
    if isinstance(source, str) and hub.is_address(source):
        return hub.fetched(source)
    if isinstance(source, Path) or (source and source.endswith(".safetensors")):
        path = Path(source)
        return hub.weights_in(path) or RunFolder(path).weights if path.is_dir() else path
    return source
