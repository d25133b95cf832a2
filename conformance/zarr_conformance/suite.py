"""The corpus as a suite of pytest: ``pytest --pyargs zarr_conformance.suite --zarr-adapter CMD``.

Each case is a test, named by its id and marked with its level, its polarity and the version of the
format. The tests are items of our own and not functions, so that no setting of the project in which
pytest is run, be it of names, fixtures or imports, reaches them.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zarr_conformance.errors import ConformanceError
from zarr_conformance.process import CannotStart
from zarr_conformance.pytest_plugin import SESSION
from zarr_conformance.report.outcomes import Kind
from zarr_conformance.run import external
from zarr_conformance.session import Session
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import load


class Suite(pytest.File):
    """All cases, and the adapter that they are put to, one process for each worker."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each case. That the adapter cannot be started is told once, and here."""
        corpus = load()
        if not self.config.option.collectonly:
            contestant = external(self.config.getoption("--zarr-adapter"))
            expected = self.config.getoption("--zarr-expected")
            if expected is not None:
                contestant = replace(contestant, expectations=Path(expected))
            try:
                self.config.stash[SESSION] = Session(corpus, contestant)
            except (CannotStart, ConformanceError) as error:
                raise self.CollectError(f"{contestant.name}: {error}") from error
        for case in corpus:
            yield CaseTest.from_parent(self, name=case.id, case=case)


class WrongAnswer(Exception):
    """A failure, with all that there is to tell of it."""


class CaseTest(pytest.Item):
    """The test of one case."""

    def __init__(self, *, case: Case, **more: Any) -> None:
        super().__init__(**more)
        self.case = case
        for marker in (case.level, case.polarity, f"v{case.zarr_format}"):
            self.add_marker(marker)

    def runtest(self) -> None:
        """Ask, and pass, fail, be expected to fail, or skip."""
        session = self.config.stash[SESSION]
        outcome = session.outcome(self.case.id)
        match outcome.kind:
            case Kind.FAILED:
                raise WrongAnswer(session.details(outcome))
            case Kind.EXPECTED:
                pytest.xfail(outcome.sentence)
            case Kind.SKIPPED:
                pytest.skip(outcome.sentence)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A failure in words; a traceback only of what is our own fault."""
        if isinstance(excinfo.value, WrongAnswer):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is, for reports."""
        return self.path, None, self.case.id
