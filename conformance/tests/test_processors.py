"""Adapters that are kept on one processor each: docs/decisions/0015."""

import os
import sys
from pathlib import Path

import pytest

from zarr_conformance import processors
from zarr_conformance.adapter import Adapter
from zarr_conformance.implementations import find_implementations
from zarr_conformance.process import Launch

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system lets nobody choose a processor"
)
# Tells its processors as its version, as a thread of it sees them that began later.
ADAPTER = """\
import json, os, threading
def describe():
    own = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    said = {"name": "fake", "version": own, "language": "python"}
    print(json.dumps({"id": 0, "returned": said}), flush=True)
input()
thread = threading.Thread(target=describe)
thread.start()
thread.join()
"""


def adapter(directory: Path, *, one_processor: bool) -> Adapter:
    command = (sys.executable, "-c", ADAPTER)
    return Adapter(Launch(command, directory, dict(os.environ), one_processor))


def test_each_has_one_that_no_other_has_while_there_are_enough(tmp_path: Path) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    adapters = [adapter(tmp_path, one_processor=True) for _ in range(2 * len(allowed))]
    try:
        told = [each.start()["version"] for each in adapters]
    finally:
        for each in adapters:
            each.close()
    assert sorted(told) == sorted(map(str, 2 * allowed))
    with adapter(tmp_path, one_processor=True) as another:  # what they had is free again
        assert another.start()["version"] == told[0]


def test_who_does_not_ask_for_it_keeps_all(tmp_path: Path) -> None:
    with adapter(tmp_path, one_processor=False) as free:
        assert free.start()["version"] == ",".join(map(str, sorted(os.sched_getaffinity(0))))


def test_who_has_ended_before_is_no_problem() -> None:
    processor = processors.keep_on_one(2**22 + 1)  # more than any process has
    assert processor in os.sched_getaffinity(0)
    processors.leave(processor)


def test_where_it_cannot_be_done_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setaffinity")
    assert processors.keep_on_one(os.getpid()) is None
    processors.leave(None)


def test_it_is_asked_for_in_adapter_toml() -> None:
    asked = {each.name for each in find_implementations().values() if each.one_processor}
    assert {"zarr-python", "tensorstore"} < asked
    assert not {"zarrs", "gdal", "zarr-reference"} & asked
