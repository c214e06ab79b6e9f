"""Row problems as data: what a person may want to know about rows that are placed and valued. Pure; nothing is changed or dropped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import polars as pl

from core.catalogue.records import Catalogue, Reseller
from core.ingest.matching import NOT_A_PRODUCT
from core.ingest.normalising import is_valid_ean
from core.ingest.product_texts import disagrees
from core.ingest.shapes import PROBLEMS, Problem, SalesFrame, Severity
from core.ingest.suggesting import Suggestions
from core.ingest.valuing import LARGEST_AMOUNT, list_price_differences

MOST_PER_RULE = 200
FLOOD_UNITS = 100
KEY_KINDS = {"ean": "EAN", "code": "item", "sku": "SKU", "name": "product", "store": "store"}


def check(rows: pl.DataFrame, frame: SalesFrame, catalogue: Catalogue, reseller: Reseller, brand: str = "") -> list[Problem]:
    """Every remark on the rows, the ones the format made while reading first; a rule the format reported already is not repeated."""
    said = {problem.rule for problem in frame.problems}
    suggestions = Suggestions(catalogue, reseller, brand)
    found = [
        *held_keys(rows, suggestions),
        *check_digits(rows, said),
        *eans_missing(rows, said),
        *text_disagreements(rows, catalogue, reseller),
        *signs(rows, said),
        *bulk_lines(rows),
        *sample_flood(rows),
        *gifts(rows, said),
        *identical(rows, said),
        *not_converted(rows),
        *plausibility(rows),
        *(list_price_remarks(rows) if reseller.values_from_price_list else ()),
    ]
    return [*frame.problems, *found]


def as_frame(problems: Iterable[Problem]) -> pl.DataFrame:
    """Problems in the columns PROBLEMS, errors first; of one rule at most 200, the rest counted in one line."""
    ranks = {"error": 0, "warning": 1, "info": 2}
    listed = sorted(problems, key=lambda p: ranks[p.severity])
    rows, counts = [], dict[str, int]()
    for p in listed:
        counts[p.rule] = counts.get(p.rule, 0) + 1
        if counts[p.rule] <= MOST_PER_RULE:
            rows.append((p.sheet, p.cell, p.value, p.rule, p.severity, p.message, p.suggestion))
    for rule, count in counts.items():
        if count > MOST_PER_RULE:
            rows.append((None, None, None, rule, "info", f"{count - MOST_PER_RULE:,} more lines of this kind are not listed.", None))
    return pl.DataFrame(rows, schema=PROBLEMS, orient="row")


def _at(row: dict[str, object], rule: str, message: str, severity: Severity = "warning", suggestion: str | None = None) -> Problem:
    """A problem on the cell of a row; `value` is the row's key or text."""
    cells = str(row.get("source_cells") or "")
    cell = next((part for part in cells.split("|") if part), None) or (f"row {row['source_row']}" if row.get("source_row") else None)
    sheet, value = row.get("source_sheet"), row.get("key_text") or row.get("vendor_key") or row.get("product_text") or row.get("store_text")
    return Problem(rule, message, severity, str(sheet) if sheet else None, cell, str(value) if value else None, suggestion)


def money(value: object, currency: object) -> str:
    """An amount with its currency, two digits at least; 'no money stated' for none."""
    if value is None:
        return "no money stated"
    amount = Decimal(str(value))
    digits = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{currency or ''} {amount:,.{digits}f}".strip()


# Products and stores --------------------------------------------------------------------------------------------------


def held_keys(rows: pl.DataFrame, suggestions: Suggestions) -> list[Problem]:
    """One problem per key that could not be placed, with its lines, units, money and what it looks like."""
    held = rows.filter(pl.col("rule").is_not_null() & pl.col("primary_view"))
    groups = held.group_by("rule", "key_kind", "key", maintain_order=True).agg(
        pl.col("source_sheet", "source_row", "source_cells", "key_text", "vendor_key", "product_text", "store_text", "currency").first(),
        pl.len().alias("lines"),
        pl.col("quantity").sum().alias("units"),
        pl.when(pl.col("amount_local").is_not_null().any()).then(pl.col("amount_local").sum()).alias("amount"),
    )
    return [_held(row, suggestions) for row in groups.iter_rows(named=True)]


