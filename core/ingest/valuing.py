"""Line kind, VAT, EUR and month of every row, in exact decimals. Pure; the formulas are those of the trade's own invoices.

    gross_local = amount_local if the basis is gross, else amount_local × (1 + vat_rate)
    net_local   = amount_local if the basis is net,   else amount_local / (1 + vat_rate)
    sales_eur_… = …_local × fx_rate, one rounding, half up, six digits

Money is worked on as 128-bit integers of its smallest stored unit: no float ever touches it.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from core.catalogue.rates import RateNeed
from core.catalogue.records import RATE, Catalogue, Reseller
from core.ingest.normalising import line_kind
from core.ingest.shapes import MONEY, Schema

EUR = pl.Decimal(38, 6)
VALUED: Schema = {
    "year": pl.Int32,
    "month": pl.Int32,
    "vat_rate": RATE,
    "fx_rate": RATE,
    "fx_month": pl.Date,
    "fx_source": pl.String,
    "sales_eur_gross": EUR,
    "sales_eur_net": EUR,
    "valued": pl.Boolean,
    "line_kind": pl.String,
    "bulk": pl.Boolean,
    "list_price": MONEY,  # recommended price of one unit incl. VAT on the row's day, in the row's currency; null: none known
}
LARGEST_AMOUNT = Decimal("1e11")
BULK_UNITS, BULK_SHARE = 50, 5  # a sale of more units than this, below one fifth of the list price, is bulk


def counted_day(rule: str) -> pl.Expr:
    """The day whose month a period belongs to: its last ('week_end'), its first ('week_start') or its middle one ('majority')."""
    start, end = pl.col("period_start"), pl.col("period_end")
    if rule == "majority":
        return start + pl.duration(days=(end - start).dt.total_days() // 2)
    return start if rule == "week_start" else end


def rate_needs(rows: pl.DataFrame) -> list[RateNeed]:
    """The currencies and days (last day of the period) whose exchange rates `value` needs."""
    stated = rows.select("currency", "period_end").unique().drop_nulls()
    return [RateNeed(currency, day) for currency, day in stated.iter_rows()]


def value(rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller, rates: pl.DataFrame) -> pl.DataFrame:
    """`rows` (matched; currency and basis filled in) with the columns VALUED. `rates` as from `catalogue.rates.rates_for`.

    EUR is null where the rate or (for the other basis) the VAT rate is not known; it is never 1 or 0 by default.
    """
    dated = _with_list_price(_with_vat_rate(rows, catalogue, reseller), catalogue)
    fx = rates.rename({"fx_day": "period_end"})
    known = dated.join(fx, on=["currency", "period_end"], how="left", nulls_equal=False, maintain_order="left")
    day = counted_day(reseller.period_rule)
    kind = line_kind(pl.col("product_kind"), pl.col("quantity"), pl.col("amount_local"))
    valued = known.with_columns(
        day.dt.year().cast(pl.Int32).alias("year"),
        day.dt.month().cast(pl.Int32).alias("month"),
        _eur("gross", "amount_local", pl.col("vat_basis")).alias("sales_eur_gross"),
        _eur("net", "amount_local", pl.col("vat_basis")).alias("sales_eur_net"),
        kind.alias("line_kind"),
        pl.lit(False).alias("valued"),
    ).with_columns(_bulk().alias("bulk"))
    return valued.select(*rows.columns, *VALUED)


def value_from_price_list(rows: pl.DataFrame, proven: pl.DataFrame | None = None) -> pl.DataFrame:
    """EUR of rows that state units but no money, as units × list price of their month; marked `valued`, `amount_local` stays empty.

    A product is valued only where these products of units and price add up, over the span of the file's own money, to that money
    (± 0.01): otherwise its EUR stays empty, and `list_price_differences` names the difference. `proven`: the products for which this
    holds, by vendor_key (and upload_batch_id), where `rows` are not all that the file states.
    """
    keys = proven_products(rows) if proven is None else proven
    marked = rows.join(keys.with_columns(pl.lit(True).alias("_proven")), on=keys.columns, how="left", maintain_order="left")
    fits = _derivable() & pl.col("_proven").fill_null(False)
    priced = marked.with_columns((pl.col("quantity").cast(MONEY) * pl.col("list_price")).alias("_derived"))
    return priced.with_columns(
        pl.when(fits).then(_eur("gross", "_derived", pl.lit("gross"))).otherwise("sales_eur_gross").alias("sales_eur_gross"),
        pl.when(fits).then(_eur("net", "_derived", pl.lit("gross"))).otherwise("sales_eur_net").alias("sales_eur_net"),
        (fits & pl.col("fx_rate").is_not_null()).fill_null(False).alias("valued"),
    ).drop("_derived", "_proven")


def proven_products(rows: pl.DataFrame, by: tuple[str, ...] = ()) -> pl.DataFrame:
    """The products (`by`, vendor_key) whose units × list price come to the money that the file states for them over its span."""
    return _against_spans(rows, by).filter("agrees").select(*by, "vendor_key")


def list_price_differences(rows: pl.DataFrame) -> pl.DataFrame:
    """Products whose units × list price do not add up to the money the file states over its span, or that have nothing to compare with:
    vendor_key, stated (null: the file states no money), derived (null: a list price is missing), and where the money stands."""
    return _against_spans(rows, ()).filter(~pl.col("agrees")).drop("agrees")


def _against_spans(rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    keys = [*by, "vendor_key"]
    spans = rows.filter(~pl.col("primary_view") & pl.col("amount_local").is_not_null() & pl.col("vendor_key").is_not_null())
    units = rows.filter(pl.col("primary_view") & pl.col("amount_local").is_null() & pl.col("quantity").is_not_null())
    price = (pl.col("quantity").cast(MONEY) * pl.col("list_price")).sum()
    derived = units.filter(pl.col("vendor_key").is_not_null()).group_by(keys, maintain_order=True).agg(
        pl.when(~pl.col("list_price").is_null().any()).then(price).alias("derived"),
        pl.col("source_sheet", "source_cells", "product_text", "currency", "product_ean").first(),
    )  # fmt: skip
    stated = spans.group_by(keys, maintain_order=True).agg(
        pl.col("amount_local").sum().alias("stated"), pl.col("source_sheet", "source_cells").first().name.prefix("_")
    )
    agrees = ((pl.col("stated") - pl.col("derived")).abs() <= Decimal("0.01")).fill_null(False)
    both = derived.join(stated, on=keys, how="left", maintain_order="left").with_columns(
        pl.coalesce("_source_sheet", "source_sheet").alias("source_sheet"),
        pl.coalesce("_source_cells", "source_cells").alias("source_cells"),
        agrees.alias("agrees"),
    )
    return both.drop("_source_sheet", "_source_cells")


def _derivable() -> pl.Expr:
    return pl.col("primary_view") & pl.col("amount_local").is_null() & pl.col("quantity").is_not_null() & pl.col("list_price").is_not_null()


def _with_vat_rate(rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller) -> pl.DataFrame:
    """The rate of the destination (order lines) or of the store's country, null where that is not known: no country's rate stands in for
    another's. The reseller's own rate holds at home, and where no country is named; the country's of the day where it has none."""
    order = pl.col("order_id").is_not_null()
    place = (
        pl.when(order)
        .then(pl.col("country").str.to_uppercase())
        .otherwise(pl.coalesce("store_country", pl.lit(reseller.country, pl.String)))
    )
    keyed = rows.with_columns(place.alias("_vat"))
    elsewhere = order | (pl.col("_vat") != (reseller.country or "")).fill_null(False)
    wanted = keyed.select("_vat", "period_end").unique().drop_nulls().sort("period_end")
    dated = wanted.join_asof(
        catalogue.vat_rates.sort("valid_from"),
        left_on="period_end",
        right_on="valid_from",
        by_left="_vat",
        by_right="country",
        check_sortedness=False,
    )
    found = keyed.join(dated.select("_vat", "period_end", "rate"), on=["_vat", "period_end"], how="left", maintain_order="left")
    own = pl.lit(reseller.vat_rate, RATE)
    rate = pl.when(elsewhere).then("rate").otherwise(pl.coalesce(own, "rate"))
    return found.with_columns(rate.cast(RATE).alias("vat_rate")).drop("rate", "_vat")


