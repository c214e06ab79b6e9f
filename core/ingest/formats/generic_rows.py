"""The lines of a list nobody knows as facts: units and money of each, the keys of its product and store, its currency and VAT basis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from core.ingest.formats import tables
from core.ingest.formats.column_mapping import MONTHS, Mapped
from core.ingest.formats.generic_layout import Band, Found
from core.ingest.formats.generic_periods import STARTS, Dated, date_lines, under
from core.ingest.formats.meanings import AMOUNTS
from core.ingest.formats.remarks import Written
from core.ingest.formats.tables import Figures, Table
from core.ingest.normalising import collapse, fold, fold_column, map_texts, present_column, read_eans
from core.ingest.numbers import DecimalSign, Spelling, decide_decimal, read_currency, read_number
from core.ingest.shapes import MONEY, Problem, RawBook, ReadOptions

KEYS = ("ean", "code", "sku", "text")
GROUP_SUM = r"^(?:sub ?-?total|(?:grand )?total|summe|suma|razem|totaal|gesamt|totale|somme|kopa|viso|разом|всього|итого|всего)\b"
ABOUT = (*KEYS, "store", "channel", "country", "currency", "reseller", "brand", "date", "month", "period", "week", "week_end", "week_start")


@dataclass(frozen=True)
class Part:
    """One table of lines with its figures read: the whole list, or the columns of one month or one `store`. `money`: the meaning of its amount column."""

    table: Table
    dated: Dated
    figures: Figures
    money: str | None
    band: str | None = None
    store: str | None = None


def split(found: Found, mapped: Mapped) -> list[tuple[Table, str | None, Band | None]]:
    """(table, meaning of the money, band): one for a list, one for each period of columns under periods."""
    places = dict(mapped.places)
    money = mapped.money()
    if mapped.stores:
        return _stores_apart(found, mapped)
    if not found.bands:
        return [(found.table(_read_as(places, places.get("units"), places.get(money) if money else None)), money, None)]
    groups: dict[tuple[object, object], dict[str, Band]] = {}
    proposed = next(choice.meaning for choice in mapped.choices if choice.key == MONTHS)
    for band in found.bands:
        if not band.total:
            groups.setdefault((band.span, band.month), {}).setdefault(measure_of(band, proposed), band)
    parts: list[tuple[Table, str | None, Band | None]] = []
    for named in groups.values():
        own = next((meaning for meaning in (*AMOUNTS, "unit_price") if meaning in named), None)
        units = named["units"].place if "units" in named else None
        first = next(iter(named.values()))
        parts.append((found.table(_read_as(places, units, named[own].place if own else None)), own, first))
    return parts


def _stores_apart(found: Found, mapped: Mapped) -> list[tuple[Table, str | None, Band | None]]:
    """One table for each store, a second one where two columns name it; the price of one unit, where a column states it, is of all."""
    groups: dict[tuple[str, int], dict[str, Band]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for band in mapped.stores:
        if not band.total:
            name, measure = fold(band.label), str(band.said.meaning)
            groups.setdefault((name, seen[name, measure]), {})[measure] = band
            seen[name, measure] += 1
    parts: list[tuple[Table, str | None, Band | None]] = []
    for named in groups.values():
        units = named["units"].place if "units" in named else None
        money = "amount" if "amount" in named else "unit_price" if "unit_price" in mapped.places else None
        amount = named["amount"].place if "amount" in named else mapped.places.get("unit_price")
        parts.append((found.table(_read_as(mapped.places, units, amount)), money, next(iter(named.values()))))
    return parts


def measure_of(band: Band, proposed: str) -> str:
    return band.said.meaning or proposed


def _read_as(places: Mapping[str, int], units: int | None, amount: int | None) -> dict[str, int]:
    """Meanings as the readers of figures know them."""
    others = {name: place for name, place in places.items() if name not in ("units", *AMOUNTS, "unit_price")}
    figures = {"quantity": units, "amount": amount}
    return {**others, **{name: place for name, place in figures.items() if place is not None}}


def decimal_sign(tables_: list[Table], measure: str, options: ReadOptions) -> tuple[DecimalSign | None, str | None]:
    """(the sign all these columns are written with, an example that only a person can read) over every text cell of them."""
    texts: set[str | None] = set()
    for table in tables_:
        if measure in table.places:
            typed = table.typed(measure)
            column = table.column(measure)
            texts |= set((column.filter(~typed) if typed is not None else column).unique().to_list())
    decided = decide_decimal(texts, "units" if measure == "quantity" else "amount")
    if decided != "ambiguous":
        return decided, None
    example = next(str(text) for text in sorted(filter(None, texts)) if read_number(text).state == "ambiguous")
    return options.decimal, None if options.decimal else example


def read_part(
    table: Table,
    money: str | None,
    band: Band | None,
    book: RawBook,
    found: Found,
    options: ReadOptions,
    sign: DecimalSign | None,
    counts: DecimalSign | None = None,
) -> Part:
    """`sign`: of columns that leave theirs open; `counts`: of the units, whatever they look like."""
    store = band.label if band and not found.bands else None
    dated = date_lines(table, book, found, options) if band is None or store else under(band, table.height, book, found, options)
    written = None
    if counts is not None:
        spelled = {"quantity": Spelling(frozenset({counts})), **tables.spell(table, ("amount",), exact=True).spellings}
        written = Written(spelled, whole=True)
    return Part(table, dated, tables.read_figures(table, sign, written), money, band.label if band else None, store)


def lines_of(part: Part, amount_is: str | None) -> pl.DataFrame:
    """One row a line in the columns of ROW_COLUMNS it states, and `row`."""
    table, figures = part.table, part.figures
    ean_text, code, sku, text = (present_column(table.column(key)) for key in KEYS)
    ean, ean_rule = read_eans(table.column("ean"))
    amount = figures.amounts.values
    if part.money == "unit_price" or amount_is == "unit":
        amount = times(amount, figures.quantity)
    currency = currencies_of(table)
    columns = {
        **part.dated.frame.to_dict(),
        "source_row": table.rows,
        "row": table.rows,
        "store_text": present_column(table.column("store")).str.strip_chars() if part.store is None else _all(part.store, table.height),
        "vendor_channel": vendor_channel(table),
        "ean": ean,
        "code_text": code,
        "sku_text": sku,
        "product_text": text,
        "quantity": figures.quantity,
        "amount_local": amount,
        "currency": currency,
        "held": figures.held,
        "ean_rule": ean_rule,
        "ean_text": ean_text,
    }
    by_name = pl.col("ean").is_null() & pl.col("code_text").is_null() & pl.col("sku_text").is_null()
    return pl.DataFrame(columns).with_columns(
        table.cells("quantity", "amount").alias("source_cells"),
        pl.when(by_name).then("product_text").alias("name_text"),
        pl.coalesce("ean_text", "code_text", "sku_text", "product_text").alias("vendor_key"),
        _held_by(bool(set(KEYS) & table.places.keys())).alias("held_reason"),
    )


def _all(text: str, height: int) -> pl.Series:
    return pl.Series([text], dtype=pl.String).new_from_index(0, height)


def _held_by(has_products: bool) -> pl.Expr:
    """What holds a line: its figures, no readable period, an EAN cut off with no other number beside it, no product at all."""
    keyless = pl.all_horizontal(pl.col(name).is_null() for name in ("ean_text", "code_text", "sku_text", "product_text"))
    cut_off = (pl.col("ean_rule") == "ean_lost_digits") & pl.col("code_text").is_null() & pl.col("sku_text").is_null()
    return pl.coalesce(
        "held",
        pl.when(pl.col(STARTS).is_null()).then(pl.lit("missing_period")),
        pl.when(cut_off).then(pl.lit("ean_lost_digits")),
        pl.when(keyless & pl.lit(has_products)).then(pl.lit("ean_missing")),
    )


def times(price: pl.Series, units: pl.Series) -> pl.Series:
    """Price of one × units, exactly."""
    return pl.DataFrame({"p": price, "q": units}).select((pl.col("p") * pl.col("q").cast(MONEY)).cast(MONEY)).to_series()


def vendor_channel(table: Table) -> pl.Series:
    """The file's own word for channel and country: neither is thrown away."""
    channel, country = (present_column(table.column(name)).str.strip_chars() for name in ("channel", "country"))
    return (
        pl.DataFrame({"a": channel, "b": country})
        .select(pl.concat_str("a", "b", separator=" · ", ignore_nulls=True).replace("", None))
        .to_series()
    )


