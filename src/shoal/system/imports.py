"""Imports large packages quickly: without unneeded dependencies and without garbage collection."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any


@contextmanager
def uncollected() -> Iterator[None]:
    """Switch the garbage collector off while the context imports modules.

    It would find nothing, and takes a sixth of the time of Lightning's import.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # modules live as long as the process, so they need no collection later
        if enabled:
            gc.enable()


def import_lightning() -> None:
    """Import PyTorch and Lightning in three fifths of the usual time.

    Lightning depends on torchmetrics. This imports SciPy's signal processing only to patch a name
    for another package, and Matplotlib only for metrics that plot themselves. Here both are
    imported when they are first used.
    """
    with uncollected(), _stand_ins():
        import lightning  # noqa: F401


@contextmanager
def _stand_ins() -> Iterator[None]:
    """Put stand-ins with the names that torchmetrics looks up at import into `sys.modules`."""
    absent = {name: each for name, each in _modules().items() if name not in sys.modules}
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def _modules() -> dict[str, ModuleType]:
    signal = _Later("scipy.signal", hamming=None)
    axes = _Later("matplotlib.axes", Axes=object)
    style = SimpleNamespace(context=_style)
    pyplot = _Later("matplotlib.pyplot", Figure=object, style=style)
    colors = SimpleNamespace(Colormap=object)
    whole = _Later("matplotlib", axes=axes, pyplot=pyplot, colors=colors)
    return {each.__name__: each for each in (signal, axes, pyplot, whole)}


class _Later(ModuleType):
    """A stand-in for a module, which is imported when a name is missing here."""

    def __init__(self, name: str, **names: Any) -> None:
        super().__init__(name)
        vars(self).update(names)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system looks these up itself
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def _style(*names: Any) -> Iterator[None]:
    """Call Matplotlib's `style.context`, importing it when something is drawn."""
    from matplotlib import style

    with style.context(*names):
        yield
