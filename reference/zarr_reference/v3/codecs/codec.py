"""What a codec is: the interface that the chapter "Chunk encoding / Codecs" asks for.

Every codec names its kind by the class it derives from, and defines the three properties that the
specification lists: ``compute_encoded_representation_type``, ``encode`` and ``decode``.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#codecs
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from zarr_reference.representation import ArrayType, ByteStringType, Elements

Configuration = Mapping[str, Any]


class Codec(ABC):
    """One codec with its configuration. Subclasses are frozen dataclasses of their parameters."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """The codec with these parameters.

        ``place`` is the JSON path of the configuration, for messages. Raises ``InvalidMetadata``
        where a parameter is missing, unknown or out of range.
        """


class ArrayToArrayCodec(Codec):
    """A codec that turns an array into an array."""

    @abstractmethod
    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ArrayType:
        """The type of the encoded array; raises ``InvalidMetadata`` for a type not supported."""

    @abstractmethod
    def encode(self, decoded: Elements, decoded_type: ArrayType) -> Elements:
        """The encoded array."""

    @abstractmethod
    def decode(self, encoded: Elements, decoded_type: ArrayType, limit: int) -> Elements:
        """The decoded array, of type ``decoded_type``."""


class ArrayToBytesCodec(Codec):
    """A codec that turns an array into a byte string."""

    @abstractmethod
    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ByteStringType:
        """The type of the encoded bytes; raises ``InvalidMetadata`` for a type not supported."""

    @abstractmethod
    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """The encoded bytes."""

    @abstractmethod
    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The decoded array, of type ``decoded_type``.

        Raises ``MalformedChunk`` where ``encoded`` is no encoding of such an array, and
        ``LimitExceeded`` before taking more than ``limit`` bytes for any one value.
        """


class BytesToBytesCodec(Codec):
    """A codec that turns a byte string into a byte string."""

    @abstractmethod
    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """The type of the encoded bytes: of a fixed size only where this codec fixes it."""

    @abstractmethod
    def encode(self, decoded: bytes) -> bytes:
        """The encoded bytes."""

    @abstractmethod
    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The decoded bytes; if ``decoded_type`` fixes their size, of that size.

        Raises ``MalformedChunk`` where ``encoded`` is no encoding, and ``LimitExceeded`` before
        taking more than ``limit`` bytes.
        """