def currencies_of(table: Table) -> pl.Series:
    """The currency each line states: in a column of its own, else by the sign in its amount; null where it states none."""
    if "currency" in table.places:
        return map_texts(table.column("currency"), read_currency, pl.String)
    if "amount" not in table.places:
        return pl.Series([None], dtype=pl.String).new_from_index(0, table.height)
    texts = table.column("amount")
    if not texts.str.contains(r"[^\d\s.,()\-+−'’eE]").any():
        return pl.Series([None], dtype=pl.String).new_from_index(0, table.height)
    return map_texts(texts, lambda text: read_number(text).currency or read_number(text, ",").currency, pl.String)


def currency_problems(table: Table) -> tuple[Problem, ...]:
    """Codes that are none, and the common typing error PLY."""
    if "currency" not in table.places:
        return ()
    codes = table.column("currency")
    typed_wrong = codes.str.strip_chars().str.to_uppercase() == "PLY"
    strange = table.written("currency") & currencies_of(table).is_null() & ~tables.is_total(table, KEYS)
    return (
        *table.summary(typed_wrong, "currency", "currency_spelling", "lines say PLY and were read as PLN", "warning"),
        *table.remarks(strange, "currency", "currency_unknown", "This is no currency the workbench knows.", "error"),
    )


# Line or unit ---------------------------------------------------------------------------------------------------------


