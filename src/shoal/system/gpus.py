"""The GPUs that this process may use, as the driver counts them: without torch or a context."""

import ctypes
import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version

VISIBLE = "CUDA_VISIBLE_DEVICES"
IDENTIFIERS = ("GPU-", "MIG-")  # how the driver names a GPU, and a part of one


def visible() -> tuple[str, ...]:
    """Return the GPUs that CUDA shows this process, named as in `CUDA_VISIBLE_DEVICES`.

    Like CUDA, it reads that variable in order, up to the first entry without a GPU.
    """
    count, given = installed(), os.environ.get(VISIBLE)
    if count == 0:
        return ()
    if given is None:
        return tuple(map(str, range(count)))
    names: list[str] = []
    for name in (entry.strip() for entry in given.split(",")):
        if not (name.startswith(IDENTIFIERS) or (name.isdecimal() and int(name) < count)):
            break
        names.append(name)
    return tuple(names)


@cache
def installed() -> int:
    """Return the number of NVIDIA GPUs; 0 if this build of PyTorch supports the CPU alone."""
    try:
        if version("torch").endswith("+cpu"):
            return 0
        nvml, count = ctypes.CDLL("libnvidia-ml.so.1"), ctypes.c_uint()
    except (PackageNotFoundError, OSError):
        return 0
    if nvml.nvmlInit_v2() or nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)):
        return 0
    nvml.nvmlShutdown()
    return count.value
