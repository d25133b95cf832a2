"""The Python kit, from outside: an adapter is started, asked, and its lines are looked at."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KIT = Path(__file__).parents[1] / "kit" / "python"

PREAMBLE = f"""
import os, sys
sys.path.insert(0, {str(KIT)!r})
from zarr_adapter import *
import numpy as np
"""


def run(tmp_path: Path, body: str, *lines: str) -> subprocess.CompletedProcess[str]:
    """An adapter made of ``body``, after it has read ``lines``."""
    adapter = tmp_path / "adapter.py"
    adapter.write_text(PREAMBLE + body)
    return subprocess.run(
        [sys.executable, str(adapter)],
        input="".join(line + "\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def ask(tmp_path: Path, body: str) -> Any:
    """The answer to one ``read`` of an adapter whose function ``read`` is ``body``."""
    indented = "\n".join("    " + line for line in body.splitlines())
    adapter = f"def read():\n{indented}\nserve(describe('numpy'), read=read)"
    finished = run(tmp_path, adapter, '{"id": 7, "read": {}}')
    assert finished.returncode == 0, finished.stderr
    [line] = finished.stdout.splitlines()
    answer = json.loads(line)
    assert answer.pop("id") == 7
    return answer


def test_describe_names_the_installed_versions(tmp_path: Path) -> None:
    finished = run(tmp_path, "serve(describe('me', 'numpy'))", '{"id": 0, "describe": {}}')
    import numpy as np

    assert json.loads(finished.stdout) == {
        "id": 0,
        "returned": {
            "name": "me",
            "version": np.__version__,
            "language": "python",
            "libraries": {"numpy": np.__version__},
            "questions": [],
        },
    }


def test_stop_ends_the_loop_and_so_does_the_end_of_the_input(tmp_path: Path) -> None:
    body = "serve(describe('numpy'))"
    stopped = run(tmp_path, body, '{"id": 1, "stop": {}}', '{"id": 2, "describe": {}}')
    assert (stopped.returncode, stopped.stdout) == (0, "")
    ended = run(tmp_path, body)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_requests_written_ahead_are_answered_in_order(tmp_path: Path) -> None:
    body = "serve(describe('numpy'), read=lambda n: {'n': n})"
    finished = run(tmp_path, body, *(f'{{"id": {n}, "read": {{"n": {n}}}}}' for n in range(50)))
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    assert answers == [{"id": n, "returned": {"n": n}} for n in range(50)]


def test_an_unknown_question_is_unsupported(tmp_path: Path) -> None:
    finished = run(tmp_path, "serve(describe('numpy'))", '{"id": 3, "write": {"store": "/x"}}')
    assert "unsupported" in json.loads(finished.stdout)


ELEMENTS = [
    ("np.array([0x7fa00001], '<u4').view('<f4')", "float32", "0100a07f"),
    ("np.frombuffer(bytes.fromhex('7fa00001'), '>f4')", "float32", "0100a07f"),
    ("np.frombuffer(bytes.fromhex('7d01'), '>f2')", "float16", "017d"),
    ("np.frombuffer(bytes.fromhex('7ff0000000000001'), '>f8')", "float64", "010000000000f07f"),
    ("np.frombuffer(bytes.fromhex('7fa0000180000000'), '>c8')", "complex64", "0100a07f00000080"),
    ("np.array([-0.0], '<f8')", "float64", "0000000000000080"),
    ("np.array([2**64 - 1], '<u8')", "uint64", "ff" * 8),
    ("np.array([2**64 - 2], '>u8')", "uint64", "fe" + "ff" * 7),
    ("np.array([-2], '>i2')", "int16", "feff"),
    ("np.array([True, False])", "bool", "0100"),
    ("np.array([2], 'u1').view('?')", "bool", "02"),
    ("np.array([b'ab'], 'S3')", "|S3", "616200"),
    ("np.array(['a'], '>U1')", "fixed_length_utf32[4]", "61000000"),
    ("np.array([1], '>M8[10us]')", "numpy.datetime64[10us]", "01" + "00" * 7),
    ("np.array(['NaT'], 'M8')", "numpy.datetime64[generic]", "00" * 7 + "80"),
    ("np.array([-1], '<m8[D]')", "numpy.timedelta64[D]", "ff" * 8),
    ("np.array([(1, 2)], [('x', '>u2'), ('y', 'u1')])", 'struct["x":uint16,"y":uint8]', "010002"),
    (
        "np.array([(1, ([2, 3],))], np.dtype([('a', 'u1'), ('b', [('c', '>i2', 2)])], align=True))",
        'struct["a":uint8,"b":struct["c":int16(2)]]',
        "0102000300",
    ),
    (
        "np.array([(0x7fa00001,)], [('f', '>u4')]).view([('f', '>f4')])",
        'struct["f":float32]',
        "0100a07f",
    ),
    ("np.frombuffer(b'abc', 'V3')", "r24", "616263"),
    ("np.array([[1, 2], [3, 4]], 'u1', order='F').T", "uint8", "01030204"),
    ("np.arange(6, dtype='>u2')[::-2]", "uint16", "050003000100"),
    ("np.empty((0, 3), '>i4')", "int32", ""),
    ("np.uint64(2**64 - 1)", "uint64", "ff" * 8),
]


def test_elements_keep_their_bits(tmp_path: Path) -> None:
    """Byte order, signalling NaNs, -0.0, odd booleans and 2^64-1 survive; C order is made."""
    returned = [answer["returned"] for answer in _elements_of(tmp_path, [e[0] for e in ELEMENTS])]
    assert [
        (made, answer["data_type"], base64.b64decode(answer["elements"]).hex())
        for (made, *_), answer in zip(ELEMENTS, returned, strict=True)
    ] == ELEMENTS


@pytest.mark.parametrize(
    ("name", "canonical", "expected"),
    [
        ("int2", "int2", "02030001"),
        ("uint4", "uint4", "0e0f0009"),
        ("float6_e2m3fn", "float6_e2m3fn", "3e3f0019"),
        ("complex_float4_e2m1fn", "complex_float4_e2m1fn", "0e0f0009"),
        ("uint8", "uint8", "feff0059"),
        ("complex_float32", "complex64", "feff0059"),
    ],
)
def test_bits_beyond_a_narrow_type_are_zero_and_aliases_resolved(
    tmp_path: Path, name: str, canonical: str, expected: str
) -> None:
    body = f"import numpy as np\nreturn elements(np.array([254, 255, 0, 89], 'u1'), {name!r})"
    returned = ask(tmp_path, body)["returned"]
    assert returned["data_type"] == canonical
    assert base64.b64decode(returned["elements"]).hex() == expected


def test_shapes_are_as_they_are(tmp_path: Path) -> None:
    made = ["np.array(1)", "np.uint8(1)", "np.empty((0, 3))", "np.empty((2, 1))"]
    shapes = [answer["returned"]["shape"] for answer in _elements_of(tmp_path, made)]
    assert shapes == [[], [], [0, 3], [2, 1]]


OF_ANY_LENGTH = [
    ("np.array([['a', 'ü'], ['', 'a\\0']], object).T", "string", ["a", "", "ü", "a\0"]),
    ("np.array(['a', '\U0001f600'], np.dtypes.StringDType())", "string", ["a", "\U0001f600"]),
    ("np.array([b'', b'\\0'], object)", "bytes", ["", "AA=="]),
    ("np.array('a', object)", "string", ["a"]),
    ("np.array([], object)", "string", []),
]


def test_elements_of_any_length_are_lists_in_c_order(tmp_path: Path) -> None:
    answers = _elements_of(tmp_path, [each[0] for each in OF_ANY_LENGTH])
    returned = [answer["returned"] for answer in answers]
    assert [(each["data_type"], each["elements"]) for each in returned] == [
        (data_type, elements) for _, data_type, elements in OF_ANY_LENGTH
    ]
    assert [each["shape"] for each in returned] == [[2, 2], [2], [2], [], [0]]


def test_an_array_without_objects_is_called_what_the_adapter_says(tmp_path: Path) -> None:
    answer = ask(tmp_path, "return elements(np.array([], object), 'bytes')")
    assert answer == {"returned": {"data_type": "bytes", "shape": [0], "elements": []}}


def test_other_python_objects_are_not_passed_on(tmp_path: Path) -> None:
    """Their memory holds addresses, not elements."""
    answers = _elements_of(tmp_path, ["np.array(['a', b''], object)", "np.array([1], object)"])
    assert all("unsupported" in answer for answer in answers)


def test_elements_that_a_library_has_lost_are_told_as_lost(tmp_path: Path) -> None:
    """An answer that is wrong must not pass for a question that cannot be asked."""
    [answer] = _elements_of(tmp_path, ["np.empty(2, [('lost', 'S0')])['lost']"])
    assert answer["returned"] == {"data_type": "|S0", "shape": [2], "elements": ""}


def _elements_of(tmp_path: Path, made: list[str]) -> list[Any]:
    finished = run(
        tmp_path,
        "serve(describe('numpy'), read=lambda made: elements(eval(made)))",
        *(json.dumps({"id": 1, "read": {"made": each}}) for each in made),
    )
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        ("ValueError('no')", "ValueError: no"),
        ("KeyError('x')", "KeyError: 'x'"),
        ("AssertionError()", "AssertionError: "),
        ("ValueError('\\ud800\\n')", "ValueError: \ud800\n"),
        ("ValueError('x' * 10**6)", "ValueError: " + "x" * 388),
    ],
)
def test_what_the_library_raises_is_its_refusal(tmp_path: Path, raised: str, message: str) -> None:
    answer = ask(tmp_path, f"with reading():\n    raise {raised}")
    assert answer == {"refused": {"stage": "read", "message": message}}


def test_a_refusal_names_its_stage(tmp_path: Path) -> None:
    answer = ask(tmp_path, "with opening():\n    raise OSError")
    assert answer["refused"]["stage"] == "open"


@pytest.mark.parametrize(
    ("code", "how"),
    [
        (-11, "was killed by SIGSEGV"),
        (-50, "was killed by signal 50"),
        (101, "exited with code 101"),
    ],
)
def test_a_crash_of_a_program_is_told_as_one(tmp_path: Path, code: int, how: str) -> None:
    crash = f"with opening():\n    raise ended({code}, b'core\\xff')"
    body = f"from zarr_adapter import ended\n{crash}"
    assert ask(tmp_path, body) == {"crashed": {"detail": how, "stderr": "core\ufffd"}}


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("raise MemoryError", "MemoryError"),
        ("np.empty(2**59)", "MemoryError"),
        ("raise RecursionError", "RecursionError"),
        ("raise type('PanicException', (BaseException,), {})('a panic')", "PanicException"),
    ],
)
def test_a_fault_of_the_library_is_a_crash_that_is_told(
    tmp_path: Path, fault: str, name: str
) -> None:
    """An exhausted machine, or a panic, is no refusal: it may not pass a negative case."""
    crash = ask(tmp_path, f"with reading():\n    {fault}")["crashed"]
    assert crash["detail"] == f"raised {name}"
    assert crash["stderr"].startswith("Traceback")
    assert name in crash["stderr"].splitlines()[-1]


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError('outside')",
        "raise MemoryError",
        "raise BaseException",
        "with reading():\n    raise SystemExit(1)",
        "with reading():\n    raise KeyboardInterrupt",
    ],
)
def test_a_fault_is_never_a_refusal(tmp_path: Path, body: str) -> None:
    """Neither the adapter's own mistakes nor what is to end it may pass a negative case."""
    indented = body.replace("\n", "\n    ")
    adapter = f"def read():\n    {indented}\nserve(describe('numpy'), read=read)"
    finished = run(tmp_path, adapter, '{"id": 7, "read": {}}')
    assert finished.returncode != 0
    assert finished.stdout == ""


