"""A tool that is only a command line, for the pages that tell of one: it prints an array."""

import json
import os
import sys
from base64 import b64encode
from pathlib import Path

from zarr_reference.errors import Refusal
from zarr_reference.representation import elements_to_bytes
from zarr_reference.stores import open_store
from zarr_reference.v3.array import DEFAULT_LIMIT
from zarr_reference.v3.hierarchy import open_array

match sys.argv[1:]:
    case ["--dump", store, path]:
        pass
    case [word]:
        store, path = word.removeprefix("--array_path="), "/"
try:
    array = open_array(open_store(Path(store), DEFAULT_LIMIT), path)
    elements = elements_to_bytes(array.read())
except Refusal as refusal:
    print(refusal, file=sys.stderr)
    sys.exit(os.EX_DATAERR)
answer = {"data_type": array.metadata.data_type.name, "shape": array.metadata.shape}
print(json.dumps(answer | {"elements": b64encode(elements).decode()}))
