"""Builds the demo page, on which networks can be tried: `make demo`.

python tools/make_demo.py           # from the root of the project

Writes docs/demo/built/: the runtime onnxruntime-web, downloaded from npm and checked by its digest;
the shipped EEDS-fast networks and bicubic interpolation as ONNX; and a sample picture. Any static
file server can then serve docs/demo/, and the page loads nothing else.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from PIL import Image
from skimage import data

from shoal import pretrained
from shoal.models import weights
from shoal.models.bicubic import Bicubic
from shoal.models.profile import reach
from shoal.upscale.export import ONNX_RGB, export
from shoal.upscale.graph import graph, portable

PAGE = Path(__file__).parents[1] / "docs/demo"
RUNTIME = "onnxruntime-web@1.30.0"
DIGEST = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
FILES = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
BICUBIC_REACH = 2  # LR pixels on each side that bicubic interpolation depends on
KIND = re.compile(r"(.+?)_(jpeg)")  # names of networks for compressed pictures
PREFERRED = "eeds_fast"


def runtime(folder: Path) -> None:
    """Download the files of the runtime from npm unless they are there.

    Raises:
        SystemExit: npm is missing, or the download has another digest.
    """
    if all((folder / name).is_file() for name in FILES):
        return
    if shutil.which("npm") is None:
        sys.exit("make demo needs npm, which comes with Node.js: install it")
    with tempfile.TemporaryDirectory() as place:
        # Its output goes to stderr.
        subprocess.run(["npm", "pack", "--silent", RUNTIME], cwd=place, check=True, stdout=2)
        (archive,) = Path(place).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != DIGEST:
            sys.exit(f"{RUNTIME} has another digest (sha512-{found}): nothing was built")
        with tarfile.open(archive) as packed:
            for name in FILES:
                file = packed.extractfile(f"package/dist/{name}")
                assert file is not None
                (folder / name).write_bytes(file.read())


def networks(folder: Path) -> list[dict[str, object]]:
    """Write the page's networks as ONNX, and return what the page must know about each."""
    known: list[dict[str, object]] = []
    for (model, scale), path in pretrained.shipped().items():
        found = KIND.fullmatch(model)
        if (found[1] if found else model) != PREFERRED:
            continue
        file = f"{model}-x{scale}.onnx"
        # Not clipped, since opacity is computed from values beyond black and white, too.
        export(path, folder / file, kind=ONNX_RGB, clipped=False, force=True)
        sees = max(reach(weights.load(path)[0]) or 0, BICUBIC_REACH)
        kind = found[2] if found else "clean"
        known.append({"name": model, "kind": kind, "scale": scale, "file": file, "reach": sees})
    for scale in sorted({int(str(each["scale"])) for each in known}):
        network, file = Bicubic(scale, channels=3).eval(), f"bicubic-x{scale}.onnx"
        (folder / file).write_bytes(portable(graph(network, {"name": "bicubic", "scale": scale})))
        what = {"name": "bicubic", "kind": "bicubic", "scale": scale, "file": file}
        known.append({**what, "reach": BICUBIC_REACH})
    return known


def main() -> None:
    """Build the files that the page needs beside its own."""
    built = PAGE / "built"
    built.mkdir(exist_ok=True)
    runtime(built)
    known = networks(built)
    # By Rachel Michetti, courtesy of Pikolo Espresso Bar; CC0.
    Image.fromarray(data.coffee()[100:400, 150:600]).save(built / "sample.png")
    (built / "networks.json").write_text(json.dumps(known, indent=1))
    size = sum(path.stat().st_size for path in built.iterdir()) / 1e6
    print(f"{built.parent} is ready ({size:.0f} MB): python -m http.server -d {built.parent}")


if __name__ == "__main__":
    main()
