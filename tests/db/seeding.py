"""Two resellers with one live line each, a superseded line, a person and a mail: what the walls have to keep apart."""

from __future__ import annotations

import sqlalchemy as sa

from core.db.engine import Database

OWN, OTHER = 1, 2
HIDDEN = ("HIDDEN-HASH", "HIDDEN-MAIL", "HIDDEN-RESELLER", "HIDDEN-STORE", "HIDDEN-OLD-LINE")

STATEMENTS = (
    "insert into users (username, name, email, password_hash, role) values ('anna', 'Anna', 'anna@example.org', 'HIDDEN-HASH', 'admin')",
    "insert into email_logs (kind, recipient, subject, status) values ('report', 'anna@example.org', 'HIDDEN-MAIL', 'sent')",
    "insert into resellers (id, key, name, country) values (1, 'own', 'Own Shop', 'DE'), (2, 'other', 'HIDDEN-RESELLER', 'FR')",
    "insert into stores (id, reseller_id, name, channel) values (1, 1, 'Berlin', 'offline'), (2, 2, 'HIDDEN-STORE', 'offline')",
    "insert into products (ean, functional_name, product_name, kind, category)"
    " values ('4006381333931', 'Serum 30', 'Serum', 'full', 'Care')",
    "insert into sellout_entries2 (reseller_id, store_id, channel, product_ean, functional_name, vendor_channel, view, primary_view,"
    " period_start, period_end, year, month, quantity, sales_eur_net, line_kind, upload_batch_id, source_row, live)"
    " select r, r, 'offline', '4006381333931', 'Serum 30', v, 'main', true, '2025-05-01', '2025-05-31', 2025, 5, 3, 30, 'sale', 1, 1, live"
    " from (values (1, 'own line', true), (1, 'HIDDEN-OLD-LINE', false), (2, 'HIDDEN-STORE', true)) as lines (r, v, live)",
)


def seed(database: Database) -> None:
    with database.write() as connection:
        for statement in STATEMENTS:
            connection.execute(sa.text(statement))