def _held(row: dict[str, object], suggestions: Suggestions) -> Problem:
    size = f"{row['lines']:,} line{'s' if row['lines'] != 1 else ''}, {row['units']:,} units, {money(row['amount'], row['currency'])}"
    if row["rule"] == NOT_A_PRODUCT:
        return _at(row, NOT_A_PRODUCT, f"“{row['key_text']}” is marked as no product: {size}, in no figure.", "info")
    what = KEY_KINDS.get(str(row["key_kind"]), "line")
    said = {"unmatched_store": "This store is", "unmatched_product": f"This {what} is"}.get(
        str(row["rule"]), "This line can not be placed: it is"
    )
    text = str(row["key_text"] or row["vendor_key"] or row["product_text"] or "")
    looks = suggestions.sentence(str(row["key_kind"] or ""), text, str(row["product_text"] or ""))
    return _at(row, str(row["rule"]), f"{said} held in the inbox: “{' '.join(text.split())}” ({size}).", "warning", looks)


def check_digits(rows: pl.DataFrame, said: set[str]) -> list[Problem]:
    """EANs whose check digit is wrong: a warning only, the catalogue decides."""
    if "ean_check_digit" in said:
        return []
    unique = rows.filter(pl.col("ean").str.len_chars().is_in([8, 12, 13, 14])).unique("ean", keep="first", maintain_order=True)
    wrong = (row for row in unique.iter_rows(named=True) if not is_valid_ean(row["ean"]))
    return [_at(row, "ean_check_digit", f"The check digit of EAN {row['ean']} is wrong.", suggestion="Check the number.") for row in wrong]


def eans_missing(rows: pl.DataFrame, said: set[str]) -> list[Problem]:
    """Rows without EAN in a view that states EANs, matched by their next key."""
    if "ean_missing" in said:
        return []
    main = rows.filter(pl.col("primary_view"))
    blank = main.filter(pl.col("ean").is_null() & pl.col("vendor_key").is_not_null() & pl.col("held_reason").is_null())
    if not blank.height or main.height - blank.height <= main.height // 2:
        return []
    first = blank.row(0, named=True)
    message = (
        f"{blank.height:,} line{'s have' if blank.height != 1 else ' has'} no EAN and went by the next key, first “{first['vendor_key']}”."
    )
    return [_at(first, "ean_missing", message)]


def text_disagreements(rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller) -> list[Problem]:
    """Keys that stand for one product while the text beside them names another; the key counts."""
    seen = rows.filter(pl.col("product_ean").is_not_null()).unique(
        ["product_ean", "product_text", "sku_text"], keep="first", maintain_order=True
    )
    names = dict(catalogue.products.select("ean", "product_name").iter_rows())
    codes = {str(code).casefold(): ean for code, ean in catalogue.products.select("functional_name", "ean").iter_rows()}
    found = []
    for row in seen.iter_rows(named=True):
        other = (
            codes.get(str(row["sku_text"]).strip().casefold()) if reseller.settings.get("opinion") == "sku" and row["sku_text"] else None
        )
        if other is not None and other != row["product_ean"]:
            message = (
                f"The key says “{names[row['product_ean']]}”, the supplier reference {row['sku_text']} another product. The key counts."
            )
            found.append(_at(row, "key_text_disagree", message))
        elif row["product_text"] and disagrees(row["product_text"], names[row["product_ean"]]):
            message = f"The key says “{names[row['product_ean']]}”, the text “{' '.join(row['product_text'].split())}”. The key counts."
            found.append(_at(row, "key_text_disagree", message, suggestion="Check the key in the catalogue."))
    return found


# Numbers and kinds ----------------------------------------------------------------------------------------------------


