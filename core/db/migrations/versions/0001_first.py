"""The first schema: every table of `core.db.tables` and the job queue's own."""

from alembic import op
from procrastinate.schema import SchemaManager

from core.db.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    raise SystemExit("The first schema has nothing before it.")
