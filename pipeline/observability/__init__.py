"""Metrics and lineage of the ingest and the screening, if configured."""

from pipeline.observability import lineage, metrics
from pipeline.observability.instrumentation import observe_batch, observe_ingest, observe_screening

__all__ = [
    "lineage",
    "metrics",
    "observe_batch",
    "observe_ingest",
    "observe_screening",
]
