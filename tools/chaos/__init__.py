"""Fault injection: used by `make chaos` and, in a short form, by the tests."""
