"""Facts of any number in the tables themselves, as imports leave them: eleven resellers, 330 stores, months, weeks, tills by day, web orders.

Loading ten million lines by the importer takes minutes and proves nothing about questions; here the server writes them, seeded by their
number, claims their slices, and the product's own rollup sums them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg
import sqlalchemy as sa

from core.db.engine import Database
from core.ingest import coarsening
from core.ingest.slices import roll_up_reseller

FIRST, MONTHS = date(2023, 1, 1), 36
STORES, COUNT = 30, 42  # stores of each reseller; articles


@dataclass(frozen=True)
class Made:
    """One reseller of the data. `share`: hundredths of all lines. `by`: what a line states; `rule`: as in `resellers`."""

    key: str
    currency: str
    share: int
    by: str = "month"
    gross: bool = True


MADE = (
    *(Made(f"monthly_{n}", currency, share) for n, (currency, share) in enumerate((("EUR", 9), ("EUR", 7), ("PLN", 6), ("SEK", 4)), 1)),
    *(Made(f"netted_{n}", "EUR", 4, gross=False) for n in (1, 2)),
    *(Made(f"weekly_{n}", currency, 7, "week") for n, currency in enumerate(("GBP", "GBP", "EUR"), 1)),
    *(Made(f"tills_{n}", currency, share, "day") for n, (currency, share) in enumerate((("EUR", 10), ("ZAR", 5)), 1)),
)
SHOP = 30
RATES = {"EUR": "1", "GBP": "1.17", "PLN": "0.23", "SEK": "0.088", "ZAR": "0.05"}
DICE = "(hashint8extended({i}, {seed}) & 1073741823)"


def fill(database: Database, rows: int) -> None:
    """Write about `rows` facts, claim what they cover, roll them up and gather statistics, as a workbench in use has them."""
    shop = _resellers(database)
    batch = _claims(database, shop)
    with psycopg.connect(database.app_dsn) as connection:
        for made in MADE:
            connection.execute(_SELLOUT.format(**_places(made, rows * made.share // 100, batch)))
        connection.execute(_ORDERS.format(**_shop_places(shop, rows * SHOP // 100, batch)))
    roll_up(database)


def roll_up(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("set local work_mem = '256MB'"))
        for (number,) in connection.execute(sa.text("select id from resellers where id in (select reseller_id from upload_batches)")).all():
            roll_up_reseller(connection, number)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("sellout_entries2", "ecommerce_orders", "sales_rollup", *coarsening.TABLES, "order_days", "slice_claims"):
            connection.execute(sa.text(f"vacuum analyze {table}"))


def _resellers(database: Database) -> int:
    with database.write() as connection:
        for made in MADE:
            values = {"key": made.key, "name": made.key.replace("_", " ").title(), "currency": made.currency}
            values |= {"cadence": "weekly" if made.by == "week" else "monthly", "country": "GB" if made.currency == "GBP" else "DE"}
            number = connection.execute(_RESELLER, values).scalar_one()
            connection.execute(_STORES, {"reseller": number, "count": STORES, "name": values["name"]})
        return int(connection.execute(sa.text("select id from resellers where key = 'online'")).scalar_one())


_RESELLER = sa.text(
    "insert into resellers (key, name, currency, cadence, country) values (:key, :name, :currency, :cadence, :country) returning id"
)
_STORES = sa.text(
    "insert into stores (reseller_id, name, channel, country) select :reseller, cast(:name as text) || ' ' || n,"
    " case when n % 10 = 0 then 'online' else 'offline' end, case when n % 7 = 0 and right(:name, 1) = '1' then 'NL' end"
    " from generate_series(1, cast(:count as int)) n"
)


def _claims(database: Database, shop: int) -> int:
    """One stored upload of each reseller, with a live claim on each month or week; returns the number of the first."""
    with database.write() as connection:
        own = connection.execute(
            sa.text("select id, key, cadence from resellers where key = any(:keys)"), {"keys": [m.key for m in MADE]}
        ).all()
        uploads = [connection.execute(_UPLOAD, {"reseller": number, **SPAN}).scalar_one() for number in (shop, *(row.id for row in own))]
        for upload, row in zip(uploads[1:], own, strict=True):
            step = "7 days" if row.cadence == "weekly" else "1 month"
            first = "2023-01-02" if row.cadence == "weekly" else "2023-01-01"
            connection.execute(sa.text(_CLAIMS.format(step=step, first=first)), {"upload": upload, "reseller": row.id})
        return int(uploads[0])


SPAN = {"start": FIRST, "end": date(2025, 12, 31)}
_UPLOAD = sa.text(
    "insert into upload_batches (sha256, file_name, file_size, status, reseller_id, period_start, period_end)"
    " values ('', 'made', 0, 'stored', :reseller, :start, :end) returning id"
)
_CLAIMS = """
insert into slice_claims (upload_batch_id, reseller_id, view, period_start, period_end, content_key, facts_batch_id, stated_until, live)
select :upload, :reseller, 'main', day::date, (day + interval '{step}' - interval '1 day')::date, day::text, :upload, date '2025-12-31', true
from generate_series(timestamp '{first}', timestamp '2025-12-28', interval '{step}') day
where day + interval '{step}' <= timestamp '2026-01-01'"""


def _places(made: Made, count: int, batch: int) -> dict[str, object]:
    days = {
        "month": ("month_start", "month_end", "null::date"),
        "week": ("week_start", "week_start + 6", "null::date"),
        "day": ("month_start", "month_end", "day"),
    }
    start, end, sold = days[made.by]
    basis = ("gross", "amount", "round(amount * {r} / 1.21, 6)", "round(amount * {r}, 6)") if made.gross else (
        "net", "amount", "round(amount * {r}, 6)", "round(amount * {r} * 1.21, 6)")  # fmt: skip
    rate = RATES[made.currency]
    return {
        "key": made.key, "count": count, "batch": batch, "currency": made.currency, "rate": rate, "basis": basis[0], "start": start,
        "end": end, "sold": sold, "net": basis[2].format(r=rate), "gross": basis[3].format(r=rate), "months": MONTHS,
        **{f"dice_{n}": DICE.format(i="i", seed=hash_of(made.key) + n) for n in range(5)}, "stores": STORES,
        "articles": COUNT, "listed": ARTICLES,
    }  # fmt: skip


def hash_of(text: str) -> int:
    """The same number for a text in every run."""
    return sum(ord(letter) * 31**place for place, letter in enumerate(text)) % 1_000_003


_SELLOUT = """
insert into sellout_entries2 (reseller_id, store_id, channel, product_ean, functional_name, view, primary_view, period_start, period_end,
  sale_date, year, month, quantity, amount_local, currency, vat_basis, vat_rate, fx_rate, sales_eur_gross, sales_eur_net, valued, line_kind,
  bulk, upload_batch_id, source_sheet, source_row, live)
