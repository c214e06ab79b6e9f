"""Figures worked out anew by the catalogue as it is, as a transaction of its own."""

from __future__ import annotations

from core.catalogue.storing import bump_version
from core.db.engine import Database
from core.ingest.revaluing import revalue_in


def revalue(database: Database, reseller_id: int, by: str = "system", vat_basis: str | None = None) -> int:
    """How many rows of the reseller changed."""
    with database.write() as connection:
        changed = revalue_in(connection, reseller_id, by, vat_basis)
        if changed:
            bump_version(connection)
    return changed
