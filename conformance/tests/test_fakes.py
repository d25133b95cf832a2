"""Fakes that lie: the verdict on each says what the harness can be trusted with."""

from collections.abc import Callable, Mapping

import pytest

from zarr_conformance import process
from zarr_conformance.results import Results

RunFakes = Callable[..., Results]

# The verdicts on a fake that answers honestly: nothing fails, and what is observed is observed.
HONEST = {
    "read": "pass equal",
    "typed": "pass equal",
    "region": "pass equal",
    "list": "pass equal",
    "metadata": "pass equal",
    "mandated": "pass refused",
    "implied": "pass refused",
    "any_of": "pass reading 2",
    "observe": "observed reading 2",
}


def every(verdict: str) -> dict[str, str]:
    return dict.fromkeys(HONEST, verdict)


VERDICTS: Mapping[str, dict[str, str]] = {
    "honest": HONEST,
    "noisy_stderr": HONEST,
    "leaves_a_child": HONEST,
    "always_wrong": {
        "read": "fail wrong_elements",
        "typed": "fail wrong_elements",
        "region": "fail wrong_elements",
        "list": "fail wrong_children",
        "metadata": "fail wrong_metadata",
        "mandated": "fail accepted_invalid",
        "implied": "lenient accepted_invalid",
        "any_of": "fail wrong_elements",
        "observe": "observed other",
    },
    "last_bit_wrong": HONEST
    | {
        "read": "fail wrong_elements",
        "typed": "fail wrong_elements",
        "region": "fail wrong_elements",
        "mandated": "inconclusive control_failed",
        "implied": "inconclusive control_failed",
        "any_of": "unsupported feature_unsupported",
    },
    "refuses_everything": {
        "read": "unsupported feature_unsupported",
        "typed": "unsupported feature_unsupported",
        "region": "unsupported feature_unsupported",
        "list": "unsupported feature_unsupported",
        "metadata": "unsupported feature_unsupported",
        "mandated": "inconclusive control_failed",
        "implied": "inconclusive control_failed",
        "any_of": "unsupported feature_unsupported",
        "observe": "observed reading 2",
    },
    "accepts_everything": HONEST
    | {
        "mandated": "fail accepted_invalid",
        "implied": "lenient accepted_invalid",
        "any_of": "pass reading 1",
        "observe": "observed reading 1",
    },
    "babbles_on_stdout": every("fail bad_answer"),
    "half_a_line": every("fail bad_answer"),
    "wrong_id": every("fail bad_answer"),
    "answers_twice": every("fail bad_answer"),
    "unknown_members": every("fail bad_answer"),
    "exits_0_early": every("fail crashed"),
    "exits_1": every("fail crashed"),
    "killed_by_signal": every("fail crashed"),
    "tells_of_crashes": every("fail crashed"),
    "leaves_a_child_and_dies": every("fail crashed"),
    "closes_stdout": every("fail crashed"),
    "sleeps": every("fail timed_out"),
    "eats_memory": every("fail out_of_memory"),
    "child_eats_memory": every("fail out_of_memory"),
}


def verdicts(results: Results, name: str) -> dict[str, str]:
    return {
        case.rpartition("/")[2]: f"{result.verdict.verdict} {result.verdict.reason}"
        for case, result in results.results[name, "1.0"].items()
    }


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LAST_BREATH", 0.1)


@pytest.mark.parametrize("name", VERDICTS)
def test_each_fake_gets_the_verdicts_it_deserves(
    name: str, run_fakes: RunFakes, nobody_left: Callable[[], list[str]]
) -> None:
    """Whatever an adapter does, each case has its verdict, and no process of it stays alive."""
    results = run_fakes(name, seconds=0.3 if name == "sleeps" else 20)
    assert verdicts(results, name) == VERDICTS[name]
    assert nobody_left() == []


def test_who_refuses_everything_passes_nothing(run_fakes: RunFakes) -> None:
    results = run_fakes("refuses_everything")
    assert "pass" not in {
        result.verdict.verdict for result in results.results["refuses_everything", "1.0"].values()
    }


def test_who_never_speaks_is_not_run(
    run_fakes: RunFakes, nobody_left: Callable[[], list[str]]
) -> None:
    results = run_fakes("silent", seconds=0.2)
    assert results.implementations == {}
    assert results.not_run["silent"].why == "its adapter did not answer within 1 s at its start"
    assert nobody_left() == []


@pytest.mark.parametrize(
    ("name", "detail", "stderr"),
    [
        ("exits_0_early", "exited with code 0", ""),
        ("exits_1", "exited with code 1", "ZeroDivisionError: the fake has divided by zero"),
        ("killed_by_signal", "was killed by SIGSEGV", ""),
        ("leaves_a_child_and_dies", "exited with code 3", ""),
        ("closes_stdout", "closed its standard output and ran on", ""),
        ("half_a_line", "ended within a line", ""),
        ("babbles_on_stdout", "wrote a line that is not JSON: 'DEBUG: opening the store'", ""),
        ("wrong_id", "answered with the id 1001, not 1", ""),
        ("answers_twice", "answered with the id 1 once more", ""),
        ("unknown_members", "wrote a line that is no answer", ""),
    ],
)
def test_what_broke_is_told(name: str, detail: str, stderr: str, run_fakes: RunFakes) -> None:
    """The observation says how the process ended, and keeps its last words."""
    broken = run_fakes(name).results[name, "1.0"]["v3/small/read"].observation
    assert broken.kind == "broken"
    assert broken.content["detail"].startswith(detail)
    assert broken.content["stderr"].endswith(stderr)


@pytest.mark.parametrize("name", ["honest", "refuses_everything", "always_wrong"])
def test_the_protocol_can_be_checked_line_by_line(name: str, run_fakes: RunFakes) -> None:
    """``--check-protocol`` changes no verdict on who keeps to the protocol."""
    assert verdicts(run_fakes(name, check_protocol=True), name) == VERDICTS[name]


def test_fakes_run_side_by_side(run_fakes: RunFakes) -> None:
    """What one does has no influence on another."""
    names = ("honest", "exits_1", "noisy_stderr", "always_wrong")
    results = run_fakes(*names)
    assert {name: verdicts(results, name) for name in names} == {
        name: VERDICTS[name] for name in names
    }
