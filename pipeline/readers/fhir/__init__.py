"""FHIR R4 resources: NDJSON, Bundles and single resources."""

from pipeline.readers.fhir.load import load_resources

__all__ = ["load_resources"]
