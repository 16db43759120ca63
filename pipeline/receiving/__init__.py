"""Receive HL7 v2 messages over MLLP: each is on the disk before it is acknowledged, and goes into
`landing/` with others as a file.
"""

from pipeline.receiving.service import receive

__all__ = ["receive"]