def line_or_unit(table: Table, figures: Figures, price: pl.Series | None) -> tuple[str | None, str]:
    """('line' | 'unit', how the figures prove it), (None, '') while only a person knows.

    Proven by a price column beside the amount, by products that were sold in different numbers, or by units that are all 1.
    """
    frame = pl.DataFrame({"q": figures.quantity.cast(pl.Float64), "a": figures.amounts.values.cast(pl.Float64)})
    several = frame.filter((pl.col("q").abs() > 1) & (pl.col("a") != 0))
    if not several.height:
        return "line", "every line is of one unit"
    if price is not None:
        both = frame.with_columns(price.cast(pl.Float64).alias("p")).filter(
            (pl.col("q").abs() > 1) & (pl.col("p") != 0) & (pl.col("a") != 0)
        )
        if both.height:
            of_line = _share(both, (pl.col("p") * pl.col("q") - pl.col("a")).abs() <= pl.col("a").abs() * 0.011)
            of_unit = _share(both, (pl.col("p") - pl.col("a").abs()).abs() <= 0.011)
            if max(of_line, of_unit) >= 0.9:
                return ("line", "price × units gives the amount") if of_line > of_unit else ("unit", "the amount is the price of one")
    key = next((present_column(table.column(name)) for name in KEYS if name in table.places), None)
    return _by_products(frame.with_columns(fold_column(key).alias("k"))) if key is not None else (None, "")


def _by_products(frame: pl.DataFrame) -> tuple[str | None, str]:
    """Products that sold in different numbers: does the money per unit stay the same, or the money itself?"""
    sold = frame.filter((pl.col("q") > 0) & (pl.col("a") > 0) & pl.col("k").is_not_null())
    groups = sold.group_by("k").agg(
        pl.col("q").n_unique().alias("n"),
        ((pl.col("a") / pl.col("q")).max() / (pl.col("a") / pl.col("q")).min()).alias("unit"),
        (pl.col("a").max() / pl.col("a").min()).alias("line"),
    )
    telling = groups.filter(pl.col("n") > 1)
    if telling.height < 2:
        return None, ""
    of_line, of_unit = _share(telling, pl.col("unit") < 1.05), _share(telling, pl.col("line") < 1.05)
    if of_line >= 0.8 and of_unit <= 0.2:
        return "line", f"{telling.height} products sold in different numbers, each at one amount per unit"
    if of_unit >= 0.8 and of_line <= 0.2:
        return "unit", f"{telling.height} products sold in different numbers, each at the same amount"
    return None, ""


def _share(frame: pl.DataFrame, fits: pl.Expr) -> float:
    return float(frame.select(fits.fill_null(False).mean()).item() or 0)


