"""The networks of a name, or of a file, and how they become ready to enlarge."""

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
        files: by scale.
        source: the name, None for what ships; or the file, which has one scale and stands alone.
        settings: how they are run.
        jpeg: files by scale of those for compressed pictures.
    """

    files: dict[int, Path]
    source: str | Path | None
    settings: Settings = field(default_factory=Settings)
    jpeg: dict[int, Path] = field(default_factory=dict)
    _ready: dict[tuple[Path, ...], Upscaler] = field(default_factory=dict)

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

    def upscaler(self, row: Sequence[int], picture: Path | None = None) -> Upscaler:
        """The networks of these scales in a row, ready to enlarge; made once.

        Args:
            row: of scales.
            picture: the file that goes in, which says how noisy it is.

        Raises:
            UserError: no such runtime, or it can't do them.
        """
        first, *more = row
        noisy = self.jpeg.get(first) if noise.is_noisy(picture, self.settings.noise) else None
        # What the first of them answers is clean.
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
            _name(paths[0], network.facts),
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
                f"x{each.facts['scale']} sha256:{sha256(path)}"
                for each, path in zip(built, paths, strict=True)
            ),
        )


def _name(path: Path, facts: Mapping[str, Any]) -> str:
    """What a network is called: one that ships by its file, another by what it says of itself."""
    if path.parent == pretrained.FOLDER:
        return path.stem.rpartition("-x")[0]
    return str(facts.get("name", path.stem))
