"""The directory of tenants, pg_trgm, and the tables of procrastinate 3.10."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0001"
down_revision = None
branch_labels = None
depends_on = None

PROCRASTINATE = Path(__file__).parent.parent / "procrastinate_3_10.sql"


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
    op.execute("CREATE SCHEMA procrastinate")
    op.execute("SELECT set_config('search_path', 'procrastinate, pg_catalog', true)")
    script = PROCRASTINATE.read_text("utf-8")
    driver: Any = op.get_bind().connection.dbapi_connection
    driver.run_async(lambda connection: connection.execute(script))  # many statements: not for a prepared one
    for signature in op.get_bind().scalars(
        sa.text("SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'procrastinate'::regnamespace")
    ):
        # its functions name their tables without a schema, and we call them with a search_path of our own
        op.execute(f"ALTER FUNCTION {signature} SET search_path = procrastinate, pg_catalog")
    op.execute("SELECT set_config('search_path', '\"tangram\", pg_catalog', true)")
