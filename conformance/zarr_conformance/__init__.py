"""The harness: runs the corpus through implementations, judges what they answer, and reports it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zarr_conformance.results import Results

__all__ = ["Results"]


def __getattr__(name: str) -> Any:
    """``Results``, which is loaded when it is used: pytest loads this package everywhere."""
    if name == "Results":
        from zarr_conformance.results import Results

        return Results
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
