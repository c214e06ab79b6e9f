"""Questions about baskets, the catalogue, the uploads and the chat itself: read from the published views and the vocabulary."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat import times
from core.chat.analyses.material import Finding, Material, value_of
from core.chat.analyses.wording import count_of, joined, name_of, percent, ratio_of, sentence, title
from core.chat.countries import country_name
from core.sales.charts import ChartSpec, Series
from core.sales.formatting import format_money, format_number

_ORDER_LINES = """
  select order_id, product_ean, functional_name || ' · ' || product_name as product
  from readable.sales
  where source = 'd2c' and line_kind = 'sale' and product_ean is not null
    and (%(start)s::date is null or counted_on between %(start)s and %(end)s)
    and (%(country)s::text[] is null or country = any(%(country)s))"""
PAIRS = f"""
with lines as ({_ORDER_LINES}
)
select other.product, count(distinct other.order_id) as orders
from (select distinct order_id from lines where product = any(%(products)s)) as wanted
join lines as other on other.order_id = wanted.order_id and not other.product = any(%(products)s)
group by other.product order by orders desc, other.product limit 50"""
ALL_PAIRS = f"""
with lines as (select distinct order_id, product from ({_ORDER_LINES}) as sold
)
select a.product || ' + ' || b.product as product, count(*) as orders
from lines a join lines b on b.order_id = a.order_id and b.product > a.product
group by 1 order by orders desc, 1 limit 50"""
ORDERS_OF = f"""
with lines as ({_ORDER_LINES}
)
select count(distinct order_id) as orders from lines where %(products)s::text[] is null or product = any(%(products)s)"""
SIZES = f"""
with lines as ({_ORDER_LINES}
)
select count(*) as orders, count(*) filter (where products > %(more_than)s) as several
from (select order_id, count(distinct product_ean) as products from lines group by order_id) as sizes"""
PRODUCTS = "select ean, functional_name, product_name, category, kind, rrp_eur from readable.products order by category, functional_name"


def _parameters(m: Material) -> dict[str, Any]:
    moment = m.slots.asked.period
    period = moment.period if moment else None
    chosen = {c.dimension: list(c.values) for c in m.slots.chosen if not c.exclude}
    return {
        "start": period.start if period else None,
        "end": period.end if period else None,
        "country": chosen.get("country"),
        "products": chosen.get("product"),
    }


def _when(m: Material) -> str:
    moment = m.slots.asked.period
    return f" in {moment.text}" if moment and moment.period else ""


def pairs(m: Material) -> Finding:
    """What stands in the same web-shop orders as a product; without a product, the most frequent pairs."""
    parameters = _parameters(m)
    if parameters["products"] is None:
        frame = m.look_up(ALL_PAIRS, parameters)
        if frame.is_empty():
            return Finding(f"No web-shop order{_when(m)} holds two products.", frame)
        best = frame.row(0, named=True)
        pair = " and ".join(name_of("product", part) for part in best["product"].split(" + "))
        return Finding(f"Bought together most often in the own web shop{_when(m)}: {pair}, in {_orders(best['orders'])}.", frame)
    label = next(c.label for c in m.slots.chosen if c.dimension == "product")
    frame, whole = m.look_up(PAIRS, parameters), int(m.look_up(ORDERS_OF, parameters).item(0, 0))
    if frame.is_empty():
        return Finding(
            f"{label} stands in {_orders(whole)} of the own web shop{_when(m)}, never together with another product.",
            frame,
            figures=(whole,),
        )
    listed = [f"{name_of('product', row['product'])} ({_orders(row['orders'])})" for row in frame.head(3).iter_rows(named=True)]
    text = f"In the {_orders(whole)} of the own web shop with {label}{_when(m)}, most often together with it: {joined(listed)}."
    return Finding(text, frame, figures=(whole,), caveats=("Counted are distinct orders with sale lines of both products.",))


def _orders(count: int) -> str:
    return f"{format_number(count)} {'order' if count == 1 else 'orders'}"


def multi(m: Material) -> Finding:
    """The share of web-shop orders with more than one distinct product, or more than the question says."""
    more_than, words = 1, "more than one product"
    if m.slots.threshold is not None and m.slots.threshold[0] == "above":
        at_least = "least" in m.reading.question.lower()
        asked = int(m.slots.threshold[1])
        more_than, words = (asked - 1, f"at least {asked} products") if at_least else (asked, f"more than {asked} products")
    frame = m.look_up(SIZES, {**_parameters(m), "more_than": more_than})
    orders, several = frame.row(0)
    if not orders:
        return Finding(f"There are no web-shop orders{_when(m)}.", frame)
    share = ratio_of(Decimal(several), Decimal(orders))
    text = f"{percent(share)} of the orders of the own web shop{_when(m)} contain {words}: {format_number(several)} of {format_number(orders)}."
    shown = frame.with_columns(pl.Series("share", [round(value_of(share), 9)], dtype=pl.Decimal(38, 9)))
    return Finding(text, shown, figures=(share, more_than, more_than + 1))


# The catalogue ----------------------------------------------------------------------------------------------------------


def catalogue(m: Material) -> Finding:
    """Lists and counts of products, resellers and stores, as the catalogue has them; no sales."""
    subject = m.slots.counted or next((d for d in m.slots.by if d in ("product", "reseller", "store", "category", "country")), "product")
    if m.slots.has("price"):
        return _prices(m)
    rows, columns = _listed(m, subject)
    group = next((d for d in m.slots.by if d in ("country", "category", "reseller", "city") and d != subject and d in columns), None)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    if group is not None and m.slots.by_given:
        return _counts(frame, subject, group)
    where = "".join(
        f" {'without' if c.exclude else 'in' if c.dimension in ('country', 'city') else 'of'} {c.label}" for c in m.slots.chosen
    )
    text = f"There {'is' if len(rows) == 1 else 'are'} {count_of(len(rows), subject)} in the catalogue{where}"
    names = [row[columns.index("name")] or "" for row in rows[:5]]
    text += f": {joined(names)}{' and more' if len(rows) > 5 else ''}" if names else ""
    note = ("The own web shop is not counted as a reseller.",) if subject == "reseller" else ()
    return Finding(sentence(text), frame, caveats=note, figures=(len(rows),))


def _listed(m: Material, subject: str) -> tuple[list[tuple[str | None, ...]], list[str]]:
    v = m.vocabulary
    chosen = {(c.dimension, c.exclude): c.values for c in m.slots.chosen}

    def kept(dimension: str, value: str | None) -> bool:
        wanted, unwanted = chosen.get((dimension, False)), chosen.get((dimension, True))
        return (wanted is None or value in wanted) and (unwanted is None or value not in unwanted)

    if subject == "product":
        products = [p for p in v.products if kept("category", p.category) and kept("product", p.label)]
        return [(p.ean, p.code, p.name, p.category) for p in products], ["ean", "code", "name", "category"]
    if subject == "store":
        own = {r.name for r in v.resellers if r.own_shop}
        stores = [
            s
            for s in v.stores
            if s.reseller not in own and kept("reseller", s.reseller) and kept("country", s.country) and kept("city", s.city)
        ]
        stores = [
            s
            for s in stores
            if m.slots.source in ("", "both")
            or s.channel == ("online" if m.slots.source != "offline" else "offline")
            or "offline" not in m.slots.sources_named
        ]
        return [(s.name, s.reseller, s.channel, s.city, s.country) for s in stores], ["name", "reseller", "channel", "city", "country"]
    if subject == "category":
        counts = Counter(p.category for p in v.products)
        return [(name, str(number)) for name, number in sorted(counts.items())], ["name", "products"]
    if subject == "country":
        codes = sorted({r.country for r in v.resellers if r.country} | {s.country for s in v.stores if s.country})
        return [(country_name(code), code) for code in codes], ["name", "country"]
    resellers = [r for r in v.resellers if not r.own_shop and kept("country", r.country) and kept("reseller", r.name)]
    return [(r.name, r.country) for r in resellers], ["name", "country"]


def _counts(frame: pl.DataFrame, subject: str, group: str) -> Finding:
    counted = frame.group_by(group).agg(pl.len().cast(pl.Int64).alias(f"{subject}s")).sort([f"{subject}s", group], descending=[True, False])
    listed = [f"{name_of(group, value)} {number}" for value, number in counted.head(8).iter_rows()]
    text = f"{count_of(frame.height, subject)} by {title(group, False)}: {joined(listed, 8)}."
    values = tuple(counted[f"{subject}s"])
    names = tuple(name_of(group, value) for value in counted[group])
    chart = (
        ChartSpec(
            "horizontal_bar",
            f"{title(subject).capitalize()} by {title(group, False)}",
            names,
            (Series(title(subject), values),),
            group.capitalize(),
            title(subject),
            "lines",
        )
        if counted.height > 1
        else None
    )
    return Finding(text, counted, chart=chart, figures=(frame.height,))


def _prices(m: Material) -> Finding:
    frame = m.look_up(PRODUCTS, {})
    wanted = [c for c in m.slots.chosen if c.dimension == "product" and not c.exclude]
    if wanted:
        codes = [value.split(" · ", 1)[0] for c in wanted for value in c.values]
        frame = frame.filter(pl.col("functional_name").is_in(codes))
    listed = [
        f"{row['product_name']} {format_money(row['rrp_eur'], 2)}"
        for row in frame.head(3).iter_rows(named=True)
        if row["rrp_eur"] is not None
    ]
    if not listed:
        return Finding("No list price is stated for this in the catalogue.", frame)
    return Finding(f"Recommended retail price incl. VAT, as the catalogue states it: {joined(listed)}.", frame)


# Uploads and coverage ---------------------------------------------------------------------------------------------------


def upload(m: Material) -> Finding:
    """The newest stored file: rows, money, reseller and period."""
    frame = m.look_into("uploads")
    if frame is None or frame.is_empty():
        return Finding("No file is stored yet. Upload one under Data, Upload.")
    row = frame.row(0, named=True)
    text = (
        f"The last upload, “{row['file_name']}” of {row['reseller'] or 'no reseller'} ({_day(row['uploaded_at'])}), stored {format_number(row['rows_stored'])} rows"
        f" worth {format_money(row['sales_eur_net'] or 0, 2)} net"
    )
    text += f" for {_day(row['period_start'])} to {_day(row['period_end'])}" if row["period_start"] else ""
    text += f"; {_counted_rows(row['rows_held'])} in the inbox" if row["rows_held"] else "; no row waits in the inbox"
    text += f" (upload {row['upload_batch_id']})"
    return Finding(sentence(text), frame.head(m.slots.number or 10))


def _counted_rows(count: int) -> str:
    return f"{format_number(count)} {'row waits' if count == 1 else 'rows wait'}"


def _day(value: Any) -> str:
    return times.day_words(value) if isinstance(value, date) else str(value)


def held(m: Material) -> Finding:
    """Keys that match no product or store: how many lines, units and how much money wait."""
    frame = m.look_into("held")
    if frame is None or frame.is_empty():
        return Finding(
            "Nothing waits: every line of every stored file has its product and its store.", frame if frame is not None else pl.DataFrame()
        )
    products = frame.filter(pl.col("rule") != "unmatched_store")
    lines, net = int(frame["lines"].sum()), value_of(frame["sales_eur_net"].sum())
    parts = [
        f"“{row['key']}” of {row['reseller']} ({format_number(row['lines'])} {'line' if row['lines'] == 1 else 'lines'}, {format_money(row['sales_eur_net'] or 0, 2)})"
        for row in frame.head(3).iter_rows(named=True)
    ]
    text = f"{frame.height} keys match nothing in the catalogue, {products.height} of them products: {format_number(lines)} lines worth {format_money(net, 2)} net wait in the inbox and are in no figure. Largest: {joined(parts)}."
    return Finding(
        text,
        frame,
        caveats=("Resolve them under Data, Inbox; their sales are then counted from the day they were made.",),
        figures=(products.height, lines, net, frame.height),
    )


def coverage(m: Material) -> Finding:
    """Which resellers have reported, which are late, and how far the data reach."""
    frame, summary = m.look_into("coverage")
    wanted = {value for c in m.slots.chosen if c.dimension == "reseller" and not c.exclude for value in c.values}
    if wanted:
        frame = frame.filter(pl.col("reseller").is_in(list(wanted)))
    period = m.slots.asked.period.period if m.slots.asked.period else None
    if period is not None:
        frame = frame.filter((pl.col("period_end") >= period.start) & (pl.col("period_end") <= period.end))
        text = _in_period(frame, m.slots.asked.period.text if m.slots.asked.period else "")
    else:
        text = summary
    through = {name: day for name, day in m.vocabulary.through.items() if not wanted or name in wanted}
    if through:
        text += (
            " Data through: "
            + ", ".join(f"{name} {times.day_words(day)}" for name, day in sorted(through.items(), key=lambda item: item[1]))
            + "."
        )
    return Finding(text, frame)


def _in_period(frame: pl.DataFrame, words: str) -> str:
    missing = frame.filter(pl.col("status").is_in(["late", "missing", "due"]))["reseller"].unique().sort().to_list()
    here = frame.filter(pl.col("status").is_in(["received", "partial", "restated"]))["reseller"].unique().sort().to_list()
    open_ = f"not yet complete: {joined(missing, 12)}" if missing else "nothing is missing"
    return f"For {words} {len(here)} resellers have reported; {open_}."


def stock(m: Material) -> Finding:
    """What the newest file of the one reseller that states stock says; stock is no part of the sales facts."""
    found = m.look_into("stock")
    wanted = [c for c in m.slots.chosen if c.dimension == "product" and not c.exclude]
    labels = {value for c in wanted for value in c.values}
    name = f" of {' + '.join(c.label for c in wanted)}" if wanted else ""
    nobody = "No other reseller reports stock; I can give units sold instead."
    if found is None:
        return Finding(f"No stock is known: only Liberty’s files state it, and none is loaded. {nobody}", declined=True)
    frame, day = found
    own = frame.filter(pl.col("product").is_in(list(labels))) if labels else frame
    if own.is_empty():
        return Finding(f"Liberty’s last file, to {times.day_words(day)}, states no stock{name}. {nobody}", own, figures=(day,))
    text = f"Liberty states {format_number(own['stock_units'].sum())} units{name} in stock in its last file, to {times.day_words(day)}. {nobody}"
    return Finding(text, own, caveats=("Read from the original file; stock is not stored with the sales.",), figures=(day,))


def help_text(m: Material) -> Finding:
    """What can be asked, in the words of the business."""
    text = (
        "I answer questions about sales of resellers (sell-out) and of the own web shop: net and gross revenue, units, returns, orders, order value, average price, margin, "
        "by product, category, reseller, store, country, traffic source and any period; with comparisons, shares, trends, reasons for changes, forecasts, what never sold, what waits in the inbox and who has not reported."
    )
    span = m.data_span()
    text += f" The data reach from {times.day_words(span.start)} to {times.day_words(span.end)}." if span else ""
    return Finding(text, unanswered=True)
