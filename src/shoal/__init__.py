"""Deep and shallow networks for image super-resolution, trained together and compared exactly."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoal.upscale import load

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def __getattr__(name: str) -> Any:
    """`shoal.load` brings PyTorch with it; `import shoal` alone shall not."""
    if name == "load":
        from shoal.upscale import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