def signs(rows: pl.DataFrame, said: set[str]) -> list[Problem]:
    """Units and money of opposite sign, and money without units."""
    found: list[Problem] = []
    primary = rows.filter(pl.col("primary_view"))
    if "sign_mismatch" not in said:
        crossed = primary.filter((pl.col("quantity").sign() * pl.col("amount_local").sign()) < 0)
        found += [
            _at(r, "sign_mismatch", f"{r['quantity']} units with {money(r['amount_local'], r['currency'])}.")
            for r in crossed.iter_rows(named=True)
        ]
    if "zero_unit_money" not in said:
        netted = primary.filter((pl.col("quantity") == 0) & (pl.col("amount_local") != 0))
        text = "0 units with {}: a credit or a netted return, kept as an adjustment."
        found += [
            _at(r, "zero_unit_money", text.format(money(r["amount_local"], r["currency"])), "info") for r in netted.iter_rows(named=True)
        ]
    return found


def bulk_lines(rows: pl.DataFrame) -> list[Problem]:
    bulk = rows.filter(pl.col("bulk") & pl.col("primary_view"))
    text = "{:,} units for {}: a bulk line. Pages can leave bulk out, and say how much it was."
    return [
        _at(r, "bulk_line", text.format(r["quantity"], money(r["amount_local"], r["currency"])), "info") for r in bulk.iter_rows(named=True)
    ]


def sample_flood(rows: pl.DataFrame) -> list[Problem]:
    """Free goods that outnumber what was sold."""
    free = rows.filter((pl.col("line_kind") == "sample") & pl.col("primary_view")).get_column("quantity").sum()
    sold = rows.filter((pl.col("line_kind") == "sale") & pl.col("primary_view")).get_column("quantity").sum() or 0
    if not free or free < FLOOD_UNITS or free <= sold:
        return []
    return [
        Problem(
            "sample_flood",
            f"{free:,} units are free samples; they count neither as units nor as revenue ({sold:,} units were sold).",
            "info",
        )
    ]


def gifts(rows: pl.DataFrame, said: set[str]) -> list[Problem]:
    """Order lines for 0.00 that are not marked as a gift, and refund lines."""
    lines = rows.filter(pl.col("order_id").is_not_null())
    zero = lines.filter((pl.col("line_kind") == "sample") & ~pl.col("is_gift").fill_null(False))
    refunds = lines.filter(pl.col("line_kind") == "return")
    found = []
    if zero.height and "gift_not_flagged" not in said:
        found.append(
            _at(
                zero.row(0, named=True),
                "gift_not_flagged",
                f"{zero.height:,} lines for 0.00 are not marked as gifts; they are samples.",
                "info",
            )
        )
    if refunds.height and "refund_lines" not in said:
        found.append(_at(refunds.row(0, named=True), "refund_lines", f"{refunds.height:,} lines are refunds.", "info"))
    return found


def identical(rows: pl.DataFrame, said: set[str]) -> list[Problem]:
    """Lines that repeat another line cell by cell. Each is a sale of its own; they are only counted."""
    if "identical_rows" in said:
        return []
    columns = [
        "view",
        "store_text",
        "vendor_key",
        "product_text",
        "period_start",
        "sale_date",
        "quantity",
        "amount_local",
        "vendor_channel",
    ]
    order = ["order_id", "country", "is_gift", "city"]
    counted = pl.col("primary_view") & pl.col("quantity").is_not_null()
    primary = rows.select(*columns, *order, counted.alias("counted")).filter("counted")
    # Columns without any value tell no two lines apart.
    repeated = primary.height - primary.select(c for c in primary.get_columns() if c.null_count() < primary.height).unique().height
    if not repeated:
        return []
    return [
        Problem("identical_rows", f"{repeated:,} lines repeat an earlier line exactly. All are kept: each is a sale of its own.", "info")
    ]


# Money ----------------------------------------------------------------------------------------------------------------


