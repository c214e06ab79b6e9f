"""Products and stores for the texts of a file: by exact EAN, by a key a person approved, else held. Pure over the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from core.catalogue.folding import bare_code, fold
from core.catalogue.records import Catalogue, Reseller
from core.ingest.normalising import ean_variants
from core.ingest.shapes import Schema

MATCHED: Schema = {
    "store_id": pl.Int64,
    "store": pl.String,
    "channel": pl.String,
    "store_country": pl.String,
    "product_ean": pl.String,
    "functional_name": pl.String,
    "product_kind": pl.String,
    "rule": pl.String,  # why the row is held; null: placed
    "key_kind": pl.String,  # what to resolve: ean, code, sku, name or store
    "key_text": pl.String,
    "key": pl.String,
}
KEY_COLUMNS = ("ean", "code_text", "sku_text", "name_text", "vendor_key")
TEXT_OF = {"ean": "ean", "code": "code_text", "sku": "sku_text", "name": "name_text"}
NOT_A_PRODUCT = "not_a_product"
# Held while reading because the product key is missing or damaged: an approved name may still place the row.
BY_NAME_ONLY = ("ean_lost_digits", "ean_missing", "sku_missing", "unmatched_product")

Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Placed:
    """What one combination of product keys comes to: an EAN, or the rule and the key that a person has to resolve."""

    product_ean: str | None = None
    rule: str | None = None
    key_kind: str | None = None
    key_text: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class ProductIndex:
    """Look-ups of one reseller: EANs, approved aliases by (kind, folded key), brand codes."""

    eans: frozenset[str]
    aliases: Mapping[tuple[str, str], tuple[str | None, date | None, date | None]]
    codes: Mapping[str, str]
    match_by: tuple[str, ...]
    dated: bool = field(default=False)

    @classmethod
    def of(cls, catalogue: Catalogue, reseller: Reseller) -> ProductIndex:
        own = catalogue.product_aliases.filter(pl.col("reseller_id") == reseller.id)
        return cls(
            frozenset(catalogue.products["ean"]),
            dict(_alias_keys(own)),
            {fold(name): ean for name, ean in catalogue.products.select("functional_name", "ean").iter_rows()},
            reseller.match_by,
            bool(own.select((pl.col("valid_from").is_not_null() | pl.col("valid_until").is_not_null()).any()).item()),
        )

    def alias(self, kind: str, key: str, day: date | None) -> tuple[str | None] | None:
        """(EAN,) of an approved alias, (None,) for 'not a product', None where nothing is approved on that day."""
        found = self.aliases.get((kind, key))
        if found is None or (day and ((found[1] and day < found[1]) or (found[2] and day > found[2]))):
            return None
        return (found[0],)


def _alias_keys(aliases: pl.DataFrame) -> Iterator[tuple[tuple[str, str], tuple[str | None, date | None, date | None]]]:
    """Every key of every alias; a code also counts without its bar part, where that is still one product."""
    rows = aliases.select("kind", "alias_key", "ean", "valid_from", "valid_until").rows()
    short: dict[str, set[str | None]] = {}
    for kind, key, ean, *_ in rows:
        if kind == "code":
            short.setdefault(bare_code(key), set()).add(ean)
    for kind, key, ean, since, until in rows:
        if kind == "code" and len(short[bare_code(key)]) == 1:
            yield (kind, bare_code(key)), (ean, since, until)
    yield from (((kind, key), (ean, since, until)) for kind, key, ean, since, until in rows)


def match(rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller) -> pl.DataFrame:
    """`rows` (ROW_COLUMNS) with the columns MATCHED. A row is placed in full or held (`rule` says why); none is dropped.

    A view without products (no key of any kind) or without stores (no store text) is complete without them.
    """
    placed = match_stores(match_products(rows, catalogue, reseller), catalogue, reseller)
    return placed.with_columns(
        pl.coalesce("_reading", "_product_rule", "_store_rule").alias("rule"),
        *(_of_first_cause(name) for name in ("key_kind", "key_text", "key")),
    ).select(*rows.columns, *MATCHED)


def _of_first_cause(name: str) -> pl.Expr:
    """The key of the cause a row is held for: what the file itself spoils has none, then the product, then the store."""
    product = pl.when(pl.col("_product_rule").is_not_null()).then(pl.col(f"_product_{name}"))
    return (
        pl.when(pl.col("_reading").is_null())
        .then(product.when(pl.col("_store_rule").is_not_null()).then(pl.col(f"_store_{name}")))
        .alias(name)
    )


# Products -------------------------------------------------------------------------------------------------------------


def match_products(rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller) -> pl.DataFrame:
    """Adds product_ean, functional_name, product_kind, and the cause where a product key is unknown."""
    index = ProductIndex.of(catalogue, reseller)
    by_name = pl.col("held_reason").is_in(BY_NAME_ONLY)
    keyed = rows.with_columns(
        pl.when(by_name).then(pl.coalesce("name_text", "product_text")).alias("_lost"),
        pl.when(by_name).then(pl.col("held_reason")).alias("_lost_rule"),
        pl.when(~by_name).then(pl.col("held_reason")).alias("_reading"),
        (pl.col("period_start") if index.dated else pl.lit(None, pl.Date)).alias("_day"),
    )
    columns = [*KEY_COLUMNS, "_lost", "_lost_rule", "_day"]
    unique = keyed.select(columns).unique()
    telling = [name for name in columns if unique[name].null_count() < unique.height] or columns[:1]
    found = [_place(index, key) for key in unique.iter_rows()]
    causes = {f"_product_{name}": [getattr(p, name) for p in found] for name in ("rule", "key_kind", "key_text", "key")}
    answers = unique.with_columns(
        pl.Series("product_ean", [p.product_ean for p in found], pl.String),
        *(pl.Series(name, values, pl.String) for name, values in causes.items()),
    )
    products = catalogue.products.select(pl.col("ean").alias("product_ean"), "functional_name", pl.col("kind").alias("product_kind"))
    answers = answers.join(products, on="product_ean", how="left", maintain_order="left")
    joined = answers.drop(name for name in columns if name not in telling)
    return keyed.join(joined, on=telling, how="left", nulls_equal=True, maintain_order="left")


def _place(index: ProductIndex, row: tuple[Any, ...]) -> Placed:
    """One combination of keys, in the order: exact EAN, the reseller's aliases, the brand's code, held."""
    *keys, lost, lost_rule, day = row
    if lost_rule is not None:
        return _place_by_name(index, lost, lost_rule, day)
    texts = dict(zip(KEY_COLUMNS, keys, strict=True))
    if not any(texts.values()):
        return Placed()
    spellings = list(_spellings(index, texts))
    for ean in ean_variants(texts["ean"] or ""):
        if ean in index.eans:
            return Placed(ean)
    for kind, text, key in spellings:
        if (found := index.alias(kind, key, day)) is not None:
            return Placed(found[0]) if found[0] else Placed(None, NOT_A_PRODUCT, kind, text, key)
    for kind, _text, key in spellings:
        if kind in ("code", "sku") and key in index.codes:
            return Placed(index.codes[key])
    return Placed(None, "unmatched_product", *_key_to_resolve(texts, spellings))


def _place_by_name(index: ProductIndex, text: str | None, rule: str, day: date | None) -> Placed:
    if text is None or not fold(text):
        return Placed(None, rule)
    found = index.alias("name", fold(text), day)
    if found is None:
        return Placed(None, rule, "name", text, fold(text))
    return Placed(found[0]) if found[0] else Placed(None, NOT_A_PRODUCT, "name", text, fold(text))


def _spellings(index: ProductIndex, texts: Mapping[str, str | None]) -> Iterator[tuple[str, str, str]]:
    """(kind, text, folded key) of every key of the row, in the reseller's order; a code also without its bar part."""
    for kind in index.match_by:
        text = texts[TEXT_OF[kind]]
        if text and (key := fold(text)):
            yield kind, text, key
            if kind == "code" and bare_code(key) != key:
                yield kind, text, bare_code(key)


