"""Large packages imported quickly: without what they import for others, and without collecting."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any


@contextmanager
def uncollected() -> Iterator[None]:
    """Imports in which Python's collector doesn't walk again and again over all that has come.

    It would find nothing, and takes a sixth of the time that Lightning's import takes.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # modules live as long as the process
        if enabled:
            gc.enable()


def import_lightning() -> None:
    """Import PyTorch and Lightning in three fifths of the time that they take by themselves.

    torchmetrics, which Lightning stands on, imports SciPy's signal processing to mend one name in
    it for another package, and Matplotlib for metrics that draw themselves. Here both are imported
    by whoever uses them.
    """
    with uncollected(), _stand_ins():
        import lightning  # noqa: F401


@contextmanager
def _stand_ins() -> Iterator[None]:
    """Modules that hold the names that torchmetrics looks up while it is imported."""
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
    """A module in the place of another, which is imported when a name is missing here."""

    def __init__(self, name: str, **names: Any) -> None:
        super().__init__(name)
        vars(self).update(names)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import itself looks up
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def _style(*names: Any) -> Iterator[None]:
    """Matplotlib's `style.context`, which is imported when something is drawn."""
    from matplotlib import style

    with style.context(*names):
        yield
