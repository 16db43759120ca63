"""HL7 v2 messages (2.3 to 2.8): ORU gives patients and lab results, ADT merges."""

from pipeline.readers.hl7v2.load import load_messages

__all__ = ["load_messages"]
