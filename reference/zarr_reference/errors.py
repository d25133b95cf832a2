"""How the reference says no: one class for each stage at which data can be refused.

The specification almost never says what a reader does with invalid data, so a refusal here is an
explanation, not only a signal: which requirement is broken (an id of the requirement register),
where (a JSON path, or a store key and a byte offset), and a sentence for a person.
"""

from typing import ClassVar, Self


class Refusal(Exception):
    """Data that the reference will not read or write, and why.

    ``stage`` is ``"open"`` where metadata alone shows the fault and ``"read"`` where only the
    bytes of a chunk do.
    """

    stage: ClassVar[str] = "open"

    def __init__(self, requirement: str, place: str, sentence: str) -> None:
        super().__init__(requirement, place, sentence)
        self.requirement = requirement
        self.place = place
        self.sentence = sentence

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence} [{self.requirement}]"

    def within(self, place: str) -> Self:
        """The same refusal, seen from further out: ``place`` is put in front of its place."""
        return type(self)(self.requirement, f"{place}, {self.place}", self.sentence)


class UnusableStore(Refusal):
    """The store cannot give, take or name a value: no permission, a damaged archive, a link out."""


class MissingNode(Refusal):
    """There is no node of the kind asked for at that path."""


class MalformedMetadata(Refusal):
    """The metadata document is not JSON text, or not a single JSON object."""


class InvalidMetadata(Refusal):
    """The metadata document is JSON, but breaks a rule of the specification."""


class UnknownExtension(Refusal):
    """The metadata document needs an extension that the reference does not know."""


class MalformedChunk(Refusal):
    """The stored bytes of a chunk are not an encoding of any chunk of this array."""

    stage = "read"


class LimitExceeded(Refusal):
    """Going on would take more memory than the caller allows.

    Not a fault in the data: ``requirement`` is always ``"limit"``, which is no id of the register.
    """

    stage = "read"

    @classmethod
    def of(cls, place: str, needed: int, limit: int) -> Self:
        """A refusal to take ``needed`` bytes where the caller allows ``limit``."""
        return cls("limit", place, f"{needed} bytes are needed, {limit} are allowed")


class InvalidRequest(Refusal):
    """The caller asked for something that this node cannot give, such as a region outside it.

    A fault of the question, not of the data: ``requirement`` is always ``"request"``.
    """

    stage = "read"
