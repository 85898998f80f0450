"""The directory of tenants, pg_trgm, and room for the job queue (its tables come by ``runtime.migrations.queue``)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA "tangram"')
    op.execute('ALTER EXTENSION pg_trgm SET SCHEMA "tangram"')  # where it was there already, in another schema
    op.create_table(
        "tenant",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("schema", sa.Text, nullable=False, unique=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("server", sa.Text),
        sa.Column("host", sa.Text, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    op.create_table(
        "queue_migration",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute("CREATE SCHEMA procrastinate")
