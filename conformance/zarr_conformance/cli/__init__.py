"""The command line: arguments only, one module for each command."""
