"""A synthetic demonstration population, as canonical extracts of any size, and small deliveries of
two other sources."""

from pipeline.demo import archetypes
from pipeline.demo.other_sources import OTHER_SOURCES
from pipeline.demo.population import archetype_step, write_demo

__all__ = [
    "OTHER_SOURCES",
    "archetype_step",
    "archetypes",
    "write_demo",
]
