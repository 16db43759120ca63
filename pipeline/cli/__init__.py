"""The command line `b12`."""

from pipeline.cli.main import main

__all__ = [
    "main",
]
