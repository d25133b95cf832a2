"""The messages between the harness and an adapter: one JSON object a line, a question, an answer.

``schema/request.schema.json`` and ``schema/answer.schema.json`` define them for other languages.
A run checks each answer with a few comparisons, which cost microseconds; ``schemas.py`` checks
every line in both directions against the schemas, for somebody who writes an adapter.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from zarr_conformance.judge import Observation
from zarr_fixtures.case import CHANGES, STRING, Ask, Elements, Items

Breakage: TypeAlias = Literal["crashed", "timed_out", "out_of_memory", "bad_answer"]

# The members of what is returned to each question: those that it must have, those that it may.
MEMBERS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "describe": (frozenset({"name", "version", "language"}), frozenset({"libraries", "questions"})),
    "read": (frozenset({"data_type", "shape", "elements"}), frozenset()),
    "read_region": (frozenset({"data_type", "shape", "elements"}), frozenset()),
    "list": (frozenset({"children"}), frozenset()),
    "metadata": (frozenset({"metadata"}), frozenset()),
    **dict.fromkeys(CHANGES, (frozenset[str](), frozenset[str]())),
}

# What may be returned instead, by a tool that tells no more than whether it could open the array.
OPENED = frozenset({"opened"}), frozenset({"message"})

# The members of what is said instead of an answer, and the stages that a refusal names.
WORDS = {
    "refused": {"stage", "message"},
    "unsupported": {"message"},
    "crashed": {"detail", "stderr"},
}
STAGES = ("open", "read", "write")

LONGEST_QUOTE = 200  # characters of a bad line that a message repeats
STDERR_LINES = 20  # of the end of standard error, which are kept of a crash
STDERR_CHARACTERS = 4000


class Question(NamedTuple):
    """What is asked: ``describe``, ``read``, ..., with its parameters."""

    question: str
    parameters: Mapping[str, Any]


class Answer(NamedTuple):
    """An answer, and the id of the question that it claims to answer."""

    identifier: int
    observation: Observation


class Breakdown(Exception):
    """An adapter does not answer as it should. ``detail`` is a clause that follows "it"."""

    def __init__(self, reason: Breakage, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class BadAnswer(Breakdown):
    """What an adapter wrote is not the answer to the question."""

    def __init__(self, detail: str) -> None:
        super().__init__("bad_answer", detail)


def encode(identifier: int, question: Question) -> bytes:
    """The line that asks the question."""
    message = {"id": identifier, question.question: question.parameters}
    return _encoder.encode(message).encode("ascii") + b"\n"


def parameters(ask: Ask) -> dict[str, Any]:
    """The parameters of a case's question as the protocol has them: elements are in base64."""
    if ask.elements is None:
        return dict(ask.parameters)
    return {**ask.parameters, "elements": elements_to_message(ask.elements)}


def elements_to_message(elements: Elements | Items) -> dict[str, Any]:
    """Elements in the form that an answer to ``read`` has."""
    match elements:
        case Elements(data_type, shape, data):
            content: str | list[str] = _base64(data)
        case Items(data_type, shape, items):
            text = bytes.decode if data_type == STRING else _base64
            content = [text(item) for item in items]
    return {"data_type": data_type, "shape": list(shape), "elements": content}


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def decode(line: bytes) -> Answer:
    """The answer in a line. Raises ``BadAnswer`` if the line does not have the form of one."""
    try:
        document = _decoder.decode(line.decode())
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"wrote a line that is not JSON: {quoted(line)}") from error
    # No ``match``: it takes a mapping apart at leisure, and this is done for every case.
    if isinstance(document, dict) and len(document) == 2 and type(document.get("id")) is int:
        identifier = document.pop("id")
        [(kind, content)] = document.items()
        if isinstance(content, dict) and _is_observation(kind, content):
            if kind == "crashed":  # one that the adapter tells of, as good as its own
                crash = Breakdown("crashed", content["detail"])
                return Answer(identifier, broken(crash, content["stderr"]))
            return Answer(identifier, Observation(kind, content))
    raise BadAnswer(f"wrote a line that is no answer: {quoted(line)}")


def _is_observation(kind: str, content: Mapping[str, Any]) -> bool:
    if kind == "returned":
        return True
    if kind not in WORDS or content.keys() != WORDS[kind]:
        return False
    known_stage = kind != "refused" or content["stage"] in STAGES
    return known_stage and all(isinstance(text, str) for text in content.values())


def broken(breakdown: Breakdown, stderr: str) -> Observation:
    """The observation that something broke, with the end of what it wrote to standard error."""
    reason, detail = breakdown.reason, breakdown.detail
    return Observation("broken", {"reason": reason, "detail": detail, "stderr": last_lines(stderr)})


def last_lines(stderr: str) -> str:
    """The end of what was written to standard error, as much as is kept."""
    return "\n".join(stderr.splitlines()[-STDERR_LINES:])[-STDERR_CHARACTERS:]


def require_form(question: str, observation: Observation) -> None:
    """Raise ``BadAnswer`` unless what is returned has the members that the question asks for."""
    if observation.kind != "returned":
        return
    names = observation.content.keys()
    required, optional = OPENED if question == "read" and "opened" in names else MEMBERS[question]
    if missing := required - names:
        raise BadAnswer(f"left out {' and '.join(sorted(missing))} of its answer to {question}")
    if unknown := names - required - optional:
        raise BadAnswer(f"answered {question} with unknown members: {', '.join(sorted(unknown))}")


def require_description(observation: Observation) -> None:
    """Raise ``BadAnswer`` unless the answer to ``describe`` can be understood, and be shown."""
    if observation.kind != "returned":
        raise BadAnswer(f"said {observation.kind!r} when asked to describe itself")
    content = observation.content
    libraries = content.get("libraries", {})
    if not isinstance(libraries, dict):
        raise BadAnswer("described its libraries with something else than an object")
    for text in (content["name"], content["version"], content["language"], *libraries.values()):
        if not (isinstance(text, str) and text and text.isprintable()):
            raise BadAnswer(f"described itself with {text!r:.100}, which is no printable text")
    questions = content.get("questions", [])
    if not (isinstance(questions, list) and all(isinstance(each, str) for each in questions)):
        raise BadAnswer("described its questions with something else than an array of names")


def quoted(line: bytes | bytearray) -> str:
    """The beginning of a line, in quotes, for a message."""
    text = line[: LONGEST_QUOTE + 1].decode(errors="replace")
    return repr(text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…")


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


_encoder = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"))
_decoder = json.JSONDecoder(parse_constant=_no_number)
