"""One adapter, asked case by case in any order, as a test runner wants it.

A case is judged after the baselines of its features and its controls, which are asked first, each
of them once. One process answers everything, until it breaks.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import TracebackType

from zarr_conformance.adapter import Adapter
from zarr_conformance.judge import Judge, Observation, ordered
from zarr_conformance.own_stores import OwnStores
from zarr_conformance.read_written import read_back
from zarr_conformance.report.outcomes import Outcome, Outcomes
from zarr_conformance.results import Implementation, Result, Results
from zarr_conformance.run import (
    SKIPPED,
    Contestant,
    expectations_of,
    question_of,
    quickest_place,
    temporary_directory,
    this_run,
)
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.errors import LayoutError
from zarr_fixtures.layout import lay_out_store


class Session:
    """The answers of one adapter. Use it as a context manager, or ``close`` it.

    Raises ``CannotStart`` if the adapter cannot be started, ``ExpectationsError`` if its known
    failures are malformed, and ``StorageError`` if there is no room for stores.
    """

    def __init__(self, corpus: Corpus, contestant: Contestant) -> None:
        self._corpus = corpus
        controls = {case.control for case in corpus}
        self._foundations: Mapping[str, Case] = {
            case.id: case for case in corpus if case.baseline_of or case.id in controls
        }
        self._judge = Judge(corpus.cases, read_back)
        self._results: dict[str, Result] = {}
        with ExitStack() as stack:
            place = stack.enter_context(temporary_directory(quickest_place()))
            self._stores = place / "stores"
            self._own = OwnStores(corpus, place / "own")
            scratch = stack.enter_context(temporary_directory(None))
            launch = contestant.prepare(Event())
            environment = {**launch.environment, "TMPDIR": str(scratch)}
            self._adapter = stack.enter_context(Adapter(replace(launch, environment=environment)))
            self._who = Implementation(
                **self._adapter.start(), lineage=contestant.lineage, command=contestant.command
            )
            self._expectations = expectations_of(contestant, corpus, self._who.version)
            self._stack = stack.pop_all()
        key = self._who.key
        results = Results(
            Path("answers"), this_run(corpus), {key: self._who}, {}, {key: self._results}
        )
        self._outcomes = Outcomes(results, corpus.cases, {key: self._expectations})

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, and remove the stores."""
        self._stack.close()

    def outcome(self, case_id: str) -> Outcome:
        """What comes of a case. It is asked unless it was before, as are those it depends on.

        Raises ``CannotStart`` if the adapter broke and cannot be started again.
        """
        for case in ordered([self._corpus[case_id]], self._foundations):
            if case.id not in self._results:
                self._results[case.id] = self._ask(case)
        return self._outcomes.of_result(self._results[case_id])

    def details(self, outcome: Outcome) -> str:
        """What is demanded, expected and got, and how to see it again, in several lines."""
        return self._outcomes.details(outcome)

    def _ask(self, case: Case) -> Result:
        who = (*self._who.key, self._who.lineage)
        own = self._own.path(case)
        question = question_of(case, own or self._stores / case.id)
        try:
            if own is None:
                lay_out_store(case.store, self._stores / case.id)
            self._own.prepare(question)
        except LayoutError as error:
            message = {"message": str(error)}
            return Result(case.id, *who, Observation("unsupported", message), SKIPPED, 0.0)
        said, seconds = self._adapter.ask_one(question)
        observation = self._own.collected(case, said)
        judged = self._judge.verdict(case, observation)
        return Result(
            case.id, *who, observation, self._expectations.applied(case.id, judged), seconds
        )
