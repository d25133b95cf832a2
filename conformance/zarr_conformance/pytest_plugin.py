"""The pytest plugin: options, markers, and the suite where somebody names it.

pytest loads this module wherever the package is installed, so it imports nothing but pytest and
does nothing, but for its two options, until the suite is asked for. ``suite.py`` has the tests.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from zarr_conformance.session import Session

SUITE = Path(__file__).with_name("suite.py")
NODE = "zarr_conformance/suite.py"  # wherever it is installed
SESSION: "pytest.StashKey[Session]" = pytest.StashKey()
MARKERS = {
    "must": "the specification says MUST",
    "should": "the specification says SHOULD",
    "may": "the specification says MAY",
    "positive": "valid data is read",
    "negative": "invalid data is refused",
    "any_of": "the specification allows several answers",
    "observe": "the specification is silent, and nothing can fail",
    "v2": "the data is in Zarr v2",
    "v3": "the data is in Zarr v3",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, which all begin with ``--zarr``."""
    group = parser.getgroup("zarr-conformance", "the Zarr conformance suite")
    group.addoption(
        "--zarr-adapter",
        metavar="CMD",
        help="the command that starts the adapter, for --pyargs zarr_conformance.suite",
    )
    group.addoption("--zarr-expected", metavar="TOML", help="the known failures of the adapter")


def pytest_configure(config: pytest.Config) -> None:
    """The markers of the cases, where these are run."""
    if config.getoption("--zarr-adapter"):
        for name, meaning in MARKERS.items():
            config.addinivalue_line("markers", f"{name}: {meaning} (zarr-conformance)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterable[Any] | Any:
    """The suite, if it is what is collected."""
    if file_path != SUITE:
        return None
    if not parent.config.getoption("--zarr-adapter"):
        raise pytest.UsageError(
            "the suite needs an adapter: "
            'pytest --pyargs zarr_conformance.suite --zarr-adapter "CMD"'
        )
    from zarr_conformance.suite import Suite

    return Suite.from_parent(parent, path=file_path, nodeid=NODE)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The adapter ends with the tests, however they end."""
    session = config.stash.get(SESSION, None)
    if session is not None:
        session.close()
