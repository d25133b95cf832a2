"""The messages: what is an answer, what is not, and that both sides keep to the schemas."""

import json

import pytest

from zarr_conformance.judge import Observation
from zarr_conformance.protocol import (
    BadAnswer,
    Question,
    decode,
    encode,
    require_description,
    require_form,
)
from zarr_conformance.schemas import Schemas

NODE = {"store": "/s", "path": "/", "zarr_format": 3}
DESCRIPTION = {"name": "x", "version": "1", "language": "c", "libraries": {"y": "2"}}
DESCRIPTION |= {"questions": ["read"]}
ELEMENTS = {"data_type": "uint8", "shape": [4], "elements": "AAECAw=="}

QUESTIONS = [
    Question("describe", {}),
    Question("read", NODE),
    Question("read_region", NODE | {"start": [0], "stop": [2]}),
    Question("list", NODE),
    Question("metadata", NODE),
    Question("stop", {}),
]
RETURNED = {
    "describe": DESCRIPTION,
    "read": ELEMENTS,
    "read_region": ELEMENTS,
    "list": {"children": {"a": "array"}},
    "metadata": {"metadata": {"node_type": "array", "dimension_names": ["x", None]}},
}


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return Schemas()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.question)
def test_questions_keep_to_the_schema(question: Question, schemas: Schemas) -> None:
    line = encode(7, question)
    schemas.require_request(line)
    assert json.loads(line) == {"id": 7, question.question: question.parameters}
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


def test_a_question_that_breaks_the_schema_is_our_own_fault(schemas: Schemas) -> None:
    with pytest.raises(ValueError, match="the harness wrote"):
        schemas.require_request(encode(7, Question("read", {"path": "/"})))


@pytest.mark.parametrize("question", RETURNED)
def test_what_is_returned_to_each_question(question: str, schemas: Schemas) -> None:
    line = json.dumps({"id": 7, "returned": RETURNED[question]}).encode()
    answer = decode(line)
    assert answer.identifier == 7
    assert answer.observation == Observation("returned", RETURNED[question])
    require_form(question, answer.observation)
    schemas.require_answer(question, line)


@pytest.mark.parametrize(
    "members",
    [
        {"refused": {"stage": "open", "message": "no"}},
        {"refused": {"stage": "read", "message": ""}},
        {"unsupported": {"message": "cannot"}},
    ],
)
def test_what_is_said_instead(members: dict[str, dict[str, str]], schemas: Schemas) -> None:
    line = json.dumps({"id": 0, **members}).encode()
    observation = decode(line).observation
    require_form("read", observation)
    schemas.require_answer("read", line)
    assert observation.to_json() == members