def test_standard_output_is_the_protocols_alone(tmp_path: Path) -> None:
    """Whatever the library prints, from Python, C or a child, and when: it goes to stderr."""
    answer = run(
        tmp_path,
        "print('on import')\n"
        "def read():\n"
        "    print('python'); os.write(1, b'file descriptor\\n'); os.system('echo child')\n"
        "    sys.__stdout__.write('dunder\\n')\n"
        "    return {}\n"
        "serve(describe('numpy'), read=read)\n"
        "print('at exit')",
        '{"id": 7, "read": {}}',
    )
    assert json.loads(answer.stdout) == {"id": 7, "returned": {}}
    for babble in ("on import", "python", "file descriptor", "child", "dunder", "at exit"):
        assert babble in answer.stderr


def test_what_json_cannot_say_is_noted_and_breaks_no_line(tmp_path: Path) -> None:
    answer = ask(
        tmp_path,
        "nan = float('nan')\n"
        "return {'a': [nan, -1e999, 1.5, None, True, 2**70], 'b': b'x', 'c': {'d': (1, {2})}}",
    )
    assert answer["returned"] == {
        "a": [{"not_json": "nan"}, {"not_json": "-inf"}, 1.5, None, True, 2**70],
        "b": {"not_json": "b'x'"},
        "c": {"d": [1, {"not_json": "{2}"}]},
    }


