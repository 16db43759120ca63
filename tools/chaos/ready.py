"""Imported by the process from which commands are forked: what they import, so that a kill meets
their work and not their imports."""

from pipeline import quality
from pipeline.cli import main as __main__

__all__ = ["__main__"]

quality.prepare()
