"""The one door to the data: every read and every write of records goes through here.

Access, validation, history, audit, events and idempotency happen here and only here, in one transaction a write.
PostgreSQL makes the JSON that is answered.
"""

from runtime.records.aggregates import aggregate
from runtime.records.batches import batch
from runtime.records.errors import (
    AccessDenied,
    BadQuery,
    Busy,
    IdempotencyInProgress,
    IdempotencyMismatch,
    InUse,
    Invalid,
    NotFound,
    Stale,
    Taken,
)
from runtime.records.exporting import export
from runtime.records.histories import history
from runtime.records.idempotency import Idempotency
from runtime.records.query import Query
from runtime.records.reading import listing, listing_of, read, read_by
from runtime.records.removal import delete_many
from runtime.records.searching import search
from runtime.records.sets import Result, Row, write_many
from runtime.records.upserts import upsert
from runtime.records.writing import Written, create, delete, restore, update

__all__ = [
    "AccessDenied",
    "BadQuery",
    "Busy",
    "Idempotency",
    "IdempotencyInProgress",
    "IdempotencyMismatch",
    "InUse",
    "Invalid",
    "NotFound",
    "Query",
    "Result",
    "Row",
    "Stale",
    "Taken",
    "Written",
    "aggregate",
    "batch",
    "create",
    "delete",
    "delete_many",
    "export",
    "history",
    "listing",
    "listing_of",
    "read",
    "read_by",
    "restore",
    "search",
    "update",
    "upsert",
    "write_many",
]
