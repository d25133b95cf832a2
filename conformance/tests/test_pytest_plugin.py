"""The suite for pytest, in a project whose settings are as strict and odd as they come."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from zarr_conformance.adapter import Adapter
from zarr_conformance.expectations import UNFILLED
from zarr_conformance.implementations import find_implementations
from zarr_conformance.limits import Limits
from zarr_conformance.process import Launch
from zarr_conformance.protocol import Question
from zarr_conformance.run import Contestant
from zarr_conformance.session import Session
from zarr_fixtures.corpus import Corpus

REFERENCE = find_implementations()["zarr-reference"].expectations.parent / "adapter.py"
SETTINGS = """\
[pytest]
addopts = --strict-markers --strict-config -p no:cacheprovider -p no:hypothesispytest
filterwarnings = error
python_functions = check_*
python_files = check_*.py
"""
# The reference, but for uint16, which it reads without the last bit; and it writes who it is.
LIAR = """\
import base64, json, os, subprocess, sys
with open("processes", "a") as file:
    file.write(f"{os.getpid()}\\n")
inner = subprocess.Popen(
    [sys.executable, REFERENCE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
for line in sys.stdin:
    inner.stdin.write(line)
    inner.stdin.flush()
    if "stop" in json.loads(line):
        break
    answer = json.loads(inner.stdout.readline())
    returned = answer.get("returned", {})
    if returned.get("data_type") == "uint16":
        data = bytearray(base64.b64decode(returned["elements"]))
        data[-1] ^= 1
        returned["elements"] = base64.b64encode(data).decode()
    print(json.dumps(answer), flush=True)
"""


class Outcome(NamedTuple):
    """The exit code, what was printed, and the outcome of each test by its name."""

    code: int
    text: str
    tests: dict[str, str]


@pytest.fixture
def suite(tmp_path: Path) -> Callable[..., Outcome]:
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "liar.py").write_text(LIAR.replace("REFERENCE", repr(str(REFERENCE))))

    def run(*arguments: str) -> Outcome:
        command = [sys.executable, "-m", "pytest", "--pyargs", "zarr_conformance.suite"]
        done = subprocess.run(
            [*command, *arguments, "--junit-xml", "junit.xml"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        file = tmp_path / "junit.xml"
        tests = ET.parse(file).iter("testcase") if file.exists() else ()
        return Outcome(
            done.returncode,
            done.stdout + done.stderr,
            {test.get("name", ""): test[0].tag if len(test) else "passed" for test in tests},
        )

    return run


def test_the_reference_passes_with_markers_and_names(suite: Callable[..., Outcome]) -> None:
    adapter = ("--zarr-adapter", f"{sys.executable} {REFERENCE}")
    chosen = ("-k", "v3/codecs/transpose", "-m", "v3 and not observe")
    outcome = suite(*adapter, *chosen, "-n", "2")
    assert outcome.code == 0, outcome.text
    assert len(outcome.tests) > 5
    assert all(name.startswith("v3/codecs/transpose/") for name in outcome.tests)
    assert set(outcome.tests.values()) == {"passed"}


def test_wrong_data_fails_and_what_depends_on_it_is_skipped(
    suite: Callable[..., Outcome], tmp_path: Path
) -> None:
    adapter = ("--zarr-adapter", f"{sys.executable} liar.py")
    outcome = suite(*adapter, "-k", "v3/codecs/gzip")
    assert outcome.code == 1
    counts = Counter(outcome.tests.values())
    assert counts["failure"] > 0
    assert counts["skipped"] > 0
    assert "FAILED zarr_conformance/suite.py::v3/codecs/gzip/" in outcome.text
    assert "wrong elements" in outcome.text
    assert "Traceback" not in outcome.text
    assert len((tmp_path / "processes").read_text().splitlines()) == 1

    failed = [name for name, tag in outcome.tests.items() if tag == "failure"]
    cases = ", ".join(f'"{name}"' for name in failed)
    (tmp_path / "expected.toml").write_text(
        f'[[known]]\ncases = [{cases}]\nkind = "wrong_elements"\nreason = "{UNFILLED}"\n'
        'link = "https://example.org/1"\n'
    )
    outcome = suite(*adapter, "--zarr-expected", "expected.toml", "-k", "v3/codecs/gzip")
    assert outcome.code == 0, outcome.text
    assert {outcome.tests[name] for name in failed} == {"skipped"}  # as pytest says xfailed


def test_one_case_can_be_named(suite: Callable[..., Outcome], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--pyargs", "-q"]
    case = "v3/codecs/transpose/three-cycle-by-hand"
    adapter = ["--zarr-adapter", f"{sys.executable} {REFERENCE}"]
    done = subprocess.run(
        [*command, f"zarr_conformance.suite::{case}", *adapter],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "the suite needs an adapter"),
        (("--zarr-adapter", "./none"), "./none: './none' cannot be started"),
        (("--zarr-adapter", "./none", "-n", "1"), "./none: './none' cannot be started"),
    ],
)
def test_without_an_adapter_there_is_one_sentence(
    arguments: tuple[str, ...], sentence: str, suite: Callable[..., Outcome]
) -> None:
    outcome = suite(*arguments)
    assert outcome.code != 0
    assert sentence in outcome.text
    assert outcome.text.count("cannot be started") <= 2  # where it happened, and in the summary
    assert "Traceback" not in outcome.text


def test_other_peoples_tests_load_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_other():\n"
        "    assert 'zarr_conformance.pytest_plugin' in sys.modules\n"
        "    heavy = {'zarr_fixtures', 'zarr_conformance.suite', 'rich', 'numpy', 'jsonschema'}\n"
        "    assert not heavy & sys.modules.keys()\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:cov"]
    done = subprocess.run(
        [*command, "-p", "no:hypothesispytest"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "1 passed" in done.stdout, done.stdout
    marks = subprocess.run([*command, "--markers"], cwd=tmp_path, capture_output=True, text=True)
    assert "zarr" not in marks.stdout


class TestSession:
    """One adapter, asked case by case."""

    def test_baselines_and_controls_come_first_and_once(
        self, small_corpus: Corpus, fake: Callable[[str], Launch]
    ) -> None:
        contestant = Contestant("honest", "fake", lambda _stopping: fake("honest"))
        with Session(small_corpus, contestant) as session:
            kinds = {case.id: session.outcome(case.id).kind.value for case in small_corpus}
        assert set(kinds.values()) == {"passed", "skipped"}
        assert [name for name in kinds if kinds[name] == "skipped"] == ["v3/small/observe"]

    def test_whoever_refuses_everything_passes_nothing(
        self, small_corpus: Corpus, fake: Callable[[str], Launch]
    ) -> None:
        contestant = Contestant("no", "fake", lambda _stopping: fake("refuses_everything"))
        with Session(small_corpus, contestant) as session:
            kinds = {session.outcome(case.id).kind.value for case in reversed(list(small_corpus))}
        assert kinds == {"skipped"}

    def test_a_process_that_breaks_is_started_again(self, fake: Callable[[str], Launch]) -> None:
        with Adapter(fake("exits_0_early"), Limits(20)) as adapter:
            for _ in range(3):
                question = Question("read", {"store": "x", "path": "/", "zarr_format": 3})
                assert adapter.ask_one(question).observation.kind == "broken"
