"""The command line: parts are wired together here, and imported only when a command needs them."""

from caseworker.cli.entry import main

__all__ = ["main"]