def _with_list_price(rows: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """The list price of one unit incl. VAT that held on the first day of the row's period."""
    keys = ["product_ean", "currency", "period_start"]
    wanted = rows.select(keys).unique().drop_nulls().sort("period_start")
    gross = catalogue.prices.filter(pl.col("vat_basis") == "gross").sort("valid_from")
    priced = wanted.join_asof(
        gross,
        left_on="period_start",
        right_on="valid_from",
        by_left=["product_ean", "currency"],
        by_right=["ean", "currency"],
        check_sortedness=False,
    ).select(*keys, pl.col("unit_price").cast(MONEY).alias("list_price"))
    return rows.join(priced, on=keys, how="left", maintain_order="left")


def _bulk() -> pl.Expr:
    """A sale of many units far below list price: counted as a sale, but able to be left out of averages and rankings."""
    gross = (
        pl.when(pl.col("vat_basis") == "gross").then(_units("amount_local") * _lit(10**6)).otherwise(_units("amount_local") * _with_vat())
    )
    cheap = gross * _lit(BULK_SHARE) < pl.col("quantity").cast(pl.Int128) * _units("list_price") * _lit(10**6)
    return ((pl.col("line_kind") == "sale") & (pl.col("quantity") > BULK_UNITS) & cheap).fill_null(False)


# Exact arithmetic -----------------------------------------------------------------------------------------------------


def _eur(basis: str, column: str, stated: pl.Expr) -> pl.Expr:
    """EUR of one basis from an amount stated in the other or the same one, rounded once, half up, to six digits."""
    money = _units(column) * pl.col("fx_rate").to_physical()  # scale 9 + 10
    shift = _lit(10 ** (9 + 10 - 6))
    same = _divided(money, shift)
    other = _divided(money * _with_vat(), shift * _lit(10**6)) if basis == "gross" else _divided(money * _lit(10**6), shift * _with_vat())
    return pl.when(stated == basis).then(same).otherwise(other).cast(pl.Decimal(38, 0)) * pl.lit(Decimal("0.000001"), EUR)


def _units(column: str) -> pl.Expr:
    return pl.col(column).to_physical()


def _with_vat() -> pl.Expr:
    """1 + VAT rate, in millionths."""
    return _lit(10**6) + pl.col("vat_rate").to_physical() // _lit(10**4)


def _lit(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int128)


def _divided(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Quotient of two integers, halves away from zero."""
    magnitude = (numerator.abs() * _lit(2) + denominator) // (denominator * _lit(2))
    return pl.when(numerator < 0).then(magnitude * _lit(-1)).otherwise(magnitude)
