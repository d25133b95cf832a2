"""A corpus of one case of each kind, and fakes that answer it, honestly or not."""

import base64
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from zarr_conformance.limits import Limits
from zarr_conformance.process import Launch
from zarr_conformance.results import Results
from zarr_conformance.run import Contestant, Options, run
from zarr_fixtures.case import (
    AnyOf,
    Ask,
    Case,
    Children,
    Elements,
    Expect,
    Metadata,
    Observe,
    Reading,
    Refused,
    StoredValue,
)
from zarr_fixtures.corpus import Corpus

FAKES = Path(__file__).parent / "fakes"
ZEROS = Elements("uint8", (4,), bytes(4))
COUNT = Elements("int16", (2, 2), bytes(range(8)))
NO = {"refused": {"stage": "open", "message": "no"}}


def make_case(name: str, expect: Expect, *features: str, **more: object) -> Case:
    ask = more.pop("ask", Ask("read", {"path": "/"}))
    return Case(
        id=f"v3/small/{name}",
        title=name,
        requirements=("some.requirement",),
        level="must",
        features=("v3", *features),
        store={"zarr.json": StoredValue("text", name)},
        ask=ask,  # type: ignore[arg-type]
        expect=expect,
        source="by hand",
        **more,  # type: ignore[arg-type]
    )


def make_cases() -> list[Case]:
    read, control = "v3/small/read", "v3/small/typed"
    region = Ask("read_region", {"path": "/", "start": [0, 0], "stop": [2, 2]})
    readings = (Reading("zeros", ZEROS), Reading("an error", Refused("open", mandated=False)))
    return [
        make_case("read", ZEROS, "codec:bytes", baseline_of=("v3", "codec:bytes")),
        make_case("typed", COUNT, "data_type:int16", baseline_of=("data_type:int16",)),
        make_case(
            "region",
            COUNT,
            "question:read_region",
            ask=region,
            baseline_of=("question:read_region",),
        ),
        make_case(
            "list",
            Children({"a": "array", "g": "group"}),
            "question:list",
            ask=Ask("list", {"path": "/"}),
            baseline_of=("question:list",),
        ),
        make_case(
            "metadata",
            Metadata({"node_type": "array", "attributes": {"a": 1}}),
            "question:metadata",
            ask=Ask("metadata", {"path": "/"}),
            baseline_of=("question:metadata",),
        ),
        make_case("mandated", Refused("open", mandated=True), control=read),
        make_case("implied", Refused("read", mandated=False), control=control),
        make_case("any_of", AnyOf(readings), "codec:bytes"),
        make_case("observe", Observe(readings), "codec:bytes"),
    ]


def honest_answer(case: Case) -> dict[str, object]:
    match case.expect:
        case Elements(data_type, shape, data):
            text = base64.b64encode(data).decode()
            return {"returned": {"data_type": data_type, "shape": shape, "elements": text}}
        case Children(nodes):
            return {"returned": {"children": nodes}}
        case Metadata(members):
            return {"returned": {"metadata": members}}
        case _:
            return NO


@pytest.fixture(scope="session")
def small_corpus() -> Corpus:
    return Corpus({case.id: case for case in make_cases()}, "sha256:" + 64 * "0", "0.0.0")


@pytest.fixture
def fake(tmp_path: Path, small_corpus: Corpus) -> Callable[[str], Launch]:
    """The launch of a fake that knows the honest answers to the small corpus."""
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({case.id: honest_answer(case) for case in small_corpus}))

    def launch(name: str) -> Launch:
        command = (sys.executable, str(FAKES / f"{name}.py"), str(answers))
        return Launch(command, tmp_path, dict(os.environ))

    return launch


def contestant(launch: Launch) -> Contestant:
    return Contestant(Path(launch.command[1]).stem, "fake", lambda _stopping: launch)


@pytest.fixture
def run_fakes(
    tmp_path: Path, small_corpus: Corpus, fake: Callable[[str], Launch]
) -> Callable[..., Results]:
    """Run fakes through the small corpus, and read the results."""

    def run_them(*names: str, seconds: float = 20, check_protocol: bool = False) -> Results:
        limits = Limits(seconds, start_seconds=max(1.0, seconds), memory=120 * 2**20)
        options = Options(tmp_path / "results.jsonl", limits=limits, check_protocol=check_protocol)
        contestants = [contestant(fake(name)) for name in names]
        run(small_corpus, list(small_corpus), contestants, options)
        return Results.read(options.results)

    return run_them


@pytest.fixture
def nobody_left(tmp_path: Path) -> Callable[[], list[str]]:
    """Command lines of processes that a test started and that still run, after a short while."""

    def look() -> list[str]:
        deadline = time.monotonic() + 2
        while (left := _mentioning(str(tmp_path))) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    return look


def _mentioning(text: str) -> list[str]:
    lines = (
        " ".join(process.info["cmdline"] or [])
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
    )
    return [line for line in lines if text in line]
