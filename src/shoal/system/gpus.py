"""The GPUs that this process may use, counted by the driver: without torch or a context."""

import ctypes
import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version

VISIBLE = "CUDA_VISIBLE_DEVICES"
IDENTIFIERS = ("GPU-", "MIG-")  # how the driver names a GPU, and a part of one


def visible() -> tuple[str, ...]:
    """Names of the GPUs that CUDA shows this process, each as `CUDA_VISIBLE_DEVICES` takes it.

    As CUDA reads that variable: in its order, up to the first entry that there is no GPU for.
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
    """How many NVIDIA GPUs there are; 0 where this build of PyTorch computes on the processor."""
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
