"""The entry point, which loads the command so that Ctrl-C has an answer from the first moment."""

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line, and exit. What an output cannot encode is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from zarr_conformance.cli.command import run_command
    except KeyboardInterrupt:
        sys.exit(130)  # ExitCode.INTERRUPTED, which is not loaded: nothing has begun
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
