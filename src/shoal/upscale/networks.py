"""The networks of a name or of a file, and the upscalers that are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from shoal import pretrained
from shoal.errors import UserError
from shoal.system.files import sha256
from shoal.upscale import noise, runtimes
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
    noise: str = noise.NONE


@dataclass
class Networks:
    """The networks of a name that ships, or the one of a file.

    Attributes:
        files: their weights, by scale.
        source: the name, or None for the preferred ones; or the file, of a single network.
        settings: how they are run.
        jpeg: weights for compressed pictures, by scale.
    """

    files: dict[int, Path]
    source: str | Path | None
    settings: Settings = field(default_factory=Settings)
    jpeg: dict[int, Path] = field(default_factory=dict)
    _ready: dict[tuple[Path, ...], Upscaler] = field(default_factory=dict)

    @property
    def default(self) -> int:
        """The scale if none is asked for."""
        return min(self.files) if isinstance(self.source, Path) else pretrained.DEFAULT_SCALE

    def row(self, scale: float) -> tuple[int, ...]:
        """The scales of the networks that, one after another, enlarge by at least a scale.

        Raises:
            UserError: there are none.
        """
        if isinstance(self.source, Path):
            if scale > self.default:
                raise UserError(f"{self.source} enlarges by {self.default}, not by {scale:g}")
            return (self.default,)
        found = steps(scale, self.files)
        if not found:
            words = f"{self.source or 'the networks that ship'}: even two one after the other"
            raise UserError(f"{words} don't enlarge by {scale:g}")
        return found

    def exact(self, scale: int | None) -> tuple[int, ...]:
        """The scales of the networks that, one after another, enlarge by exactly a scale.

        Args:
            scale: None: the default.

        Raises:
            UserError: there are none.
        """
        wanted = self.default if scale is None else scale
        row = self.row(wanted)
        if prod(row) != wanted:
            if isinstance(self.source, Path):
                raise UserError(f"{self.source} enlarges by {self.default}, not by {wanted}")
            pretrained.find(self.source, wanted)  # raises, naming the weights that ship
        return row

    def upscaler(self, row: Sequence[int], picture: Path | None = None) -> Upscaler:
        """The upscaler that runs the networks of these scales one after another; made once.

        Args:
            row: the scales, in this order.
            picture: the input's file, which tells whether it is compressed.

        Raises:
            UserError: there is no such runtime, or it can't run the networks.
        """
        first, *more = row
        noisy = self.jpeg.get(first) if noise.is_noisy(picture, self.settings.noise) else None
        # Only the first one meets compression: its answer is clean.
        key = (noisy or self.files[first], *(self.files[scale] for scale in more))
        if key not in self._ready:
            self._ready[key] = self._made(key)
        return self._ready[key]

    def _made(self, paths: Sequence[Path]) -> Upscaler:
        how = self.settings
        built = [runtimes.build(how.runtime, path, trust=how.trust) for path in paths]
        network = in_a_row(built)
        side = side_for(network.layer_bytes, network.reach or 0, how.tile, network.memory)
        return Upscaler(
            model=_name(paths[0], network.facts),
            scale=int(network.facts["scale"]),
            runtime=network.runtime,
            run=network.run,
            reach=network.reach,
            side=side,
            ensemble=how.ensemble,
            channels=network.channels,
            place=network.place,
            halved=network.halved,
            weights=tuple(
                f"x{each.facts['scale']} sha256:{sha256(path)}"
                for each, path in zip(built, paths, strict=True)
            ),
        )


def _name(path: Path, facts: Mapping[str, Any]) -> str:
    """A network's name: of one that ships that of its file, else the one in its facts."""
    if path.parent == pretrained.FOLDER:
        return path.stem.rpartition("-x")[0]
    return str(facts.get("name", path.stem))