def test_a_crash_that_an_adapter_tells_of_is_one_as_good_as_its_own(schemas: Schemas) -> None:
    """Of what was written to standard error the end is kept, as the harness keeps it itself."""
    said = {"detail": "was killed by SIGSEGV", "stderr": "lost\n" * 10**4 + "core"}
    line = json.dumps({"id": 0, "crashed": said}).encode()
    observation = decode(line).observation
    schemas.require_answer("read", line)
    assert observation.kind == "broken"
    assert observation.content["reason"] == "crashed"
    assert observation.content["detail"] == "was killed by SIGSEGV"
    assert observation.content["stderr"].splitlines() == ["lost"] * 19 + ["core"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\r",
        b"null",
        b"[]",
        b"7",
        b"{}",
        b'{"id": 7}',
        b'{"id": 7, "returned": {}',
        b'{"id": 7, "returned": []}',
        b'{"id": 7, "returned": {}, "refused": {"stage": "open", "message": ""}}',
        b'{"id": 7, "broken": {"reason": "crashed"}}',
        b'{"id": "7", "returned": {}}',
        b'{"id": 7.0, "returned": {}}',
        b'{"id": true, "returned": {}}',
        b'{"id": null, "returned": {}}',
        b'{"returned": {}}',
        b'{"id": 7, "returned": {"elements": NaN}}',
        b'{"id": 7, "returned": {"elements": -Infinity}}',
        b'{"id": 7, "refused": {"stage": "closed", "message": ""}}',
        b'{"id": 7, "refused": {"message": ""}}',
        b'{"id": 7, "refused": {"stage": "open", "message": 1}}',
        b'{"id": 7, "refused": {"stage": "open", "message": "", "code": 1}}',
        b'{"id": 7, "unsupported": {}}',
        b'{"id": 7, "crashed": {"detail": "exited with code 1"}}',
        b'{"id": 7, "crashed": {"detail": 1, "stderr": ""}}',
        b'{"id": 7, "unsupported": {"message": "", "why": ""}}',
        b'{"id": 7, "returned": {}} {"id": 8, "returned": {}}',
        b'{"id": 7, "returned": {"elements": "\xff"}}',
        b"[" * 100_000,
        b'{"id": ' + b"1" * 5000 + b', "returned": {}}',
    ],
    ids=range(30),
)
def test_what_is_no_answer(line: bytes, schemas: Schemas) -> None:
    """Quick check and schema agree on it, and the message repeats no more than a beginning."""
    with pytest.raises(BadAnswer) as caught:
        decode(line)
    assert len(caught.value.detail) < 300
    with pytest.raises(BadAnswer):
        schemas.require_answer("read", line)


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("read", {}),
        ("read", {"data_type": "uint8", "shape": []}),
        ("read", ELEMENTS | {"order": "C"}),
        ("read", {"children": {}}),
        ("read_region", {"metadata": {}}),
        ("list", ELEMENTS),
        ("metadata", {"metadata": {}, "extra": 1}),
        ("describe", {"name": "x", "version": "1"}),
    ],
)
def test_what_is_not_returned_to_a_question(
    question: str, content: dict[str, object], schemas: Schemas
) -> None:
    with pytest.raises(BadAnswer, match=question):
        require_form(question, Observation("returned", content))
    with pytest.raises(BadAnswer):
        schemas.require_answer(question, json.dumps({"id": 1, "returned": content}).encode())


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("read", ELEMENTS | {"shape": [4.5]}),
        ("read", ELEMENTS | {"shape": [-1]}),
        ("read", ELEMENTS | {"elements": "AAECA"}),
        ("read", ELEMENTS | {"elements": "AAEC Aw=="}),
        ("list", {"children": {"a": "dataset"}}),
        ("metadata", {"metadata": {"fill_value": 0}}),
    ],
)
def test_the_schema_is_stricter_than_the_quick_check(
    question: str, content: dict[str, object], schemas: Schemas
) -> None:
    require_form(question, Observation("returned", content))
    with pytest.raises(BadAnswer, match=r"broke answer\.schema\.json"):
        schemas.require_answer(question, json.dumps({"id": 1, "returned": content}).encode())


def test_a_name_given_twice_breaks_the_protocol(schemas: Schemas) -> None:
    line = b'{"id": 1, "returned": {"children": {}, "children": {"a": "array"}}}'
    with pytest.raises(BadAnswer, match="twice"):
        schemas.require_answer("list", line)


@pytest.mark.parametrize(
    "observation",
    [
        Observation("refused", {"stage": "open", "message": ""}),
        Observation("returned", DESCRIPTION | {"name": ""}),
        Observation("returned", DESCRIPTION | {"name": "\x1b[31mred"}),
        Observation("returned", DESCRIPTION | {"version": 3}),
        Observation("returned", DESCRIPTION | {"language": "a\nb"}),
        Observation("returned", DESCRIPTION | {"libraries": ["numpy"]}),
        Observation("returned", DESCRIPTION | {"libraries": {"numpy": None}}),
    ],
)
def test_who_cannot_be_shown_has_not_described_himself(observation: Observation) -> None:
    with pytest.raises(BadAnswer):
        require_description(observation)
