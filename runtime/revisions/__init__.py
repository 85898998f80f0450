"""Revisions of a tenant's metadata: change sets in, compiled Models out.

``Models`` holds the compiled Model of each tenant and keeps it current in this process. ``create``, ``put``,
``check`` and ``publish`` work on change sets (drafts); a published change set is a revision.
"""

from runtime.revisions.changes import (
    ChangedDocument,
    ChangeSet,
    LossesNotAccepted,
    NotDraft,
    create,
    discard,
    get,
    listing,
    mark_deleted,
    put,
    withdraw,
)
from runtime.revisions.models import Models
from runtime.revisions.publish import CheckResult, Conflict, check, publish

__all__ = [
    "ChangeSet",
    "ChangedDocument",
    "CheckResult",
    "Conflict",
    "LossesNotAccepted",
    "Models",
    "NotDraft",
    "check",
    "create",
    "discard",
    "get",
    "listing",
    "mark_deleted",
    "publish",
    "put",
    "withdraw",
]
