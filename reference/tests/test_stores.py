"""The three stores agree with each other, and none of them can be led out of its place."""

import contextlib
import io
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zarr_reference import stores
from zarr_reference.errors import (
    InvalidRequest,
    LimitExceeded,
    MissingNode,
    Refusal,
    UnusableStore,
)
from zarr_reference.stores import DirectoryStore, MemoryStore, Store, ZipStore, open_store

LIMIT = 10_000

VALUES = {"zarr.json": b"{}", "a/b": b"1", "a/c": b"", "a/d/e": b"2", "a/f/g": b"3"}

NOT_KEYS = [
    "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a/../../b", "//", "a\0b",
    "\0", "/etc/passwd", "\ud800", "a/\udcff",
]  # fmt: skip


@pytest.fixture(params=["memory", "directory", "zip"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    match request.param:
        case "memory":
            return MemoryStore()
        case "directory":
            return DirectoryStore(tmp_path, LIMIT)
        case _:
            return ZipStore(tmp_path / "store.zip", LIMIT)


def fill(store: Store) -> None:
    for key, value in VALUES.items():
        store.set(key, value)


def test_a_value_is_found_under_its_key(store: Store) -> None:
    """store.value.bytes, store.fs.get, store.fs.set"""
    fill(store)
    assert {key: store.get(key) for key in VALUES} == VALUES
    store.set("a/b", b"other")
    assert store.get("a/b") == b"other"


@pytest.mark.parametrize("key", ["b", "a", "a/b/c", "a/d", "A/b", "n" * 5_000])
def test_what_is_not_stored_is_none(store: Store, key: str) -> None:
    """store.fs.get; a key that names a directory is not a value"""
    fill(store)
    assert store.get(key) is None


def test_erase_removes_a_value_and_nothing_else(store: Store) -> None:
    fill(store)
    for key in ["a/b", "a/b", "a", "nothing", "n" * 5_000]:
        store.erase(key)
    assert store.list() == ["a/c", "a/d/e", "a/f/g", "zarr.json"]


def test_list_gives_every_key_sorted(store: Store) -> None:
    """store.list.all, store.fs.list"""
    assert store.list() == []
    fill(store)
    assert store.list() == sorted(VALUES)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", (["zarr.json"], ["a/"])),
        ("a/", (["a/b", "a/c"], ["a/d/", "a/f/"])),
        ("a/d/", (["a/d/e"], [])),
        ("b/", ([], [])),
        ("a/b/", ([], [])),
        ("n" * 5_000 + "/", ([], [])),
    ],
)
def test_list_dir_as_in_the_example_of_the_specification(
    store: Store, prefix: str, expected: tuple[list[str], list[str]]
) -> None:
    """store.list_dir.semantics, store.fs.list_dir"""
    fill(store)
    assert store.list_dir(prefix) == expected


@pytest.mark.parametrize("key", NOT_KEYS)
def test_a_string_that_is_no_key_is_refused(store: Store, key: str) -> None:
    """store.key.no_trailing_slash, store.key.unicode"""
    for operation in (store.get, store.erase, lambda key: store.set(key, b"x")):
        with pytest.raises(InvalidRequest, match="the key"):
            operation(key)
    assert store.list() == []


@pytest.mark.parametrize("prefix", ["a", "/", "../", "a//", "a\0/"])
def test_a_string_that_is_no_prefix_is_refused(store: Store, prefix: str) -> None:
    """store.prefix.form"""
    with pytest.raises(InvalidRequest):
        store.list_dir(prefix)


HOSTILE = st.lists(
    st.sampled_from(["..", ".", "/", "\\", "\0", "a", "out", "C:", "~", "\ud800", "\u0430", " "]),
    max_size=6,
).map("".join) | st.text(max_size=8)


@settings(deadline=None, max_examples=150)
@given(key=HOSTILE)
def test_no_key_leads_out_of_a_store(key: str) -> None:
    """store.fs.key_to_path"""
    with TemporaryDirectory() as name:
        outside = Path(name)
        (outside / "secret").write_bytes(b"secret")
        root = outside / "root"
        root.mkdir()
        (root / "out").symlink_to(outside)
        for store in (DirectoryStore(root, LIMIT), MemoryStore()):
            try:
                store.set(key, b"value")
            except Refusal:
                continue
            assert store.get(key) == b"value"
            assert store.list() == [key]
            store.erase(key)
        assert sorted(path.name for path in outside.iterdir()) == ["root", "secret"]
        assert (outside / "secret").read_bytes() == b"secret"


