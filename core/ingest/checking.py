"""Row problems as data: what a person may want to know about rows that are placed and valued. Pure; nothing is changed or dropped here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.catalogue.records import Catalogue, Reseller
from core.ingest.matching import NOT_A_PRODUCT
from core.ingest.observing import SHOWN, Lines, Observed
from core.ingest.product_texts import disagrees
from core.ingest.shapes import PROBLEMS, Problem, SalesFrame, Severity
from core.ingest.suggesting import Suggestions
from core.ingest.valuing import LARGEST_AMOUNT, list_price_differences
from core.sales.formatting import format_money, format_number

MOST_PER_RULE = SHOWN
FLOOD_UNITS = 100
KEY_KINDS = {"ean": "EAN", "code": "item", "sku": "SKU", "name": "product", "store": "store"}


def check(
    rows: pl.DataFrame, seen: Observed, frame: SalesFrame, catalogue: Catalogue, reseller: Reseller, brand: str = ""
) -> list[Problem]:
    """Every remark on the rows, the ones the format made while reading first; a rule the format reported already is not repeated.

    `seen`: what was observed of all rows of the file. `rows` is looked at only where revenue comes from the price list.
    """
    said = {problem.rule for problem in frame.problems}
    suggestions = Suggestions(catalogue, reseller, brand)
    found = [
        *held_keys(seen.held, suggestions),
        *check_digits(seen.wrong_eans, said),
        *eans_missing(seen, said),
        *text_disagreements(seen.texts, catalogue, reseller),
        *signs(seen, said),
        *bulk_lines(seen.bulk),
        *sample_flood(seen.free, seen.sold),
        *gifts(seen, said),
        *identical(seen, said),
        *not_converted(seen.unconverted),
        *not_taxed(seen.untaxed),
        *plausibility(seen),
        *(list_price_remarks(rows) if reseller.values_from_price_list else ()),
    ]
    return [*frame.problems, *found]


def as_frame(problems: Iterable[Problem]) -> pl.DataFrame:
    """Problems in the columns PROBLEMS, errors first; of one rule at most 200, the rest counted in one line."""
    ranks = {"error": 0, "warning": 1, "info": 2}
    listed = sorted(problems, key=lambda p: ranks[p.severity])
    rows, shown, rest = [], Counter[str](), Counter[str]()
    for p in listed:
        if shown[p.rule] < MOST_PER_RULE:
            shown[p.rule] += 1
            rows.append((p.sheet, p.cell, p.value, p.rule, p.severity, p.message, p.suggestion))
        else:
            rest[p.rule] += 1
        rest[p.rule] += p.more
    for rule in shown:
        if rest[rule]:
            rows.append((None, None, None, rule, "info", f"{rest[rule]:,} more lines of this kind are not listed.", None))
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
    return format_money(amount, digits, str(currency)) if currency else format_number(amount, digits)


# Products and stores --------------------------------------------------------------------------------------------------


def held_keys(groups: pl.DataFrame, suggestions: Suggestions) -> list[Problem]:
    """One problem per key that could not be placed, with its lines, units, money and what it looks like."""
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


def check_digits(wrong: pl.DataFrame, said: set[str]) -> list[Problem]:
    """EANs whose check digit is wrong: a warning only, the catalogue decides."""
    if "ean_check_digit" in said:
        return []
    return [
        _at(row, "ean_check_digit", f"The check digit of EAN {row['ean']} is wrong.", suggestion="Check the number.")
        for row in wrong.iter_rows(named=True)
    ]


def eans_missing(seen: Observed, said: set[str]) -> list[Problem]:
    """Rows without EAN in a view that states EANs, matched by their next key."""
    blank, primary = seen.without_ean.count, seen.counts.primary
    if "ean_missing" in said or not blank or primary - blank <= primary // 2:
        return []
    first = seen.without_ean.first.row(0, named=True)
    message = f"{blank:,} line{'s have' if blank != 1 else ' has'} no EAN and went by the next key, first “{first['vendor_key']}”."
    return [_at(first, "ean_missing", message)]


def text_disagreements(seen: pl.DataFrame, catalogue: Catalogue, reseller: Reseller) -> list[Problem]:
    """Keys that stand for one product while the text beside them names another; the key counts."""
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


def signs(seen: Observed, said: set[str]) -> list[Problem]:
    """Units and money of opposite sign, and money without units."""
    found: list[Problem] = []
    if "sign_mismatch" not in said:
        found += _listed(seen.crossed, "sign_mismatch", lambda r: f"{r['quantity']} units with {money(r['amount_local'], r['currency'])}.")
    if "zero_unit_money" not in said:
        text = "0 units with {}: a credit or a netted return, kept as an adjustment."
        found += _listed(seen.netted, "zero_unit_money", lambda r: text.format(money(r["amount_local"], r["currency"])), "info")
    return found


def _listed(lines: Lines, rule: str, message: Callable[[dict[str, Any]], str], severity: Severity = "warning") -> list[Problem]:
    """One problem for each of the first lines; the last one carries the count of all others."""
    found = [_at(row, rule, message(row), severity) for row in lines.first.iter_rows(named=True)]
    rest = lines.count - len(found)
    return [*found[:-1], replace(found[-1], more=rest)] if rest else found


def bulk_lines(lines: Lines) -> list[Problem]:
    text = "{:,} units for {}: a bulk line. Pages can leave bulk out, and say how much it was."
    return _listed(lines, "bulk_line", lambda r: text.format(r["quantity"], money(r["amount_local"], r["currency"])), "info")


def sample_flood(free: int, sold: int) -> list[Problem]:
    """Free goods that outnumber what was sold; both in units."""
    if free < FLOOD_UNITS or free <= sold:
        return []
    message = f"{free:,} units are free samples; they count neither as units nor as revenue ({sold:,} units were sold)."
    return [Problem("sample_flood", message, "info")]


def gifts(seen: Observed, said: set[str]) -> list[Problem]:
    """Order lines for 0.00 that are not marked as a gift, and refund lines."""
    said_of = (
        ("gift_not_flagged", seen.unflagged_gifts, "{:,} lines for 0.00 are not marked as gifts; they are samples."),
        ("refund_lines", seen.refunds, "{:,} lines are refunds."),
    )
    return [
        _at(lines.first.row(0, named=True), rule, text.format(lines.count), "info")
        for rule, lines, text in said_of
        if lines.count and rule not in said
    ]


def identical(seen: Observed, said: set[str]) -> list[Problem]:
    """Lines that repeat another line cell by cell. Each is a sale of its own; they are only counted."""
    repeated = 0 if "identical_rows" in said else seen.repeated
    if not repeated:
        return []
    return [
        Problem("identical_rows", f"{repeated:,} lines repeat an earlier line exactly. All are kept: each is a sale of its own.", "info")
    ]


# Money ----------------------------------------------------------------------------------------------------------------


def not_converted(by: pl.DataFrame) -> list[Problem]:
    """Money that has no EUR because no rate is known, by currency and month; it is stored and named beside every figure."""
    return [
        Problem(
            "fx_missing",
            f"{money(amount, currency or '(currency unknown)')} is not converted to EUR: no exchange rate {_months(first, last)}.",
            "warning",
            value=currency,
            suggestion="Add the rate under Admin, Catalogue, Rates; the figures follow at once.",
        )
        for currency, amount, first, last in by.sort("currency").iter_rows()
    ]


def _months(first: date, last: date) -> str:
    """`for Nov 2026`, `from Nov 2026 to Jan 2027`"""
    same = (first.year, first.month) == (last.year, last.month)
    return f"for {first:%b %Y}" if same else f"from {first:%b %Y} to {last:%b %Y}"


def not_taxed(by: pl.DataFrame) -> list[Problem]:
    """Money whose VAT rate is not known, by country: the side of it that would need the rate stays empty. No other rate is taken instead."""
    return [_not_taxed(row) for row in by.sort("country", "currency", "vat_basis", "order", nulls_last=True).iter_rows(named=True)]


def _not_taxed(row: dict[str, Any]) -> Problem:
    lines = "1 line has" if row["lines"] == 1 else f"{row['lines']:,} lines have"
    side = "revenue excl. VAT" if row["vat_basis"] == "gross" else "figure incl. VAT"
    if row["country"]:
        why = f"the VAT rate of {row['country']} is not known for {row['first']:%b %Y}"
        why += "" if f"{row['first']:%Y%m}" == f"{row['last']:%Y%m}" else f" to {row['last']:%b %Y}"
        what = "Add the rate under Admin, Catalogue, VAT rates; the figures follow at once."
    elif row["order"]:
        why, what = (
            "the order names no country",
            "Only the figures excl. VAT count these lines; ask for the country if you need the others.",
        )
    else:
        why, what = (
            "neither the store's country nor the reseller's VAT rate is known",
            "Set the reseller's VAT rate under Admin, Catalogue.",
        )
    message = f"{lines} no {side} ({money(row['amount_local'], row['currency'])}): {why}."
    return Problem("vat_rate_missing", message, "warning" if row["vat_basis"] == "gross" else "info", value=row["country"], suggestion=what)


def plausibility(seen: Observed) -> list[Problem]:
    """Unit prices against the list price of the month: far above it, or the whole file at one ratio that looks like VAT."""
    rows = seen.high.first.iter_rows(named=True)
    found = [_at(r, "price_above_list", f"The unit price is {r['ratio']:.1f} times the list price.") for r in rows]
    return [*found, *_basis_suspect(seen)]


def _basis_suspect(seen: Observed) -> Sequence[Problem]:
    without, twice = seen.without_vat, seen.twice_vat
    if seen.priced < 5 or max(without, twice) <= seen.priced * 0.6:
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
    """Products whose units × list price miss the money the file states, or that have nothing to compare with; they stay without revenue."""
    return [_not_list_price(row) for row in list_price_differences(rows).iter_rows(named=True) if row["product_ean"] is not None]


def _not_list_price(row: dict[str, Any]) -> Problem:
    name, currency = " ".join(str(row["product_text"] or row["vendor_key"]).split()), row["currency"]
    cell = next((part for part in str(row["source_cells"] or "").split("|") if part), None)
    if row["derived"] is None:
        message = f"{name}: no list price in {currency} is known for all its months, so they have no revenue."
        return Problem(
            "list_price_missing",
            message,
            "warning",
            row["source_sheet"],
            cell,
            row["vendor_key"],
            "Add its list price under Admin, Catalogue.",
        )
    if row["stated"] is None:
        message = f"{name}: the file states no money for it, so its list price is not proven and its months have no revenue."
        return Problem("amount_not_list_price", message, "warning", row["source_sheet"], cell, row["vendor_key"])
    message = (
        f"{name}: the file states {money(row['stated'], currency)}, units × list price give {money(row['derived'], currency)}; "
        f"{money(row['stated'] - row['derived'], currency)} apart. Its months have no revenue."
    )
    advice = "Check the list price of this product, or ask about a promotion."
    return Problem("amount_not_list_price", message, "warning", row["source_sheet"], cell, row["vendor_key"], advice)


def too_large(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with an amount no cell can mean are held, whatever else they are."""
    return rows.with_columns(
        pl.when(pl.col("amount_local").abs() > LARGEST_AMOUNT)
        .then(pl.lit("implausible_amount"))
        .otherwise(pl.col("held_reason"))
        .alias("held_reason"),
        pl.when(pl.col("amount_local").abs() <= LARGEST_AMOUNT).then("amount_local").alias("amount_local"),
    )
