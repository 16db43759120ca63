"""b12-screening: a nightly screen of a whole population for vitamin B12 deficiency."""

__version__ = "0.1.0"
