"""A synthetic demonstration population, as canonical extracts of any size."""

from pipeline.demo.population import write_demo

__all__ = ["write_demo"]
