"""The platform's tables in a tenant's schema: revisions, history, sign-in, views, imports."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB

revision = "t0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _documents()
    _change_sets()
    _trails()
    _people()
    _views()
    _imports()


def _documents() -> None:
    op.create_table(
        "revision",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        _at("at"),
        _id("by_id"),
        _text("comment", default=""),
        sa.Column("package", sa.Text),
    )
    op.create_table(
        "revision_document",
        sa.Column("revision", sa.Integer, sa.ForeignKey("revision.number"), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("body", JSONB),
    )
    op.create_table(
        "document",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("package", sa.Text),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "physical_name",
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("field", sa.Text),
        sa.Column("physical", sa.Text, nullable=False, unique=True),
        sa.Column("type", sa.Text),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "package",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("manifest", JSONB, nullable=False),
        _at("installed_at"),
        _id("installed_by"),
    )


def _change_sets() -> None:
    op.create_table(
        "change_set",
        _id("id", primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        _text("title", default=""),
        sa.Column("base_revision", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer),
        _at("created_at"),
        _id("created_by"),
        _at("updated_at"),
        sa.CheckConstraint("state IN ('draft', 'published', 'discarded')"),
    )
    op.create_table(
        "change_document",
        _of("change_set_id", "change_set"),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("body", JSONB),
        sa.Column("base_body", JSONB),
        _at("updated_at"),
    )


def _trails() -> None:
    op.create_table(
        "history",
        _id("id", primary_key=True),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("record_id", sa.Uuid, nullable=False),
        _at("at"),
        _id("by_id"),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_index("history_record", "history", ["record_id", sa.text("id DESC")])
    op.create_table(
        "audit",
        _id("id", primary_key=True),
        _at("at"),
        _id("by_id"),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object", sa.Text),
        sa.Column("record_id", sa.Uuid),
        sa.Column("source", sa.Text, nullable=False),
        _text("request_id", default=""),
        sa.Column("ip", INET),
        sa.Column("detail", JSONB),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _at("at"),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _id("by_id"),
        sa.Column("payload", JSONB),
    )
    op.create_table(
        "idempotency_key",
        _id("user_id", primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", JSONB),
        sa.Column("body", sa.Text),
        _at("created_at"),
    )
    op.create_index("idempotency_key_age", "idempotency_key", ["created_at"])


def _people() -> None:
    op.create_table(
        "credential",
        _id("user_id", primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("password_hash", sa.Text),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("preferences", JSONB, nullable=False, server_default="{}"),
        _at("created_at"),
        _at("updated_at"),
        sa.CheckConstraint("email = lower(email)"),
    )
    op.create_table(
        "session",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("user_id", sa.Uuid, nullable=False, index=True),
        _at("created_at"),
        _at("seen_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", INET),
        sa.Column("agent", sa.Text),
    )
    op.create_table(
        "token",
        _id("id", primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("user_id", sa.Uuid, nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        _at("created_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('api', 'write')"),
    )


def _views() -> None:
    op.create_table(
        "saved_view",
        _id("id", primary_key=True),
        sa.Column("object", sa.Text, nullable=False, index=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("definition", JSONB, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        _at("created_at"),
        _at("updated_at"),
    )


def _imports() -> None:
    counts = [
        sa.Column(f"{name}_rows", sa.Integer, nullable=False, server_default="0")
        for name in ("done", "created", "updated", "skipped", "failed")
    ]
    op.create_table(
        "import",
        _id("id", primary_key=True),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_path", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("source", JSONB, nullable=False, server_default="{}"),
        sa.Column("options", JSONB, nullable=False, server_default="{}"),
        sa.Column("mapping", JSONB, nullable=False, server_default="[]"),
        sa.Column("columns", JSONB, nullable=False, server_default="[]"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("total_rows", sa.Integer),
        *counts,
        sa.Column("position", JSONB),
        sa.Column("error", JSONB),
        _id("created_by"),
        _at("created_at"),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "import_fault",
        _of("import_id", "import"),
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("values", JSONB),
        sa.Column("faults", JSONB, nullable=False),
    )
    op.create_table(
        "import_record",
        _of("import_id", "import"),
        sa.Column("record_id", sa.Uuid, primary_key=True),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("before", JSONB),
    )


def _id(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid, **options)


def _at(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()"))


def _text(name: str, *, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _of(name: str, table: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=True)