def _key_to_resolve(texts: Mapping[str, str | None], spellings: list[tuple[str, str, str]]) -> tuple[str, str, str]:
    """The key a person resolves: the one the file itself identifies the product by; codes in their short form, so that spellings meet."""
    if spellings:
        kind, text, _ = spellings[0]
        return kind, text, bare_code(fold(text)) if kind == "code" else fold(text)
    text = texts["vendor_key"] or next(t for t in texts.values() if t)
    return "name", text, fold(text)


# Stores ---------------------------------------------------------------------------------------------------------------


def match_stores(rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller) -> pl.DataFrame:
    """Adds store_id, store, channel, store_country, and the cause where a store text is unknown."""
    known = _stores_by_key(catalogue, reseller)
    texts = rows.get_column("store_text").unique().to_list()
    single = _single_store(catalogue, reseller)
    found = [_store(known, text, single) for text in texts]
    stores = pl.DataFrame(
        [(text, *place) for text, place in zip(texts, found, strict=True)],
        schema={
            "store_text": pl.String,
            **{name: MATCHED[name] for name in ("store_id", "store", "channel", "store_country")},
            **dict.fromkeys(("_store_rule", "_store_key_kind", "_store_key_text", "_store_key"), pl.String),
        },
        orient="row",
    )
    return rows.join(stores, on="store_text", how="left", nulls_equal=True, maintain_order="left")


def _stores_by_key(catalogue: Catalogue, reseller: Reseller) -> dict[str, tuple[Any, ...]]:
    own = catalogue.store_aliases.filter(pl.col("reseller_id") == reseller.id)
    columns = ("alias_key", "store_id", "store", "channel", "store_country")
    return {key: rest for key, *rest in own.join(catalogue.stores, on="store_id").select(columns).iter_rows()}  # type: ignore[misc]


def _single_store(catalogue: Catalogue, reseller: Reseller) -> tuple[Any, ...] | None:
    """The web shop is one store, whether its export names it or not."""
    own = catalogue.stores.filter(pl.col("reseller_id") == reseller.id)
    return own.select("store_id", "store", "channel", "store_country").row(0) if reseller.key == "online" and own.height == 1 else None


def _store(known: Mapping[str, tuple[Any, ...]], text: str | None, single: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if text is None:
        return (*(single or (None,) * 4), None, None, None, None)
    if (found := known.get(fold(text))) is not None:
        return (*found, None, None, None, None)
    return (None, None, None, None, "unmatched_store", "store", text, fold(text))
