"""Changes stores as its file of answers says, and lies in one way: ``writer.py ANSWERS LIE``.

ANSWERS is JSON from case id to the keys of the changed store with their values in hexadecimal.
"""

import json
import os
import shutil
import sys
from pathlib import Path

ANSWERS = json.loads(Path(sys.argv[1]).read_text())
LIE = sys.argv[2]
DESCRIPTION = {"name": LIE, "version": "1.0", "language": "python"}


def say(identifier, **answer):
    print(json.dumps({"id": identifier, **answer}), flush=True)


def change(store, values):
    for path in [path for path in store.rglob("*") if path.is_file()]:
        if path.relative_to(store).as_posix() not in values:
            path.unlink()
    for key, value in values.items():
        (store / key).parent.mkdir(parents=True, exist_ok=True)
        (store / key).write_bytes(bytes.fromhex(value))


def lie(store):
    """What it does wrong besides, or instead."""
    chunks = sorted(path for path in store.rglob("*") if path.is_file() and path.name[0] in "01")
    match LIE:
        case "last-bit" if chunks:
            data = chunks[-1].read_bytes()
            chunks[-1].write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        case "stray":
            (store / "zarr.json.tmp").write_bytes(b"forgotten")
        case "no-json":
            (store / "zarr.json").write_text('{"zarr_format": 3, "fill_value": NaN}')
        case "sibling" if (store / "ab").is_dir():
            (store / "ab" / "c" / "0" / "0").write_bytes(b"damage")
        case "everything":
            shutil.rmtree(store)
        case "link":
            (store / "link").symlink_to("/etc/passwd")
        case "beside":
            (store.parent / "elsewhere").write_bytes(b"not here")
        case "gigabytes":
            with (store / "c-more").open("wb") as file:
                file.truncate(2**33)
        case "many":
            for number in range(3000):
                (store / f"more{number}").touch()
        case "pipe":
            os.mkfifo(store / "pipe")


for line in sys.stdin:
    message = json.loads(line)
    identifier = message.pop("id")
    [(question, parameters)] = message.items()
    if question == "stop":
        break
    if question == "describe":
        say(identifier, returned=DESCRIPTION)
        continue
    place = Path(parameters["store"])
    case = parameters["store"].partition("/stores/")[2]
    if LIE == "crashes" and question == "delete":
        sys.exit(1)
    if LIE == "refuses":
        say(identifier, refused={"stage": "write", "message": "no"})
        continue
    if LIE != "nothing":
        change(place, ANSWERS[case])
        lie(place)
    say(identifier, returned={})
