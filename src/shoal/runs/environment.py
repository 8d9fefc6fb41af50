"""Where a result was computed: commit, versions, processor, memory."""

import os
import platform
import resource
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import shoal

PACKAGES = ("torch", "lightning", "numpy", "scikit-image", "pillow", "hydra-core")


def commit() -> tuple[str | None, bool | None]:
    """Return the source's commit and whether files differ from it; None if it is no checkout."""
    package = Path(__file__).parents[1]
    try:
        # Fails in another project's repository, such as one that holds a virtual environment.
        _git(package, "ls-files", "--error-unmatch", "runs/environment.py")
        head = _git(package, "rev-parse", "HEAD").strip()
        return head, bool(_git(package, "status", "--porcelain", "--", ".", ":/conf"))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on."""
    ours = {"python": platform.python_version(), "shoal": shoal.__version__}
    return ours | {name: version(name) for name in PACKAGES}


def memory() -> int:
    """Return this machine's memory in bytes, whether in use or not."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def processor(device: torch.device) -> str:
    """Return the name of the GPU, or of the CPU with the instruction set that PyTorch uses.

    Virtual machines give different processors one name, `AMD EPYC`, although a step of EED in
    bf16-mixed takes 0.03 s with AVX512 and 0.5 s with AVX2.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    capability = torch.backends.cpu.get_cpu_capability()
    return _cpu() if capability == "DEFAULT" else f"{_cpu()}, {capability}"


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def peak_memory(device: torch.device) -> float:
    """Return the peak memory so far, in MiB: of this process, or on the GPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def describe(device: torch.device) -> dict[str, Any]:
    """Return all of the above but the memory, in the form that a record has."""
    head, dirty = commit()
    return {
        "commit": head,
        "dirty": dirty,
        "versions": versions(),
        "processor": processor(device),
        "accelerator": device.type,
        "threads": torch.get_num_threads(),
    }
