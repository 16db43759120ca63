"""Metrics and lineage of the ingest and the screening, where the environment asks for them."""

from pipeline.observability import instrumentation, lineage, metrics
from pipeline.observability.metrics import timed

__all__ = ["instrumentation", "lineage", "metrics", "timed"]
