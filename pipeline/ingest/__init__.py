"""A delivered file becomes accepted, rejected, duplicate and skipped rows, each counted, exactly once."""

from pipeline.ingest import claims, ingest, replay
from pipeline.ingest.accounts import Account, check_tables_present
from pipeline.ingest.claims import claim_waiting, ingest_claimed, waiting
from pipeline.ingest.ingest import ingest_file
from pipeline.ingest.validate import Delivered, validate_file, working_database

__all__ = ["Account", "Delivered", "claim_waiting", "claims", "ingest", "ingest_claimed", "ingest_file", "validate_file", "check_tables_present", "replay", "waiting", "working_database"]
