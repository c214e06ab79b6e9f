"""The tables, as SQLAlchemy Core values. Money is `numeric`, never float; texts have no length limits; every table says what one row is."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
now = sa.text("now()")
MomentTz = DateTime(timezone=True)


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=False), primary_key=True)


def _moment(name: str, **options: object) -> Column[object]:
    return Column(name, MomentTz, **options)  # type: ignore[arg-type]


# People ---------------------------------------------------------------------------------------------------------------

users = Table(  # one person who signs in
    "users",
    metadata,
    _id(),
    Column("username", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("reseller_scope", ARRAY(BigInteger)),  # null: every reseller
    Column("active", Boolean, nullable=False, server_default=sa.true()),
    Column("must_change_password", Boolean, nullable=False, server_default=sa.false()),
    Column("failed_attempts", Integer, nullable=False, server_default="0"),
    _moment("locked_until"),
    _moment("sessions_valid_from", nullable=False, server_default=now),
    _moment("last_signed_in_at"),
    _moment("created_at", nullable=False, server_default=now),
    CheckConstraint("role in ('admin', 'analyst', 'viewer')", name="role"),
    Index("uq_users_username", sa.text("lower(username)"), unique=True),
)
sessions = Table(  # one sign-in of one person in one browser; the cookie names it, ending it ends the cookie
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("username", Text, nullable=False),
    _moment("issued_at", nullable=False),
    _moment("expires_at", nullable=False),
    _moment("ended_at"),
    Index(None, "username"),
)
audit_log = Table(  # one action of a person or of the scheduler; append only
    "audit_log",
    metadata,
    _id(),
    _moment("at", nullable=False, server_default=now),
    Column("username", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("details", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    Index(None, "at"),
)
app_state = Table(  # one small value of the running system: 'data_version', 'scope_secret', …
    "app_state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    _moment("changed_at", nullable=False, server_default=now),
)
heartbeats = Table(  # last sign of life of 'clock' and of each worker
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    _moment("at", nullable=False, server_default=now),
    Column("details", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
)

# Catalogue ------------------------------------------------------------------------------------------------------------

resellers = Table(  # one canonical reseller with its reading rules; the own web shop is one too (key 'online')
    "resellers",
    metadata,
    _id(),
    Column("key", Text, nullable=False),  # vendor key: 'liberty', 'cdlc', …
    Column("name", Text, nullable=False),
    Column("country", Text),
    Column("currency", Text),
    Column("vat_basis", Text),
    Column("vat_rate", Numeric),
    Column("cadence", Text, nullable=False, server_default="monthly"),
    Column("period_rule", Text, nullable=False, server_default="week_end"),  # week_end | week_start | majority
    Column("fx_method", Text, nullable=False, server_default="monthly_average"),  # or period_end
    Column("grace_days", Integer, nullable=False, server_default="10"),
    Column("tolerance_units", Numeric, nullable=False, server_default="0"),
    Column("tolerance_amount", Numeric, nullable=False, server_default="0.01"),
    Column("store_without_asking", Boolean, nullable=False, server_default=sa.false()),
    Column("contact_email", Text),
    Column("active_from", Date),
    Column("active_until", Date),
    Column("settings", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    CheckConstraint("vat_basis in ('gross', 'net')", name="vat_basis"),
    CheckConstraint("cadence in ('weekly', 'monthly', 'any')", name="cadence"),
    CheckConstraint("period_rule in ('week_end', 'week_start', 'majority')", name="period_rule"),
    Index("uq_resellers_key", sa.text("lower(key)"), unique=True),
    Index("uq_resellers_name", sa.text("lower(name)"), unique=True),
)
reseller_aliases = Table(  # another spelling of a reseller
    "reseller_aliases",
    metadata,
    _id(),
    Column("reseller_id", ForeignKey("resellers.id"), nullable=False),
    Column("alias", Text, nullable=False),
    Index("uq_reseller_aliases_alias", sa.text("lower(alias)"), unique=True),
)
vat_rates = Table(  # a country's rate from a day on; rate 0.21 = 21 %
    "vat_rates",
    metadata,
    Column("country", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("rate", Numeric, nullable=False),
)
stores = Table(  # one selling point of a reseller
    "stores",
    metadata,
    _id(),
    Column("reseller_id", ForeignKey("resellers.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("city", Text),
    Column("country", Text),
    Column("opened", Date),
    Column("closed", Date),
    CheckConstraint("channel in ('online', 'offline')", name="channel"),
    Index("uq_stores_name", "reseller_id", sa.text("lower(name)"), unique=True),
)
store_aliases = Table(  # a spelling of a store in a vendor's files; alias_key is the folded text that is compared
    "store_aliases",
    metadata,
    _id(),
    Column("reseller_id", ForeignKey("resellers.id"), nullable=False),
    Column("store_id", ForeignKey("stores.id"), nullable=False),
    Column("alias", Text, nullable=False),
    Column("alias_key", Text, nullable=False),
    Column("approved_by", Text),
    _moment("approved_at", server_default=now),
    UniqueConstraint("reseller_id", "alias_key"),
)
products = Table(  # one article of the brand, keyed by its EAN
    "products",
    metadata,
    Column("ean", Text, primary_key=True),
    Column("functional_name", Text, nullable=False),
    Column("product_name", Text, nullable=False),
    Column("size_ml", Numeric),
    Column("kind", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("rrp_eur", Numeric),
    Column("on_sale_from", Date),
    Column("on_sale_until", Date),
    CheckConstraint("ean ~ '^[0-9]{8,14}$' and ean !~ '^0+$'", name="ean"),
    CheckConstraint("kind in ('full', 'tester', 'sample', 'set', 'candle')", name="kind"),
    Index("uq_products_functional_name", sa.text("lower(functional_name)"), unique=True),
)
product_aliases = Table(  # a reseller's own key for a product; ean null with not_a_product = services, gift cards, shipping
    "product_aliases",
    metadata,
    _id(),
    Column("reseller_id", ForeignKey("resellers.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("alias_key", Text, nullable=False),
    Column("ean", ForeignKey("products.ean")),
    Column("not_a_product", Boolean, nullable=False, server_default=sa.false()),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("approved_by", Text),
    _moment("approved_at", server_default=now),
    CheckConstraint("kind in ('ean', 'code', 'sku', 'name')", name="kind"),
    CheckConstraint("(ean is null) = not_a_product", name="product_or_not"),
    CheckConstraint("alias_key not in ('', 'none', 'nan', 'null', '0')", name="alias_key"),
    UniqueConstraint("reseller_id", "kind", "alias_key"),
)
price_list = Table(  # recommended retail price of one unit from a day on, in its currency
    "price_list",
    metadata,
    Column("ean", ForeignKey("products.ean"), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("unit_price", Numeric, nullable=False),
    Column("vat_basis", Text, nullable=False, server_default="gross"),
)
fx_rates = Table(  # EUR for one unit of the currency in a month; source 'override' (a person) wins over 'ecb'
    "fx_rates",
    metadata,
    Column("currency", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("source", Text, primary_key=True, server_default="override"),
    Column("rate_to_eur", Numeric, nullable=False),
    CheckConstraint("rate_to_eur > 0", name="rate"),
    CheckConstraint("source in ('override', 'ecb')", name="source"),
)

# Uploads --------------------------------------------------------------------------------------------------------------

upload_batches = Table(  # one file that was taken in, whatever became of it
    "upload_batches",
    metadata,
    _id(),
    Column("sha256", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_size", BigInteger, nullable=False),
    Column("uploaded_by", Text, nullable=False, server_default="system"),
    _moment("uploaded_at", nullable=False, server_default=now),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("vendor", Text),
    Column("reseller_id", ForeignKey("resellers.id")),
    Column("confidence", Numeric),
    Column("evidence", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    Column("period_start", Date),
    Column("period_end", Date),
    Column("history_start", Date),
    Column("period_evidence", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")),
    Column("currency", Text),
    Column("vat_basis", Text),
    Column("rows_read", BigInteger, nullable=False, server_default="0"),
    Column("rows_stored", BigInteger, nullable=False, server_default="0"),
    Column("rows_held", BigInteger, nullable=False, server_default="0"),
    Column("rows_set_aside", BigInteger, nullable=False, server_default="0"),
    Column("rows_unchanged", BigInteger, nullable=False, server_default="0"),
    Column("units", BigInteger, nullable=False, server_default="0"),
    Column("amount_local", Numeric, nullable=False, server_default="0"),
    Column("held_amount", Numeric, nullable=False, server_default="0"),
    Column("controls_agree", Integer, nullable=False, server_default="0"),
    Column("controls_total", Integer, nullable=False, server_default="0"),
    Column("report", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),  # questions, set aside, YTD figures
    Column("answers", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),  # what a person said: vendor, period, …
    Column("progress", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),  # {step, done, total}
    Column("content_key", Text),
    Column("duplicate_of", ForeignKey("upload_batches.id")),
    Column("accepted_by", Text),
    _moment("stored_at"),
    _moment("undone_at"),
    Column("undone_by", Text),
    CheckConstraint(
        "status in ('queued', 'reading', 'preview', 'storing', 'stored', 'needs_decision', 'duplicate', 'refused', 'discarded', 'undone', 'failed')",
        name="status",
    ),
    Index(None, "sha256"),
    Index(None, "reseller_id", "period_end"),
)
batch_controls = Table(  # one total of the file against what was loaded
    "batch_controls",
    metadata,
    _id(),
    Column("upload_batch_id", ForeignKey("upload_batches.id"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("sheet", Text),
    Column("cell", Text),
    Column("file_value", Numeric, nullable=False),
    Column("loaded_value", Numeric),
    Column("held_value", Numeric),
    Column("difference", Numeric),
    Column("agrees", Boolean, nullable=False),
)
batch_changes = Table(  # one cell that a living workbook added, changed or let vanish
    "batch_changes",
    metadata,
    _id(),
    Column("upload_batch_id", ForeignKey("upload_batches.id"), nullable=False, index=True),
    Column("change", Text, nullable=False),
    Column("view", Text),
    Column("store", Text),
    Column("product", Text),
    Column("period_start", Date),
    Column("period_end", Date),
    Column("vendor_channel", Text),
    Column("before_units", BigInteger),
    Column("after_units", BigInteger),
    Column("before_amount", Numeric),
    Column("after_amount", Numeric),
    Column("before_lines", BigInteger),
    Column("after_lines", BigInteger),
)
error_reports = Table(  # one problem of a file, a row or a cell
    "error_reports",
    metadata,
    _id(),
    Column("upload_batch_id", ForeignKey("upload_batches.id"), nullable=False, index=True),
    Column("sheet", Text),
    Column("cell", Text),
    Column("value", Text),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("suggestion", Text),
)
slice_claims = Table(  # a batch states a view of a period completely; the live claim of a slice decides which rows count
    "slice_claims",
    metadata,
    _id(),
    Column("upload_batch_id", ForeignKey("upload_batches.id"), nullable=False, index=True),
    Column("reseller_id", ForeignKey("resellers.id"), nullable=False),
    Column("view", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("content_key", Text, nullable=False),  # hash of the normalised facts of the slice
    Column("facts_batch_id", ForeignKey("upload_batches.id"), nullable=False),  # whose stored rows hold that content
    Column("stated_until", Date, nullable=False),  # newest period the file states: the later one wins
    Column("live", Boolean, nullable=False, server_default=sa.false()),
    UniqueConstraint("upload_batch_id", "reseller_id", "view", "period_start", "period_end"),
    Index("uq_slice_claims_live", "reseller_id", "view", "period_start", "period_end", unique=True, postgresql_where=sa.text("live")),
)


# Facts ----------------------------------------------------------------------------------------------------------------


def _money() -> list[Column[object]]:
    """Money as stated and both EUR figures: local amount in `currency`/`vat_basis`; EUR figures are null while no rate is known."""
    return [
        Column("amount_local", Numeric),
        Column("currency", Text),
        Column("vat_basis", Text),
        Column("vat_rate", Numeric),
        Column("fx_rate", Numeric),
        Column("fx_month", Date),
        Column("fx_source", Text),
        Column("sales_eur_gross", Numeric),
        Column("sales_eur_net", Numeric),
        Column("valued", Boolean, nullable=False, server_default=sa.false()),  # money derived from the price list, not stated
    ]


def _lineage() -> list[Column[object]]:
    return [
        Column("upload_batch_id", BigInteger, nullable=False),
        Column("source_sheet", Text),
        Column("source_row", Integer, nullable=False),
        Column("source_cells", Text),
        Column("live", Boolean, nullable=False),
        Column("held_row_id", BigInteger),
    ]


sellout_entries2 = Table(  # one line (or matrix cell) of a reseller's file
    "sellout_entries2",
    metadata,
    _id(),
    Column("reseller_id", BigInteger, nullable=False),
    Column("store_id", BigInteger),
    Column("channel", Text),
    Column("product_ean", Text),
    Column("functional_name", Text),
    Column("vendor_key", Text),
    Column("product_text", Text),
    Column("store_text", Text),
    Column("vendor_channel", Text),
    Column("group_text", Text),
    Column("view", Text, nullable=False),
    Column("primary_view", Boolean, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("sale_date", Date),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),  # by the reseller's period rule
    Column("quantity", BigInteger),
    *_money(),
    Column("line_kind", Text, nullable=False),
    Column("bulk", Boolean, nullable=False, server_default=sa.false()),
    Column("provisional", Boolean, nullable=False, server_default=sa.false()),
    *_lineage(),
    Index("ix_sellout_entries2_batch", "upload_batch_id"),
    Index("ix_sellout_entries2_slice", "reseller_id", "period_start", postgresql_where=sa.text("live")),
    Index("ix_sellout_entries2_provisional", "reseller_id", "year", "month", postgresql_where=sa.text("live and provisional")),
)
ecommerce_orders = Table(  # one line of a web-shop order; money in EUR without the destination's VAT unless vat_basis says otherwise
    "ecommerce_orders",
    metadata,
    _id(),
    Column("reseller_id", BigInteger, nullable=False),
    Column("store_id", BigInteger),
    Column("channel", Text),
    Column("order_id", Text, nullable=False),
    Column("line_id", Text),
    Column("order_date", Date, nullable=False),
    Column("product_ean", Text),
    Column("functional_name", Text),
    Column("vendor_key", Text),
    Column("product_text", Text),
    Column("quantity", BigInteger),
    *_money(),
    Column("line_kind", Text, nullable=False),
    Column("bulk", Boolean, nullable=False, server_default=sa.false()),
    Column("cost_of_goods", Numeric),
    Column("payment_fee", Numeric),  # EUR; the fee is the line's share of one fee per order
    Column("country", Text),
    Column("city", Text),
    Column("utm_source", Text),
    Column("utm_medium", Text),
    Column("utm_campaign", Text),
    Column("session_pages", Integer),
    Column("session_count", Integer),
    Column("device_type", Text),
    Column("is_gift", Boolean),
    *_lineage(),
    Index("ix_ecommerce_orders_batch", "upload_batch_id"),
    Index("ix_ecommerce_orders_order", "order_id"),
    Index("ix_ecommerce_orders_date", "order_date"),
)
held_rows = Table(  # a line that could not be placed; becomes a fact when its key is resolved
    "held_rows",
    metadata,
    _id(),
    Column("reseller_id", BigInteger, nullable=False),
    Column("online", Boolean, nullable=False, server_default=sa.false()),
    Column("order_id", Text),  # of an order line
    Column("rule", Text, nullable=False),  # unmatched_product, unmatched_store, ean_lost_digits, …
    Column("key_kind", Text),
    Column("key_text", Text),
    Column("key", Text),  # what to resolve: kind, as printed, folded
    Column("store_id", BigInteger),
    Column("channel", Text),
    Column("store_text", Text),
    Column("product_ean", Text),
    Column("vendor_key", Text),
    Column("product_text", Text),
    Column("view", Text, nullable=False),
    Column("primary_view", Boolean, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("quantity", BigInteger),
    *_money(),
    Column("line_kind", Text, nullable=False),
    Column("row", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),  # the whole normalised row, to place it exactly later
    Column("upload_batch_id", BigInteger, nullable=False, index=True),
    Column("source_sheet", Text),
    Column("source_row", Integer, nullable=False),
    Column("source_cells", Text),
    Column("live", Boolean, nullable=False),
    Column("decision_id", BigInteger),
    _moment("resolved_at"),
    Index("ix_held_rows_key", "reseller_id", "rule", "key"),
    Index("ix_held_rows_order", "order_id", postgresql_where=sa.text("order_id is not null")),
)
stock_levels = Table(  # units in stock at the end of a period, as a file states them; they count while that file's slice does
    "stock_levels",
    metadata,
    _id(),
    Column("reseller_id", BigInteger, nullable=False),
    Column("store_id", BigInteger),  # null: of the reseller as a whole
    Column("product_ean", Text),
    Column("rule", Text),  # why it is held; null: placed
    Column("vendor_key", Text),
    Column("ean", Text),
    Column("code_text", Text),
    Column("sku_text", Text),
    Column("name_text", Text),
    Column("product_text", Text),
    Column("store_text", Text),
    Column("view", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("as_of", Date, nullable=False),  # the last day of the period
    Column("quantity", BigInteger, nullable=False),
    Column("upload_batch_id", BigInteger, nullable=False),
    Column("source_sheet", Text),
    Column("source_row", Integer, nullable=False),
    Column("source_cells", Text),
    Index("ix_stock_levels_reseller", "reseller_id", "as_of"),
    Index("ix_stock_levels_batch", "upload_batch_id"),
)
file_families = Table(  # files that look the same: sheet names and headers, and a name without its dates
    "file_families",
    metadata,
    _id(),
    Column("fingerprint", Text, nullable=False),
    Column("name_pattern", Text, nullable=False),
    Column("headers", ARRAY(Text), nullable=False),  # of the last file
    Column("last_file", Text, nullable=False),
    _moment("seen_at", nullable=False, server_default=now),
    Index(None, "fingerprint"),
    Index(None, "name_pattern"),
)
family_answers = Table(  # what a person said about a file, remembered for the next one like it
    "family_answers",
    metadata,
    _id(),
    Column("family_id", ForeignKey("file_families.id"), nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("answered_by", Text, nullable=False),
    _moment("answered_at", nullable=False, server_default=now),
    Column("upload_batch_id", ForeignKey("upload_batches.id")),
    Column("file_name", Text, nullable=False),
    _moment("revoked_at"),
    Column("revoked_by", Text),
)
inbox_decisions = Table(  # what a person said about a held key; can be taken back
    "inbox_decisions",
    metadata,
    _id(),
    Column("reseller_id", BigInteger, nullable=False),
    Column("rule", Text, nullable=False),
    Column("key_kind", Text),
    Column("key_text", Text),
    Column("key", Text),
    Column("action", Text, nullable=False),  # match_product | match_store | new_product | new_store | not_a_product
    Column("target", Text),
    Column("alias_id", BigInteger),
    Column("rows", BigInteger, nullable=False, server_default="0"),
    Column("decided_by", Text, nullable=False),
    _moment("decided_at", nullable=False, server_default=now),
    _moment("undone_at"),
)
sales_rollup = Table(  # live lines of primary views summed to the grain most questions need; kept exactly equal to the facts
    "sales_rollup",
    metadata,
    _id(),
    Column("source", Text, nullable=False),
    Column("reseller_id", BigInteger, nullable=False),
    Column("store_id", BigInteger),
    Column("channel", Text),
    Column("product_ean", Text),
    Column("country", Text),
    Column("view", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("line_kind", Text, nullable=False),
    Column("bulk", Boolean, nullable=False),
    Column("valued", Boolean, nullable=False),
    Column("currency", Text),
    Column("vat_basis", Text),
    Column("sale_date", Date),  # of resellers that state it inside a longer period
    Column("lines", BigInteger, nullable=False),
    Column("quantity", Numeric),
    Column("sales_eur_net", Numeric),
    Column("sales_eur_gross", Numeric),
    Column("amount_local", Numeric),
    Column("unconverted_lines", BigInteger, nullable=False),
    Column("unconverted_local", Numeric),
    Column("cost_of_goods", Numeric),  # of all lines with a known cost
    Column("cost_with_net", Numeric),
    Column("net_with_cost", Numeric),  # both over the lines that state cost and net
    Column("payment_fee", Numeric),
    Column("priced_quantity", Numeric),
    Column("priced_net", Numeric),  # both over the lines that state units and net, whatever their kind
    Column("net_with_gross", Numeric),  # over the lines that state net and gross
    Column("rated_quantity", Numeric),  # units × rate of exchange; × list price it is what they cost at list, in EUR
    Column("rated_gross", Numeric),  # both over the lines that state units, an amount and both EUR figures
    Index("ix_sales_rollup_period", "year", "month", "reseller_id"),
    Index("ix_sales_rollup_slice", "reseller_id", "period_start"),
)


def _coarser(finer: Table, without: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[Column[object]]:
    """The columns of a finer table of sums, less those that are summed over; `optional`: those that stand in some rows only."""
    kept = [column for column in finer.c if column.name not in ("id", *without)]
    return [Column(column.name, column.type, nullable=column.nullable or column.name in optional) for column in kept]


sales_days = Table(  # the rollup without stores and views, for questions that name days or weeks; kept exactly equal to it
    "sales_days",
    metadata,
    _id(),
    *_coarser(sales_rollup, ("store_id", "view")),  # country: of the order, or of the store
    Column("listed_gross", Numeric),  # EUR of the units at the list price of their day
    Column("gross_at_list", Numeric),  # what they sold for; both over the lines with a list price
    Index("ix_sales_days_month", "year", "month", "reseller_id"),
)
sales_day_totals = Table(  # the same without products, for the days of months that a question about resellers and channels cuts through
    "sales_day_totals",
    metadata,
    _id(),
    *_coarser(sales_days, ("product_ean",)),
    Index("ix_sales_day_totals_month", "year", "month", "reseller_id"),
)
# The sums by day without days, for questions about whole months; a period stands only where it reaches out of its month.
sales_months = Table(
    "sales_months",
    metadata,
    _id(),
    *_coarser(sales_days, ("sale_date", "listed_gross", "gross_at_list"), optional=("period_start", "period_end")),
    Column("undated", BigInteger, nullable=False),  # lines that state no day
    Column("undated_long", BigInteger, nullable=False),  # those of them that state more than a week
    Column("listed_gross", Numeric),
    Column("gross_at_list", Numeric),
    Index("ix_sales_months_month", "year", "month", "reseller_id"),
)
sales_quarters = Table(  # the same over whole quarters and years, for questions about long periods that are not split in time
    "sales_quarters",
    metadata,
    _id(),
    *_coarser(sales_months, ("month", "period_start", "period_end")),
    Column("quarter", Integer, nullable=False),  # 0: the whole year
    Index("ix_sales_quarters_quarter", "year", "quarter", "reseller_id"),
)
sales_totals = Table(  # the sums by month without products, for questions about resellers, channels and months
    "sales_totals",
    metadata,
    _id(),
    *_coarser(sales_months, ("product_ean",)),
    Index("ix_sales_totals_month", "year", "month", "reseller_id"),
)
# The rollup by store and month without products, for questions about stores; without list prices, which are of products.
sales_store_months = Table(
    "sales_store_months",
    metadata,
    _id(),
    *_coarser(
        sales_rollup,
        ("product_ean", "view", "sale_date", "rated_quantity", "rated_gross"),
        optional=("period_start", "period_end"),
    ),
    Column("undated", BigInteger, nullable=False),
    Column("undated_long", BigInteger, nullable=False),
    Index("ix_sales_store_months_month", "year", "month", "reseller_id"),
)
order_days = Table(  # web-shop orders with a sale, by what all sale lines of an order share; others one by one, so that none counts twice
    "order_days",
    metadata,
    _id(),
    Column("reseller_id", BigInteger, nullable=False),
    Column("store_id", BigInteger),
    Column("channel", Text),
    Column("country", Text),
    Column("currency", Text),
    Column("vat_basis", Text),
    Column("bulk", Boolean, nullable=False),
    Column("order_date", Date, nullable=False),
    Column("order_id", Text),  # of an order whose sale lines differ in the above: one row for each state of them
    Column("orders", BigInteger, nullable=False),
    Index("ix_order_days_day", "reseller_id", "order_date"),
    Index("ix_order_days_order", "order_id", postgresql_where=sa.text("order_id is not null")),
)

# Questions, boards, reports, mail -------------------------------------------------------------------------------------

conversations = Table(  # one thread of questions of one person
    "conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("username", Text, nullable=False),
    Column("title", Text, nullable=False),
    _moment("created_at", nullable=False, server_default=now),
    _moment("updated_at", nullable=False, server_default=now),
    Column("archived", Boolean, nullable=False, server_default=sa.false()),
)
conversation_history = Table(  # one turn: a question and its answer
    "conversation_history",
    metadata,
    _id(),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    _moment("at", nullable=False, server_default=now),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("intent", Text),
    Column("query", JSONB),
    Column("sql", Text),
    Column("engine", Text, nullable=False, server_default="rules"),
    Column("answer_details", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    Column("feedback", Integer),
    Column("feedback_note", Text),
    Column("data_version", BigInteger),
    UniqueConstraint("conversation_id", "turn"),
)
saved_queries = Table(  # a view that a person kept
    "saved_queries",
    metadata,
    _id(),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("query", JSONB, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=sa.false()),
    _moment("created_at", nullable=False, server_default=now),
    UniqueConstraint("owner", "page", "name"),
)
dashboard_configs = Table(  # one embedded board
    "dashboard_configs",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("height", Integer, nullable=False, server_default="800"),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("roles", ARRAY(Text)),
    Column("secret", LargeBinary),  # Fernet token of a signing key, never plain text
    Column("settings", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
    Column("created_by", Text, nullable=False),
    _moment("created_at", nullable=False, server_default=now),
)
reports = Table(  # a report definition: blocks over SalesQuery
    "reports",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("definition", JSONB, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=sa.false()),
    _moment("created_at", nullable=False, server_default=now),
    _moment("changed_at", nullable=False, server_default=now),
)
schedules = Table(  # when a report goes to whom; next_due is computed by reports.schedules.next_due
    "schedules",
    metadata,
    _id(),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("rule", JSONB, nullable=False),  # {every: week, weekday: mon, at: '08:00'} …
    Column("time_zone", Text, nullable=False),
    Column("recipients", ARRAY(Text), nullable=False),
    Column("formats", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=sa.true()),
    _moment("next_due"),
    _moment("last_fired"),
    Column("created_by", Text, nullable=False),
    _moment("created_at", nullable=False, server_default=now),
)
report_editions = Table(  # one report as built for one due time: every recipient gets, and a re-send repeats, exactly these bytes
    "report_editions",
    metadata,
    _id(),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("schedule_id", ForeignKey("schedules.id")),
    _moment("due_at", nullable=False),
    _moment("built_at", nullable=False, server_default=now),
    Column("data_version", BigInteger),
    Column("mail", JSONB, nullable=False),  # subject, text, html
    UniqueConstraint("report_id", "schedule_id", "due_at", postgresql_nulls_not_distinct=True),
)
edition_files = Table(  # one attachment of an edition
    "edition_files",
    metadata,
    _id(),
    Column("edition_id", ForeignKey("report_editions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
deliveries = Table(  # the ledger: one message to one recipient for one due time, never twice
    "deliveries",
    metadata,
    _id(),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("schedule_id", ForeignKey("schedules.id")),
    Column("due_at", MomentTz, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("message_id", Text),
    Column("server_reply", Text),
    Column("formats", ARRAY(Text), nullable=False, server_default=sa.text("'{pdf}'::text[]")),
    _moment("try_after"),  # not before: the pause between two attempts
    _moment("handed_over_at"),  # set just before the bytes go out; without a result after a crash nobody can know: status 'unknown'
    _moment("sent_at"),
    _moment("created_at", nullable=False, server_default=now),
    Column("requested_by", Text),
    Column("edition_id", ForeignKey("report_editions.id")),
    Column("data_version", BigInteger),
    CheckConstraint("status in ('pending', 'sending', 'sent', 'failed', 'outbox', 'unknown')", name="status"),
    Index("ix_deliveries_waiting", "due_at", postgresql_where=sa.text("status in ('pending', 'sending')")),
    UniqueConstraint("report_id", "schedule_id", "due_at", "recipient", postgresql_nulls_not_distinct=True),
)
email_logs = Table(  # one message handed to the mail server or written to the outbox
    "email_logs",
    metadata,
    _id(),
    _moment("at", nullable=False, server_default=now),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("server_reply", Text),
    Column("message_id", Text),
    Column("delivery_id", ForeignKey("deliveries.id")),
    Column("upload_batch_id", ForeignKey("upload_batches.id")),
    Column("outbox_file", Text),
    Index(None, "at"),
)
alerts = Table(  # "tell me when …"
    "alerts",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("definition", JSONB, nullable=False),
    Column("recipients", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=sa.true()),
    Column("told", ARRAY(Text), nullable=False, server_default=sa.text("'{}'::text[]")),  # what is true now and was already told
    Column("last_result", Text),
    _moment("last_checked"),
    _moment("last_fired"),
    _moment("created_at", nullable=False, server_default=now),
)
anomaly_dismissals = (
    Table(  # an anomaly that somebody looked at and put aside, for oneself or for everybody; a line is kept when it is taken back
        "anomaly_dismissals",
        metadata,
        _id(),
        Column("key", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("size", Numeric, nullable=False),  # EUR net it was about then: when it grows, it is shown again
        Column("note", Text, nullable=False, server_default=""),
        Column("owner", Text, nullable=False),
        Column("shared", Boolean, nullable=False, server_default=sa.false()),
        _moment("dismissed_at", nullable=False, server_default=now),
        _moment("restored_at"),
        Column("restored_by", Text),
        Index("ix_anomaly_dismissals_live", "key", postgresql_where=sa.text("restored_at is null")),
    )
)
