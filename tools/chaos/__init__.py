"""Faults, tried on purpose: what `make chaos` does, and in a short form the tests."""
