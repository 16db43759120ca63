"""A delivered file becomes accepted, rejected, duplicate and skipped rows, each counted, exactly
once."""

from pipeline.ingest import claims, ingest, replay
from pipeline.ingest.accounts import Account
from pipeline.ingest.batching import ingest_all, ingest_claimed_batch
from pipeline.ingest.claims import (
    ClaimedFile,
    claim_batches,
    claim_waiting,
    ingest_claimed,
    waiting,
)
from pipeline.ingest.ingest import ingest_file
from pipeline.ingest.read_with import is_replay_due
from pipeline.ingest.validate import DeliveredFile, snapshot_of, validate_file, working_database

__all__ = [
    "Account",
    "ClaimedFile",
    "DeliveredFile",
    "claim_batches",
    "claim_waiting",
    "claims",
    "ingest",
    "ingest_all",
    "ingest_claimed",
    "ingest_claimed_batch",
    "ingest_file",
    "is_replay_due",
    "replay",
    "snapshot_of",
    "validate_file",
    "waiting",
    "working_database",
]
