"""Puts the questions of zarr-conformance to {{ name }}."""

from zarr_adapter import Unsupported, serve  # before the library: it keeps what this prints apart

# from zarr_adapter import describe, elements, opening, reading
# import the_library


def read(store, path, zarr_format):
    """The elements of the array at ``path`` in the directory ``store``."""
    # with opening():  # what is raised in here is the library's refusal
    #     array = the_library.open((store + path).rstrip("/"))
    # with reading():  # a library that does both in one call is asked while opening
    #     values = array[...]
    # return elements(values)
    raise Unsupported("reading is not written yet")


# Once the library is there: describe("{{ name }}", "its-distribution"), which knows its version.
serve({"name": "{{ name }}", "version": "unknown", "language": "python"}, read=read)
