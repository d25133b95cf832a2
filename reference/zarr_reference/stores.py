"""Stores: where the keys and the values of a hierarchy are kept.

A store is a mapping from keys to values. A key is a Unicode string of segments joined by ``/``, a
value is a byte string. There are three here: in memory, in a directory (the specification's file
system store), and in a zip archive (for which there is no specification; the entries' names are
the keys). Each of them checks a key before it uses it, and a size before it reads.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#stores
https://zarr-specs.readthedocs.io/en/latest/v3/stores/filesystem/
"""

import errno
import io
import os
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from zarr_reference.errors import InvalidRequest, LimitExceeded, MissingNode, UnusableStore

# Inside a store's class, "list" and "set" are operations of the store.
Keys: TypeAlias = list[str]
Paths: TypeAlias = list[Path]
Segments: TypeAlias = set[str]

# On Windows a key with a back slash, or with the colon of a drive or of a stream, is not a path
# below the base directory. Elsewhere both are ordinary characters.
UNSTORABLE = frozenset("\\:") if os.sep == "\\" else frozenset[str]()

# What the operating system answers for a path that no file can have, or that no file has.
ABSENT = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL},
)

# The earliest time that a zip archive can hold: the bytes written do not depend on the clock.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
ZIP_UNIX = 3
ZIP_LONGEST_NAME = 0xFFFF
EMPTY_ARCHIVE = b"PK\x05\x06" + bytes(18)

# What zipfile raises for an archive that is damaged, encrypted, or of a kind it does not know.
DAMAGED_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def fault_of_key(key: str) -> str | None:
    """Why ``key`` is not a key, in words that follow "the key ..."; None if it is one."""
    if "\0" in key:
        return "contains a NUL character"
    if any("\ud800" <= character <= "\udfff" for character in key):
        return "contains a surrogate, which is no Unicode character"
    segments = key.split("/")
    # store.key.no_trailing_slash (and the same for the slashes before and within)
    if "" in segments:
        return "has an empty segment: it is empty, or a slash stands first, last or twice in a row"
    if "." in segments or ".." in segments:
        return "has a segment . or .., which would name another place"
    return None


def check_key(key: str) -> None:
    """Raise ``InvalidRequest`` unless ``key`` can be a key."""
    fault = fault_of_key(key)
    if fault is not None:
        raise InvalidRequest("request", f"key {key!r}", f"the key {fault}")