# Rows that are no lines -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """Masks over the body: `totals` (sums the file prints), `again` (the header repeated), `notes` (a remark below), `foreign` (another
    brand), `others` (another reseller than the chosen one). What none of them masks is a line."""

    totals: pl.Series
    again: pl.Series
    notes: pl.Series
    foreign: pl.Series
    others: pl.Series

    @property
    def lines(self) -> pl.Series:
        return ~(self.totals | self.again | self.notes | self.foreign | self.others)


def tell_rows(found: Found, mapped: Mapped, brand: str, reseller: str | None) -> Rows:
    table = found.table(dict(mapped.places))
    keys = tuple(name for name in ("ean", "code", "sku") if name in mapped.places)
    figures = _figure_columns(found, mapped)
    none = pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    again = _header_again(found)
    totals = (tables.is_total(table, keys) | _sum_of_a_group(table)) & ~again
    written = pl.DataFrame([table.body[f"c{place}"] for place in figures]) if figures else pl.DataFrame()
    counted = written.select(pl.any_horizontal(pl.all().str.contains(r"\d|#").fill_null(False))).to_series() if written.width else none
    notes = ~counted & ~again & ~totals
    foreign = ~_ours(table, brand) & ~(totals | again | notes) if "brand" in mapped.places else none
    others = _of_others(table, reseller) & ~(totals | again | notes | foreign) if reseller and "reseller" in mapped.places else none
    totals |= _unnamed_sum(table, counted & ~(totals | again), figures)
    return Rows(totals, again, notes & ~totals, foreign, others)


def _figure_columns(found: Found, mapped: Mapped) -> list[int]:
    own = [place for name, place in mapped.places.items() if name in ("units", *AMOUNTS, "unit_price")]
    return [*own, *(band.place for band in (*found.bands, *mapped.stores))]


def _header_again(found: Found) -> pl.Series:
    """Lines that repeat the header, as pages of a printout do."""
    same = [
        fold_column(found.body[f"c{column.place}"]).eq(fold(column.header)).fill_null(False) for column in found.columns if column.header
    ]
    if len(same) < 2:
        return pl.repeat(False, found.body.height, dtype=pl.Boolean, eager=True)
    return (
        pl.DataFrame([mask.alias(str(at)) for at, mask in enumerate(same)])
        .select(pl.sum_horizontal(pl.all().cast(pl.Int32)) > 1)
        .to_series()
    )


def _ours(table: Table, brand: str) -> pl.Series:
    own = fold(brand)
    return map_texts(table.column("brand"), lambda text: not text or fold(text).startswith(own) or own.startswith(fold(text)), pl.Boolean)


def _of_others(table: Table, reseller: str) -> pl.Series:
    named = fold(reseller)
    texts = table.column("reseller")
    if not any(fold(text) == named for text in texts.unique().to_list() if text):
        return pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)  # a reseller's own name for itself
    return map_texts(texts, lambda text: fold(text or "") != named, pl.Boolean)


def _sum_of_a_group(table: Table) -> pl.Series:
    """Rows without a product whose first text begins like a sum: `Total Germany`, `Subtotal France`, `Summe 2025`."""
    columns = table.sheet.frame.columns
    first = table.body.select(pl.coalesce(pl.when(pl.col(name).str.contains(r"\S")).then(pl.col(name)) for name in columns)).to_series()
    said = fold_column(first).str.contains(GROUP_SUM).fill_null(False)
    for key in KEYS:
        said &= ~table.written(key)
    return said


def _unnamed_sum(table: Table, candidates: pl.Series, figures: list[int]) -> pl.Series:
    """A last row of nothing but figures is a total without its word: where they are the sums of those above, and in a list without
    products always, for no line there is without a name."""
    none = pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    rows = candidates.arg_true().to_list()
    if len(rows) < 3 or not figures:
        return none
    last, cells = rows[-1], table.body.row(rows[-1])[1:]
    if any(text and text.strip() for place, text in enumerate(cells) if place not in figures):
        return none
    if "store" in table and not set(KEYS) & table.places.keys():
        return pl.Series([row == last for row in range(table.height)])
    for place in figures:
        values = [read_number(table.body[f"c{place}"][row], None).value for row in rows]
        if values[-1] is not None and values[-1] != sum((v for v in values[:-1] if v is not None), Decimal(0)):
            return none
    return pl.Series([row == last for row in range(table.height)])


def reseller_names(table: Table) -> dict[str, int]:
    """The resellers the lines name, with the number of their lines, the most frequent first."""
    counts = present_column(table.column("reseller")).drop_nulls().str.strip_chars().value_counts(sort=True)
    return {collapse(name): count for name, count in counts.iter_rows()}
