"""A synthetic demonstration population, as canonical extracts of any size."""

from pipeline.demo import archetypes
from pipeline.demo.population import archetype_step, write_demo

__all__ = [
    "archetype_step",
    "archetypes",
    "write_demo",
]
