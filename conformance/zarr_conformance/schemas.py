"""The protocol's JSON Schemas, and a check of whole lines against them: for ``--check-protocol``.

A module of its own, because the library that validates takes longer to load than most commands run.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from zarr_conformance.protocol import LONGEST_QUOTE, MEMBERS, BadAnswer, quoted


class Schemas:
    """Checks whole lines."""

    def __init__(self) -> None:
        answer = schema("answer")
        self._request = Draft202012Validator(schema("request"))
        self._answer = Draft202012Validator(answer)
        self._returned = {
            question: Draft202012Validator({"$ref": f"#/$defs/{question}"} | _definitions(answer))
            for question in MEMBERS
        }

    def require_request(self, line: bytes) -> None:
        """Raise ``ValueError`` if a line of ours breaks the protocol: a fault of the harness."""
        if (problem := _problem(self._request, json.loads(line))) is not None:
            raise ValueError(f"the harness wrote {quoted(line)}: {problem}")

    def require_answer(self, question: str, line: bytes) -> None:
        """Raise ``BadAnswer`` if an adapter's line is not an answer to such a question."""
        try:
            document = json.loads(line, object_pairs_hook=_distinct)
        except (ValueError, RecursionError) as error:
            raise BadAnswer(f"wrote {quoted(line)}: {error}") from error
        problem = _problem(self._answer, document)
        if problem is None and "returned" in document:
            problem = _problem(self._returned[question], document["returned"])
        if problem is not None:
            raise BadAnswer(f"broke answer.schema.json: {problem}")


def schema(name: str) -> dict[str, Any]:
    """One of the project's own schemas: ``request``, ``answer`` or ``results``."""
    text = files(__package__).joinpath("schema", f"{name}.schema.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _definitions(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"$defs": document["$defs"]}


def _problem(validator: Draft202012Validator, document: Any) -> str | None:
    """What is wrong with the document and where, or None."""
    error = next(iter(validator.iter_errors(document)), None)
    return None if error is None else f"{error.message[:LONGEST_QUOTE]} at {error.json_path}"


def _distinct(members: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(members)
    if len(document) < len(members):
        raise ValueError("a name occurs twice in one object")
    return document