@pytest.mark.parametrize(
    ("dtype", "data_type", "data"),
    [
        ("np.dtype('<u8')", "uint64", b"\xff" * 8 + b"\1" + b"\0" * 7),
        ("np.dtype('>u2')", "uint16", b"\1\2\3\4"),
        ("np.dtype('<f4')", "float32", b"\1\0\x80\x7f\0\0\0\x80"),
        ("np.dtype('S3')", "|S3", b"ab\0cde"),
        ("np.dtype([('x', '>u2'), ('y', 'u1')], align=True)", "r24", b"\1\2\3\4\5\6"),
    ],
)
def test_what_is_to_be_written_is_what_was_asked(
    tmp_path: Path, dtype: str, data_type: str, data: bytes
) -> None:
    """To the last bit, whatever the byte order of the library's dtype."""
    text = base64.b64encode(data).decode()
    asked = {"data_type": data_type, "shape": [2, 1], "elements": text}
    answer = ask(tmp_path, f"return elements(values({asked!r}, {dtype}), {data_type!r})")
    assert answer == {"returned": asked}


@pytest.mark.parametrize(
    ("data_type", "items"), [("string", ["a", "", "ü"]), ("bytes", ["AQI=", "", "/w=="])]
)
def test_elements_of_any_length_are_objects(
    tmp_path: Path, data_type: str, items: list[str]
) -> None:
    asked = {"data_type": data_type, "shape": [3], "elements": items}
    answer = ask(tmp_path, f"return elements(values({asked!r}, object), {data_type!r})")
    assert answer == {"returned": asked}


def test_no_to_writing_is_a_refusal_too(tmp_path: Path) -> None:
    answer = ask(tmp_path, "with writing():\n    raise OSError('full')")
    assert answer == {"refused": {"stage": "write", "message": "OSError: full"}}