class Store(ABC):
    """A mapping from keys to values: readable, writeable and listable.

    Every operation raises ``InvalidRequest`` for a string that is no key, ``UnusableStore`` where
    the underlying storage fails, and ``LimitExceeded`` before reading a value larger than allowed.
    """

    def get(self, key: str) -> bytes | None:
        """The value stored under ``key``; None if there is none."""
        check_key(key)
        return self._get(key)

    def get_each(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each of the keys with what ``get`` gives for it, one after the other."""
        for key in keys:
            yield key, self.get(key)

    def set(self, key: str, value: bytes) -> None:
        """Store ``value`` under ``key``, in place of any earlier value."""
        check_key(key)
        self._set(key, value)

    def erase(self, key: str) -> None:
        """Remove ``key`` and its value, if it is there."""
        check_key(key)
        self._erase(key)

    @abstractmethod
    def list(self) -> Keys:
        """All keys, sorted."""

    def list_dir(self, prefix: str) -> tuple[Keys, Keys]:
        """The keys and the prefixes that continue ``prefix`` by one segment, both sorted.

        ``prefix`` ends in a slash, or is empty for the root of the store; so do the prefixes
        returned: ``list_dir("a/")`` gives ``(["a/b"], ["a/c/"])``. Unknown prefixes have nothing.
        """
        check_prefix(prefix)
        return self._list_dir(prefix)

    @abstractmethod
    def _get(self, key: str) -> bytes | None: ...

    @abstractmethod
    def _set(self, key: str, value: bytes) -> None: ...

    @abstractmethod
    def _erase(self, key: str) -> None: ...

    def _list_dir(self, prefix: str) -> tuple[Keys, Keys]:
        keys: Segments = set()
        prefixes: Segments = set()
        for key in self.list():
            if key.startswith(prefix):
                segment, slash, _ = key.removeprefix(prefix).partition("/")
                (prefixes if slash else keys).add(prefix + segment + slash)
        return sorted(keys), sorted(prefixes)


def check_prefix(prefix: str) -> None:
    """Raise ``InvalidRequest`` unless ``prefix`` is empty or a key followed by a slash."""
    if prefix:
        # store.prefix.form
        if not prefix.endswith("/"):
            raise InvalidRequest("request", f"prefix {prefix!r}", "a prefix ends in a slash")
        check_key(prefix.removesuffix("/"))


class MemoryStore(Store):
    """A store in memory."""

    def __init__(self, values: Mapping[str, bytes] | None = None) -> None:
        self._values: dict[str, bytes] = {}
        for key, value in (values or {}).items():
            self.set(key, value)

    def list(self) -> Keys:
        """All keys, sorted."""
        return sorted(self._values)

    def _get(self, key: str) -> bytes | None:
        return self._values.get(key)

    def _set(self, key: str, value: bytes) -> None:
        self._values[key] = bytes(value)

    def _erase(self, key: str) -> None:
        self._values.pop(key, None)


class DirectoryStore(Store):
    """The file system store: a key is the path of a file below the base directory ``root``.

    ``limit`` is the size in bytes of the largest value that is read. Symbolic links are followed
    as long as they stay below ``root``; a key that leads out is refused. Names that are no keys,
    such as names that are not Unicode, are not listed.
    """

    def __init__(self, root: str | os.PathLike[str], limit: int) -> None:
        self.root = Path(os.path.realpath(root))
        self.limit = limit

    def list(self) -> Keys:
        """All keys, sorted. Links to directories are not walked through: they may form a loop."""
        found: Keys = []
        waiting = [""]
        while waiting:
            keys, prefixes = self._list_dir(waiting.pop())
            found += keys
            waiting += [prefix for prefix in prefixes if not self._path(prefix).is_symlink()]
        return sorted(found)

    def _get(self, key: str) -> bytes | None:
        path = self._path(key)
        with refusing(path, "read", accepted=ABSENT):
            return self._read(path, key)
        return None

    def _read(self, path: Path, key: str) -> bytes | None:
        status = path.stat()
        # A directory holds values but is none.
        if stat.S_ISDIR(status.st_mode):
            return None
        # store.fs.get: a value is the contents of a file; a pipe would never end
        if not stat.S_ISREG(status.st_mode):
            sentence = "this is neither a file nor a directory, so it holds no value"
            raise UnusableStore("store.fs.get", str(path), sentence)
        if status.st_size > self.limit:
            raise LimitExceeded.of(f"key {key!r}", status.st_size, self.limit)
        with path.open("rb") as file:
            return file.read(status.st_size)

    def _set(self, key: str, value: bytes) -> None:
        path = self._path(key)
        with refusing(path, "written"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(value)

    def _erase(self, key: str) -> None:
        path = self._path(key)
        with refusing(path, "erased", accepted=ABSENT):
            if path.is_symlink() or not stat.S_ISDIR(path.stat().st_mode):
                path.unlink()

    def _list_dir(self, prefix: str) -> tuple[Keys, Keys]:
        keys: Keys = []
        prefixes: Keys = []
        for path in self._children(self._path(prefix)):
            with refusing(path, "listed"):
                if path.is_dir():
                    prefixes.append(f"{prefix}{path.name}/")
                elif path.exists():
                    keys.append(prefix + path.name)
        return keys, prefixes

    def _children(self, directory: Path) -> Paths:
        """The paths in a directory that can be keys or prefixes, sorted."""
        with refusing(directory, "listed", accepted=ABSENT):
            found = sorted(directory.iterdir())
            return [p for p in found if fault_of_key(p.name) is None and self._is_inside(p)]
        return []

    def _path(self, key: str) -> Path:
        """The path of a key or of a prefix."""
        if UNSTORABLE.intersection(key):
            sentence = "this system cannot store a key that has a back slash or a colon"
            raise UnusableStore("store.fs.key_to_path", f"key {key!r}", sentence)
        # store.fs.key_to_path: the base directory, joined with the key
        path = self.root.joinpath(*key.split("/"))
        if not self._is_inside(path):
            sentence = f"a symbolic link leads out of the store's directory, {self.root}"
            raise UnusableStore("store.fs.key_to_path", f"key {key!r}", sentence)
        return path

    def _is_inside(self, path: Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self.root)


@contextmanager
def refusing(path: Path, done: str, accepted: frozenset[int] = frozenset()) -> Iterator[None]:
    """Turn what the operating system says no to into a refusal that names the path.

    Errors whose number is ``accepted`` end the block and are no fault: nothing was found there.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in accepted:
            sentence = f"this cannot be {done}: {error.strerror or error}"
            raise UnusableStore("store.fs.get", str(path), sentence) from error


class ZipStore(Store):
    """A store in a zip archive: an entry's name is a key, its contents the value.

    ``limit`` bounds in bytes the archive, every value that is read, and where the archive is
    written, all values together. It is written as a whole, with its entries sorted and without
    compression, so that equal stores are equal files. A file that does not exist is a store
    without keys.
    """

    def __init__(self, path: str | os.PathLike[str], limit: int) -> None:
        self.path = Path(path)
        self.limit = limit

    def list(self) -> Keys:
        """All keys, sorted."""
        with self._open() as archive:
            return sorted(self._entries(archive))

    def get_each(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """As for any store, and opens the archive only once."""
        with self._open() as archive:
            entries = self._entries(archive)
            for key in keys:
                check_key(key)
                entry = entries.get(key)
                yield key, None if entry is None else self._read(archive, entry)

    def _get(self, key: str) -> bytes | None:
        [(_, value)] = self.get_each([key])
        return value

    def _set(self, key: str, value: bytes) -> None:
        if len(key.encode()) > ZIP_LONGEST_NAME:
            raise self._refusal("store.key.unicode", "a zip archive has no room for a key so long")
        self._write({**self._read_all(), key: bytes(value)})

    def _erase(self, key: str) -> None:
        values = self._read_all()
        if values.pop(key, None) is not None:
            self._write(values)

    @contextmanager
    def _open(self) -> Iterator[zipfile.ZipFile]:
        """The archive, held in memory; damage found while it is open is refused."""
        content = EMPTY_ARCHIVE
        with refusing(self.path, "read", accepted=frozenset({errno.ENOENT})):
            size = self.path.stat().st_size
            if size > self.limit:
                raise LimitExceeded.of(str(self.path), size, self.limit)
            content = self.path.read_bytes()
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield archive
        except DAMAGED_ARCHIVE as error:
            sentence = f"this is not a zip archive that can be read: {error}"
            raise self._refusal("store.value.bytes", sentence) from error

    def _entries(self, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
        """The entries that are values, by key. Entries for directories hold nothing."""
        entries: dict[str, zipfile.ZipInfo] = {}
        for entry in archive.infolist():
            # zipfile cuts a name at a NUL; what the archive says is orig_filename.
            name = entry.orig_filename
            fault = fault_of_key(name.removesuffix("/"))
            if fault is not None:
                sentence = f"the entry {name!r} is no key: it {fault}"
                raise self._refusal("store.key.unicode", sentence)
            if name in entries:
                sentence = f"the entry {name!r} stands in the archive more than once"
                raise self._refusal("store.key.single_value", sentence)
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise self._refusal("store.value.bytes", f"the entry {name!r} is a symbolic link")
            if not name.endswith("/"):
                entries[name] = entry
        return entries

    def _read(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
        # The other methods would decompress a block of any size before its size can be checked.
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            sentence = f"the entry {entry.filename!r} is neither stored nor deflated"
            raise self._refusal("store.value.bytes", sentence)
        if entry.file_size > self.limit:
            raise LimitExceeded.of(f"key {entry.filename!r}", entry.file_size, self.limit)
        with archive.open(entry) as file:
            value = file.read(entry.file_size + 1)
        if len(value) != entry.file_size:
            sizes = f"{len(value)} bytes and not {entry.file_size}, as the archive says"
            sentence = f"the entry {entry.filename!r} has {sizes}"
            raise self._refusal("store.value.bytes", sentence)
        return value

    def _read_all(self) -> dict[str, bytes]:
        with self._open() as archive:
            entries = self._entries(archive)
            needed = sum(entry.file_size for entry in entries.values())
            if needed > self.limit:
                raise LimitExceeded.of(str(self.path), needed, self.limit)
            return {key: self._read(archive, entry) for key, entry in entries.items()}

    def _write(self, values: Mapping[str, bytes]) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for key, value in sorted(values.items()):
                entry = zipfile.ZipInfo(key, ZIP_EPOCH)
                entry.create_system = ZIP_UNIX
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, value)
        with refusing(self.path, "written"):
            self.path.write_bytes(content.getvalue())

    def _refusal(self, requirement: str, sentence: str) -> UnusableStore:
        return UnusableStore(requirement, str(self.path), sentence)


def open_store(path: str | os.PathLike[str], limit: int) -> Store:
    """The store in the directory or the zip archive at ``path``; ``limit`` as in the stores.

    Raises ``MissingNode`` if there is neither.
    """
    place = Path(path)
    with refusing(place, "opened", accepted=ABSENT):
        if place.is_dir():
            return DirectoryStore(place, limit)
        if place.is_file() and zipfile.is_zipfile(place):
            return ZipStore(place, limit)
    sentence = "no directory and no zip archive is here; give the path of one that holds Zarr data"
    raise MissingNode("store.fs.key_to_path", str(place), sentence)
