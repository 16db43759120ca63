"""Imported by the process from which commands are forked: what they import, so that a kill meets their work and not their imports."""

from pipeline import __main__, quality

__all__ = ["__main__"]

quality.prepare()