def not_converted(rows: pl.DataFrame) -> list[Problem]:
    """Money that has no EUR because no rate is known, by currency and month; it is stored and named beside every figure."""
    missing = rows.filter(
        pl.col("primary_view") & pl.col("amount_local").is_not_null() & pl.col("fx_rate").is_null() & pl.col("period_end").is_not_null()
    )
    by = missing.group_by("currency").agg(
        pl.col("amount_local").sum(), pl.col("period_end").min().alias("first"), pl.col("period_end").max().alias("last")
    )
    return [
        Problem(
            "fx_missing",
            f"{money(amount, currency or '(currency unknown)')} is not converted to EUR: no exchange rate from {first:%b %Y} to {last:%b %Y}.",
            "warning",
            value=currency,
            suggestion="Add the rate under Admin, Catalogue, Rates; the figures follow at once.",
        )
        for currency, amount, first, last in by.sort("currency").iter_rows()
    ]


def plausibility(rows: pl.DataFrame) -> list[Problem]:
    """Unit prices against the list price of the month: far above it, or the whole file at one ratio that looks like VAT."""
    sold = rows.filter(
        (pl.col("line_kind") == "sale")
        & pl.col("primary_view")
        & (pl.col("quantity") > 0)
        & (pl.col("amount_local") > 0)
        & (pl.col("list_price") > 0)
    ).with_columns(_ratio().alias("ratio"))
    high = sold.filter(pl.col("ratio") > 1.3)
    found = [
        _at(r, "price_above_list", f"The unit price is {r['ratio']:.1f} times the list price.") for r in high.head(20).iter_rows(named=True)
    ]
    return [*found, *_basis_suspect(sold)]


def _ratio() -> pl.Expr:
    """Unit price over list price, both in the row's basis; only for judging, never stored."""
    vat = pl.when(pl.col("vat_basis") == "net").then(1 + pl.col("vat_rate").cast(pl.Float64)).otherwise(1.0)
    return pl.col("amount_local").cast(pl.Float64) * vat / pl.col("quantity") / pl.col("list_price").cast(pl.Float64)


def _basis_suspect(sold: pl.DataFrame) -> Sequence[Problem]:
    if sold.height < 5:
        return ()
    vat = pl.col("vat_rate").cast(pl.Float64)
    without = sold.filter((pl.col("vat_basis") == "gross") & ((pl.col("ratio") * (1 + vat) - 1).abs() < 0.005)).height
    twice = sold.filter((pl.col("vat_basis") == "net") & ((pl.col("ratio") / (1 + vat) - 1).abs() < 0.005)).height
    if max(without, twice) <= sold.height * 0.6:
        return ()
    stated, looks = ("incl.", "excl.") if without > twice else ("excl.", "incl.")
    return [
        Problem(
            "vat_basis_suspect",
            f"Most unit prices look {looks} VAT, but this reseller's amounts are set to {stated} VAT.",
            suggestion="Check the VAT basis of the reseller under Admin, Catalogue.",
        )
    ]


def list_price_remarks(rows: pl.DataFrame) -> list[Problem]:
    """Products whose units × list price miss the money the file states; they stay without revenue."""
    return [
        Problem(
            "amount_not_list_price",
            f"{' '.join(str(r['product_text'] or r['vendor_key']).split())}: the file states {money(r['stated'], r['currency'])}, units × list price "
            f"give {money(r['derived'], r['currency'])}; {money(r['stated'] - r['derived'], r['currency'])} apart. Its months have no revenue.",
            "warning",
            r["source_sheet"],
            next((part for part in str(r["source_cells"] or "").split("|") if part), None),
            r["vendor_key"],
            "Check the list price of this product, or ask about a promotion.",
        )
        for r in list_price_differences(rows).iter_rows(named=True)
    ]


def too_large(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with an amount no cell can mean are held, whatever else they are."""
    return rows.with_columns(
        pl.when(pl.col("amount_local").abs() > LARGEST_AMOUNT)
        .then(pl.lit("implausible_amount"))
        .otherwise(pl.col("held_reason"))
        .alias("held_reason"),
        pl.when(pl.col("amount_local").abs() <= LARGEST_AMOUNT).then("amount_local").alias("amount_local"),
    )
