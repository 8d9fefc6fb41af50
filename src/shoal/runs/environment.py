"""Where a number was made: commit, versions, processor, memory."""

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
    """The commit of the source and whether it was changed since; None where it is no checkout."""
    here = Path(__file__).parent
    try:
        _git(here, "ls-files", "--error-unmatch", "environment.py")  # not another's repository
        head = _git(here, "rev-parse", "HEAD").strip()
        return head, bool(_git(here, "status", "--porcelain", "--", "."))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    ours = {"python": platform.python_version(), "shoal": shoal.__version__}
    return ours | {name: version(name) for name in PACKAGES}


def memory() -> int:
    """Bytes that this machine has, whoever uses them."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def processor(device: torch.device) -> str:
    """The name of the GPU; or of the processor, with the instructions that PyTorch takes there.

    Virtual machines call different processors by one name, `AMD EPYC`, and a step of EED in
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
    """The most memory that was in use so far, in MiB: of the process, or on the GPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def describe(device: torch.device) -> dict[str, Any]:
    """All of the above as a record has them."""
    head, dirty = commit()
    return {
        "commit": head,
        "dirty": dirty,
        "versions": versions(),
        "processor": processor(device),
        "accelerator": device.type,
        "threads": torch.get_num_threads(),
    }
