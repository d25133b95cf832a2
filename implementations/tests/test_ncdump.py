"""What ncdump prints is parsed to the very bits, and what it does not tell is not guessed.

The program is a script here that prints what it is told to. The last test asks the real one.
"""

import base64
import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ADAPTER = Path(__file__).parents[1] / "ncdump" / "adapter.py"
FAKE = """#!/bin/sh
if [ $# = 0 ]; then
    echo 'netcdf library version 4.9.0 of some day $' >&2
    exit 1
fi
cat "$0.cdl"
{end}
"""
Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks the adapter about the root of a store, of which ncdump prints this, and how it ends."""

    def asked(cdl: str, end: str = "", question: str = "read") -> subprocess.CompletedProcess[str]:
        program = tmp_path / "ncdump"
        program.write_text(FAKE.format(end=end))
        program.with_name("ncdump.cdl").write_text(cdl)
        program.chmod(0o755)
        return put(program, tmp_path, question)

    return asked


def put(
    program: str | Path, store: Path, question: str, zarr_format: int = 2
) -> subprocess.CompletedProcess[str]:
    place = {"store": str(store), "path": "/", "zarr_format": zarr_format}
    message = json.dumps({"id": 1, question: place}) + "\n"
    command = [sys.executable, str(ADAPTER), str(program)]
    return subprocess.run(command, input=message, capture_output=True, text=True, check=False)


def variable(declaration: str, data: str, attributes: str = "") -> str:
    dimensions = "dimensions:\n\t_zdim_2 = 2 ;\n\t_zdim_4 = 4 ;\n"
    header = f"variables:\n\t{declaration} ;\n{attributes}"
    return f"netcdf g {{\n{dimensions}{header}data:\n\n store = {data} ;\n}}\n"


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    message = json.loads(done.stdout)
    assert message.pop("id") == 1
    return message


NUMBERS = [
    (
        "float",
        "1.40129846e-45, -0, -Infinityf, 3.40282347e+38",
        "01000000 00000080 000080ff ffff7f7f",
    ),
    ("double", "-0, 0.10000000000000001", "0000000000000080 9a9999999999b93f"),
    ("int64", "-9223372036854775808, 9007199254740993", "0000000000000080 0100000000002000"),
    ("uint64", "18446744073709551615,\n    9007199254740993", "ffffffffffffffff 0100000000002000"),
    ("byte", "-128, 127, 0, 1", "807f0001"),
]


@pytest.mark.parametrize(("kind", "printed", "bits"), NUMBERS, ids=lambda each: each.split(",")[0])
def test_numbers_are_the_very_bits(kind: str, printed: str, bits: str, ask: Ask) -> None:
    length = printed.count(",") + 1
    returned = answer(ask(variable(f"{kind} store(_zdim_{length})", printed)))["returned"]
    assert base64.b64decode(returned["elements"]).hex() == bits.replace(" ", "")
    assert returned["shape"] == [length]


@pytest.mark.parametrize(
    ("kind", "attribute", "number"),
    [
        ("short", "", -32767),
        ("short", "-7s", -7),
        ("short", "7", -32767),  # an int: ncdump takes the default
        ("ushort", "7US", 7),
        ("byte", "-1b", -1),
        ("float", "-Infinityf", float("-inf")),
    ],
)
def test_a_fill_value_is_what_the_header_says(
    kind: str, attribute: str, number: float, ask: Ask
) -> None:
    attributes = f"\t\tstore:_FillValue = {attribute} ;\n" if attribute else ""
    done = ask(variable(f"{kind} store(_zdim_2)", "_, 1", attributes))
    code = {"short": "h", "ushort": "H", "byte": "b", "float": "f"}[kind]
    elements = base64.b64decode(answer(done)["returned"]["elements"])
    assert elements == struct.pack(f"<2{code}", number, 1)


@pytest.mark.parametrize(
    ("declaration", "data", "attributes"),
    [
        ("float store(_zdim_2)", "NaNf, 1", ""),
        ("double store(_zdim_2)", "_, 1", "\t\tstore:_FillValue = 0. ;\n"),
        ("float store(_zdim_2)", "_, 1", ""),
        ("int store(_zdim_2)", "1, 2", '\t\tstore:C_format = "%x" ;\n'),
        ("string store(_zdim_2)", '"a", "b"', ""),
    ],
)
def test_what_is_not_told_is_not_guessed(
    declaration: str, data: str, attributes: str, ask: Ask
) -> None:
    assert "unsupported" in answer(ask(variable(declaration, data, attributes)))


def test_characters_come_with_what_is_left_out_of_a_row(ask: Ask) -> None:
    """NULs at its end; and after a line feed the text goes on in another one."""
    rows = '\n  "a\\n",\n    "\\"",\n  "\\377;}\\\\"'
    done = ask(variable("char store(_zdim_2, _zdim_4)", rows))
    assert base64.b64decode(answer(done)["returned"]["elements"]) == b'a\n"\0\xff;}\\'


def test_a_header_says_what_there_is(ask: Ask) -> None:
    cdl = r"""netcdf g {

group: store {
  dimensions:
   n = 2 ;
  variables:
   int data(n) ;
    data:list = 1s, 2s ;
   double \1\ x(n, n) ;

  // group attributes:
    :note = "a; b \"c\" // d}" ;
    :scale = 1.5f ;

  group: inner {
    variables:
     byte group(n) ;
    } // group inner
  } // group store
}
"""
    children = {"data": "array", "1 x": "array", "inner": "group"}
    assert answer(ask(cdl, question="list"))["returned"]["children"] == children
    attributes = answer(ask(cdl, question="metadata"))["returned"]["metadata"]["attributes"]
    assert attributes == {"note": 'a; b "c" // d}', "scale": 1.5}


def test_a_message_and_a_status_are_a_refusal(ask: Ask) -> None:
    refused = answer(ask("", "echo 'NetCDF: Unknown file format' >&2; exit 1"))["refused"]
    assert refused == {"stage": "open", "message": "NetCDF: Unknown file format"}
    begun = variable("byte store(_zdim_4)", "1").rpartition(" =")[0]
    assert answer(ask(begun, "echo 'NetCDF: HDF error' >&2; exit 1"))["refused"]["stage"] == "read"


def test_a_crash_is_no_refusal(ask: Ask) -> None:
    crashed = answer(ask("", "echo 'free(): invalid pointer' >&2; kill -s SEGV $$"))["crashed"]
    assert crashed == {"detail": "was killed by SIGSEGV", "stderr": "free(): invalid pointer\n"}


@pytest.mark.parametrize("cdl", ["", "netcdf g {", variable("byte store(_zdim_4)", "1, 2")])
def test_what_is_cut_off_is_no_answer(cdl: str, ask: Ask) -> None:
    done = ask(cdl)
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert not done.stdout


def test_a_format_that_the_program_does_not_know_is_not_asked_for(ask: Ask, tmp_path: Path) -> None:
    ask("netcdf g {\n}\n")
    assert "unsupported" in answer(put(tmp_path / "ncdump", tmp_path, "read", 3))
    knows = variable("ubyte a(_zdim_2)", "1, 2").replace(" store =", " a =")
    ask(knows.replace("}", "\ngroup: store {\n}\n}"))
    assert answer(put(tmp_path / "ncdump", tmp_path, "list", 3))["returned"] == {"children": {}}


def test_the_program_itself_is_understood(tmp_path: Path) -> None:
    program = shutil.which("ncdump")
    if program is None:
        pytest.skip("ncdump was not found; install it with `apt-get install netcdf-bin`")
    document = {"shape": [3], "chunks": [2], "dtype": "<f4", "fill_value": -1.5, "order": "C"}
    document |= {"zarr_format": 2, "compressor": None, "filters": None}
    (tmp_path / ".zarray").write_text(json.dumps(document))
    (tmp_path / "0").write_bytes(struct.pack("<2f", -0.0, 16777216))
    returned = answer(put(program, tmp_path, "read"))["returned"]
    elements = base64.b64decode(returned.pop("elements"))
    assert elements == struct.pack("<3f", -0.0, 16777216, -1.5)
    assert returned == {"data_type": "float32", "shape": [3]}