select r.id, s.ids[store], s.channels[store], a.eans[article], a.names[article], 'main', true, {start}, {end}, {sold},
  extract(year from {end})::int, extract(month from {end})::int, units, amount, '{currency}', '{basis}', 0.21, {rate}, {gross}, {net}, false,
  case when units < 0 then 'return' when amount = 0 then 'sample' else 'sale' end, units > 50, {batch}, 'Sheet1', (i % 1000000)::int, true
from (
  select i, day, date_trunc('month', day)::date as month_start, (date_trunc('month', day) + interval '1 month - 1 day')::date as month_end,
         date_trunc('week', least(day, date '2025-12-28'))::date + case when day < date '2023-01-02' then 7 else 0 end as week_start,
         store, article, units, case when kind < 5 then 0 else units * (19 + article % 17 * 11) + kind % 7 end::numeric as amount
  from (
    select i, date '2023-01-01' + ({dice_0} % 1096)::int as day, 1 + (power({dice_1} / 1073741824.0::float8, 1.5) * {stores})::int % {stores} as store,
           1 + (power({dice_2} / 1073741824.0::float8, 1.7) * {articles})::int % {articles} as article,
           case when {dice_3} % 1000 < 10 then -1 when {dice_3} % 1000 > 997 then 60 else 1 + {dice_3} % 4 end as units, {dice_4} % 1000 as kind
    from generate_series(1::bigint, {count}::bigint) i
  ) as thrown
) as line
join resellers r on r.key = '{key}'
cross join (select array_agg(s.id order by s.id) as ids, array_agg(s.channel order by s.id) as channels
            from stores s join resellers o on o.id = s.reseller_id where o.key = '{key}') s
cross join ({listed}) a"""
_ORDERS = """
insert into ecommerce_orders (reseller_id, store_id, channel, order_id, order_date, product_ean, functional_name, quantity, amount_local,
  currency, vat_basis, vat_rate, fx_rate, sales_eur_gross, sales_eur_net, valued, line_kind, bulk, cost_of_goods, payment_fee, country,
  upload_batch_id, source_row, live)
select {shop}, {store}, 'online', 'O' || number, date '2023-01-01' + (case when back then least(day + 9, 1095) else day end)::int, a.eans[article],
  a.names[article], units, amount, 'EUR', 'net', 0.21, 1, round(amount * 1.21, 6), amount, false,
  case when units < 0 then 'return' when amount = 0 then 'sample' else 'sale' end, false, case when dice % 5 > 0 then 4 + article % 9 end,
  case when i % 3 = 0 then 0.87 end, (array['GB','SE','PL','DE','FR','IE','NL','LT'])[1 + number * 7919 % 97 % 8],
  {batch}, (i % 1000000)::int, true
from (
  select i, number, day, dice, article, back, case when back then -1 else 1 + dice % 3 end as units,
         case when gift then 0 when back then -(19 + article % 17 * 9) else (1 + dice % 3) * (19 + article % 17 * 9) end::numeric as amount
  from (
    select i, i / 3 as number, ({dice_1} % 1096)::int as day, {dice_2} as dice, i % 3 = 2 and {dice_3} % 100 < 30 as gift, {dice_3} % 1000 > 993 as back,
           1 + (power({dice_2} / 1073741824.0::float8, 1.7) * {articles})::int % {articles} as article
    from generate_series(1::bigint, {count}::bigint) i
  ) as thrown
) as line
cross join ({listed}) a"""
ARTICLES = "select array_agg(ean order by ean) as eans, array_agg(functional_name order by ean) as names from products where kind in ('full', 'set', 'candle')"


def _shop_places(shop: int, count: int, batch: int) -> dict[str, object]:
    return {
        "shop": shop, "count": count, "batch": batch, "store": f"(select min(id) from stores where reseller_id = {shop})",
        "dice_1": DICE.format(i="i / 3", seed=1), "dice_2": DICE.format(i="i", seed=2), "dice_3": DICE.format(i="i", seed=3),
        "articles": COUNT, "listed": ARTICLES,
    }  # fmt: skip