@settings(deadline=None, max_examples=60)
@given(
    values=st.dictionaries(
        st.lists(st.sampled_from(["a", "B", "ж", "0", "…", "x y"]), min_size=1, max_size=3).map(
            "/".join
        ),
        st.binary(max_size=20),
        max_size=6,
    )
)
def test_the_stores_hold_the_same(values: dict[str, bytes]) -> None:
    """store.key.case_sensitive: three kinds of store, one mapping"""
    keys = set(values)
    # A file system has no place for a key below another key.
    values = {
        key: value
        for key, value in values.items()
        if not any(key.startswith(k + "/") for k in keys)
    }
    with TemporaryDirectory() as root:
        made = [DirectoryStore(Path(root) / "d", LIMIT), ZipStore(Path(root) / "z.zip", LIMIT)]
        for key, value in values.items():
            for store in made:
                store.set(key, value)
        for store in [*made, MemoryStore(values)]:
            assert {key: store.get(key) for key in store.list()} == values
            assert store.list_dir("") == MemoryStore(values).list_dir("")


class TestDirectory:
    def test_a_large_value_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "big").write_bytes(bytes(11))
        assert DirectoryStore(tmp_path, 11).get("big") == bytes(11)
        with pytest.raises(LimitExceeded, match="11 bytes are needed, 10 are allowed"):
            DirectoryStore(tmp_path, 10).get("big")

    def test_a_link_that_leaves_is_refused_and_not_listed(self, tmp_path: Path) -> None:
        """store.fs.key_to_path"""
        (tmp_path / "secret").write_bytes(b"secret")
        root = tmp_path / "root"
        root.mkdir()
        (root / "file").symlink_to(tmp_path / "secret")
        (root / "directory").symlink_to("..")
        store = DirectoryStore(root, LIMIT)
        for key in ("file", "directory/secret", "directory/new"):
            for operation in (store.get, store.erase, lambda key: store.set(key, b"x")):
                with pytest.raises(UnusableStore, match="leads out of the store"):
                    operation(key)
        with pytest.raises(UnusableStore):
            store.list_dir("directory/")
        assert store.list() == []
        assert store.list_dir("") == ([], [])
        assert (tmp_path / "secret").read_bytes() == b"secret"

    def test_a_link_that_stays_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "value").write_bytes(b"1")
        (tmp_path / "again").symlink_to("a")
        (tmp_path / "a" / "loop").symlink_to("..")
        (tmp_path / "dangling").symlink_to("nothing")
        (tmp_path / "linked").symlink_to("a/value")
        store = DirectoryStore(tmp_path, LIMIT)
        assert store.get("again/value") == b"1"
        assert store.get("dangling") is None
        assert store.list() == ["a/value", "linked"]
        assert store.list_dir("again/") == (["again/value"], ["again/loop/"])
        store.erase("linked")
        assert store.list() == ["a/value"]

    def test_the_root_itself_may_be_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to("real")
        store = DirectoryStore(tmp_path / "link", LIMIT)
        store.set("a", b"1")
        assert (tmp_path / "real" / "a").read_bytes() == b"1"

    def test_a_loop_of_links_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "self").symlink_to("self")
        with pytest.raises(UnusableStore, match="cannot be read"):
            DirectoryStore(tmp_path, LIMIT).get("self")

    def test_names_that_are_no_keys_are_not_listed(self, tmp_path: Path) -> None:
        (tmp_path / os.fsdecode(b"\xff")).write_bytes(b"1")
        assert DirectoryStore(tmp_path, LIMIT).list() == []

    def test_empty_directories_are_prefixes(self, tmp_path: Path) -> None:
        """store.fs.list_dir"""
        (tmp_path / "empty").mkdir()
        assert DirectoryStore(tmp_path, LIMIT).list_dir("") == ([], ["empty/"])

    def test_a_pipe_is_refused_and_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(UnusableStore, match="neither a file nor a directory"):
            DirectoryStore(tmp_path, LIMIT).get("pipe")

    @pytest.mark.parametrize("key", ["a", "a/b/c", "n" * 5_000])
    def test_a_value_that_cannot_be_written_is_refused(self, tmp_path: Path, key: str) -> None:
        """store.fs.set: a directory stands there, a file stands above, the name is too long"""
        store = DirectoryStore(tmp_path, LIMIT)
        store.set("a/b", b"1")
        with pytest.raises(UnusableStore, match="cannot be written"):
            store.set(key, b"2")

    def test_permission_denied_is_a_refusal(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def deny(self: Path, *arguments: object, **options: object) -> None:
            raise PermissionError(13, "Permission denied", str(self))

        store = DirectoryStore(tmp_path, LIMIT)
        store.set("a/b", b"1")
        monkeypatch.setattr(Path, "open", deny)
        monkeypatch.setattr(Path, "iterdir", deny)
        monkeypatch.setattr(Path, "unlink", deny)
        with pytest.raises(UnusableStore, match="cannot be read: Permission denied") as caught:
            store.get("a/b")
        assert caught.value.place == str(tmp_path / "a" / "b")
        with pytest.raises(UnusableStore, match="cannot be listed: Permission denied"):
            store.list()
        with pytest.raises(UnusableStore, match="cannot be erased: Permission denied"):
            store.erase("a/b")

    def test_windows_separators_are_refused_on_windows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """store.fs.no_escaping: elsewhere a back slash is an ordinary character"""
        store = DirectoryStore(tmp_path, LIMIT)
        store.set("a\\b", b"1")
        assert store.list() == ["a\\b"]
        monkeypatch.setattr(stores, "UNSTORABLE", frozenset("\\:"))
        for key in ("a\\b", "C:/a"):
            with pytest.raises(UnusableStore, match="back slash or a colon"):
                store.get(key)


def archive(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", compression=method) as made:
        for name, value in entries:
            made.writestr(name, value)
    return path


class TestZip:
    def test_equal_stores_are_equal_files(self, tmp_path: Path) -> None:
        forward, backward = (ZipStore(tmp_path / name, LIMIT) for name in ("f.zip", "b.zip"))
        for key, value in sorted(VALUES.items()):
            forward.set(key, value)
        for key, value in sorted(VALUES.items(), reverse=True):
            backward.set(key, b"first")
            backward.set(key, value)
        assert forward.path.read_bytes() == backward.path.read_bytes()
        assert zlib.crc32(forward.path.read_bytes()) == 983565759

    def test_deflated_entries_and_directories_of_other_writers(self, tmp_path: Path) -> None:
        value = b"abc" * 1_000
        path = archive(tmp_path / "a.zip", ("a/", b""), ("a/b", value), method=zipfile.ZIP_DEFLATED)
        store = ZipStore(path, LIMIT)
        assert store.list() == ["a/b"]
        assert store.get("a/b") == value
        assert store.get("a") is None

    @pytest.mark.parametrize("name", ["../x", "/x", "a//b", "./x", "a\0b", "a/.."])
    def test_an_entry_that_is_no_key_is_refused(self, tmp_path: Path, name: str) -> None:
        """store.key.unicode"""
        raw = archive(tmp_path / "a.zip", ("x" * len(name), b"1")).read_bytes()
        (tmp_path / "a.zip").write_bytes(raw.replace(b"x" * len(name), name.encode()))
        with pytest.raises(UnusableStore, match="is no key") as caught:
            ZipStore(tmp_path / "a.zip", LIMIT).list()
        assert caught.value.requirement == "store.key.unicode"

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_key_that_stands_twice_is_refused(self, tmp_path: Path) -> None:
        """store.key.single_value"""
        path = archive(tmp_path / "a.zip", ("a", b"1"), ("a", b"2"))
        with pytest.raises(UnusableStore, match="more than once") as caught:
            ZipStore(path, LIMIT).get("a")
        assert caught.value.requirement == "store.key.single_value"

    def test_a_symbolic_link_is_refused(self, tmp_path: Path) -> None:
        link = zipfile.ZipInfo("link")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        path = archive(tmp_path / "a.zip", (link, b"/etc/passwd"))
        with pytest.raises(UnusableStore, match="symbolic link"):
            ZipStore(path, LIMIT).list()

    def test_a_declared_size_beyond_the_limit_is_refused(self, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.zip", ("a", bytes(10**6)), method=zipfile.ZIP_DEFLATED)
        with pytest.raises(LimitExceeded, match="1000000 bytes are needed"):
            ZipStore(path, LIMIT).get("a")

    @pytest.mark.parametrize("declared", [5, 20])
    def test_a_size_that_lies_is_refused(self, tmp_path: Path, declared: int) -> None:
        """A deflated entry with more, or fewer, bytes than the archive's directory says."""
        path = archive(tmp_path / "a.zip", ("a", bytes(10)), method=zipfile.ZIP_DEFLATED)
        raw = bytearray(path.read_bytes())
        directory = raw.index(b"PK\x01\x02")
        raw[directory + 24 : directory + 28] = struct.pack("<I", declared)
        path.write_bytes(raw)
        with pytest.raises(UnusableStore):
            ZipStore(path, LIMIT).get("a")

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_methods_that_decompress_without_bounds_are_refused(
        self, tmp_path: Path, method: int
    ) -> None:
        path = archive(tmp_path / "a.zip", ("a", b"1"), method=method)
        with pytest.raises(UnusableStore, match="neither stored nor deflated"):
            ZipStore(path, LIMIT).get("a")

    def test_the_archive_itself_and_all_its_values_are_bounded(self, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.zip", ("a", bytes(LIMIT)))
        with pytest.raises(LimitExceeded):
            ZipStore(path, LIMIT).list()
        entries = [(name, bytes(LIMIT - 100)) for name in "ab"]
        store = ZipStore(archive(tmp_path / "b.zip", *entries, method=zipfile.ZIP_DEFLATED), LIMIT)
        assert store.get("a") == bytes(LIMIT - 100)
        with pytest.raises(LimitExceeded, match="19800 bytes are needed"):
            store.set("c", b"")

    def test_a_place_that_cannot_be_written_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UnusableStore, match="cannot be written"):
            ZipStore(tmp_path / "no" / "a.zip", LIMIT).set("a", b"1")

    def test_a_name_too_long_for_an_archive_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UnusableStore, match="no room"):
            ZipStore(tmp_path / "a.zip", LIMIT).set("n" * 70_000, b"1")

    @settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_damage_is_refused_with_a_sentence(self, tmp_path: Path, data: st.DataObject) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("a/b", bytes(100))
            made.writestr("ж", b"abc")
        raw = bytearray(content.getvalue())
        for _ in range(data.draw(st.integers(1, 4))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        path = tmp_path / "damaged.zip"
        path.write_bytes(raw[: data.draw(st.integers(len(raw) - 3, len(raw)))])
        store = ZipStore(path, LIMIT)
        found: dict[str, bytes | None] = {}
        with contextlib.suppress(Refusal):
            found = {key: store.get(key) for key in store.list()}
        assert all(isinstance(value, bytes) for value in found.values())


class TestOpenStore:
    def test_a_directory_and_an_archive_open(self, tmp_path: Path) -> None:
        assert isinstance(open_store(tmp_path, LIMIT), DirectoryStore)
        assert isinstance(open_store(archive(tmp_path / "a.zip"), LIMIT), ZipStore)

    @pytest.mark.parametrize("name", ["nothing", "file", "n" * 5_000, "file/below", "a\0b"])
    def test_anything_else_is_missing(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "file").write_bytes(b"not an archive")
        with pytest.raises(MissingNode, match="give the path of"):
            open_store(tmp_path / name, LIMIT)


def test_several_values_are_what_each_of_them_is(store: Store) -> None:
    store.set("a", b"1")
    store.set("b/c", b"2")
    assert list(store.get_each(["b/c", "x", "a", "b"])) == [
        ("b/c", b"2"),
        ("x", None),
        ("a", b"1"),
        ("b", None),
    ]
    with pytest.raises(InvalidRequest):
        list(store.get_each(["a", "/a"]))
