"""The published views and their columns, as a value: what the guard allows, what the prompt describes, what the help page lists.

A test compares it with the database; a column that is added to `core/db/readable.sql` needs its line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VIEWS: Mapping[str, str] = {
    "sales": "one live sales line a row, resellers and own web shop together; the view for most questions",
    "sales_rollup": "the same lines summed by store, product, period and kind: faster for totals",
    "sellout_entries2": "live sell-out lines of the resellers' files",
    "ecommerce_orders": "live order lines of the own web shop",
    "resellers": "one reseller a row; the own web shop is one too",
    "stores": "one selling point of a reseller a row",
    "products": "one article of the brand a row",
    "covered_slices": "which period each reseller has reported",
    "held_lines": "lines that wait in the inbox and are in no figure yet",
    "data_version": "a number that rises with every change of the data",
}
# Read by the application's own questions alone, offered to nobody.
OWN = (
    "sales_days",
    "sales_day_totals",
    "sales_months",
    "sales_quarters",
    "sales_totals",
    "sales_store_months",
    "sales_store_days",
    "order_days",
    "stock_levels",
)

_PLACE = {
    "channel": "online or offline",
    "reseller": "name of the reseller",
    "reseller_key": "short key of the reseller",
    "reseller_id": "number of the reseller",
    "store": "name of the store",
    "store_id": "number of the store",
    "country": "two-letter country code",
}
_PRODUCT = {
    "product_ean": "EAN of the product",
    "functional_name": "short name of the product with its size",
    "product_name": "name of the product family",
    "category": "category of the product",
    "size_ml": "size in ml",
    "product_kind": "full, tester, sample, set or candle",
}
_TIME = {
    "view": "which table of the file the line came from",
    "period_start": "first day of the reported period",
    "period_end": "last day of the reported period",
    "year": "year the line counts in",
    "month": "month the line counts in, 1 to 12",
    "counted_on": "day that decides in which period the line counts",
}
_MONEY = {
    "quantity": "units, negative for returns",
    "sales_eur_net": "revenue in EUR without VAT; null while no rate is known",
    "sales_eur_gross": "revenue in EUR with VAT; null while no rate is known",
    "amount_local": "amount as stated, in currency and vat_basis",
    "currency": "currency of amount_local",
    "vat_basis": "whether amount_local is gross or net",
    "fx_rate": "EUR for one unit of the currency",
    "valued": "true: money derived from list prices, not stated",
    "line_kind": "sale, return, adjustment, …",
    "bulk": "true: a bulk order",
}
_SHOP = {
    "order_id": "number of the web-shop order; count it distinct",
    "cost_of_goods": "cost of the goods in EUR",
    "payment_fee": "the line's share of the payment fee in EUR",
    "utm_source": "campaign source of the visit",
    "utm_medium": "campaign medium of the visit",
    "utm_campaign": "campaign of the visit",
    "device_type": "device of the visitor",
    "is_gift": "true: ordered as a gift",
}
_LINEAGE = {
    "id": "number of the row",
    "upload_batch_id": "number of the upload the row came from",
    "source_sheet": "sheet of the file",
    "source_row": "row of the file",
    "source_cells": "cells of the file",
}
_EXTRA = {
    "source": "sell-out (resellers) or d2c (own web shop)",
    "city": "city",
    "sale_date": "day of the sale, where the file states it",
    "sold_on": "day of the sale, where it is known",
    "order_date": "day of the order",
    "provisional": "true: the period was not complete yet",
    "vendor_channel": "channel as the reseller writes it",
    "lines": "number of lines summed",
    "unconverted_lines": "lines without a rate to EUR",
    "unconverted_local": "their amount in currency",
    "cost_with_net": "cost of lines that have both cost and revenue",
    "net_with_cost": "revenue of lines that have both cost and revenue",
    "priced_quantity": "units of lines that have revenue",
    "priced_net": "revenue of lines that have units",
    "net_with_gross": "net revenue of lines that also have gross revenue",
    "name": "name",
    "key": "short key",
    "cadence": "how often the reseller reports",
    "active_from": "first day of the cooperation",
    "active_until": "last day of the cooperation",
    "period_rule": "which month a week counts in",
    "grace_days": "days after which a report is late",
    "opened": "day of opening",
    "closed": "day of closing",
    "ean": "EAN",
    "kind": "full, tester, sample, set or candle",
    "rrp_eur": "recommended retail price in EUR",
    "on_sale_from": "first day on sale",
    "on_sale_until": "last day on sale",
    "facts_batch_id": "number of the upload whose rows hold the slice",
    "restated": "true: an earlier file stated this slice differently",
    "rule": "why the line waits",
    "listed_gross": "EUR of the units at the list price of their day, with VAT",
    "gross_at_list": "gross revenue of the lines with such a price",
    "list_price": "list price of one unit with VAT in the line's currency, valid on its last day",
    "version": "the number",
}
_MEANINGS: Mapping[str, str] = {**_PLACE, **_PRODUCT, **_TIME, **_MONEY, **_SHOP, **_LINEAGE, **_EXTRA}

_COLUMNS: Mapping[str, str] = {
    "sales": """source channel reseller reseller_key reseller_id store store_id city country product_ean functional_name product_name category
        size_ml product_kind view period_start period_end sale_date year month sold_on counted_on quantity sales_eur_net sales_eur_gross
        amount_local currency vat_basis fx_rate valued line_kind bulk provisional vendor_channel order_id cost_of_goods payment_fee utm_source
        utm_medium utm_campaign device_type is_gift upload_batch_id source_sheet source_row source_cells id list_price""",
    "sales_rollup": """source channel reseller reseller_key reseller_id store store_id country product_ean functional_name product_name category
        size_ml product_kind view period_start period_end year month sold_on counted_on currency vat_basis valued line_kind bulk lines quantity sales_eur_net
        sales_eur_gross amount_local unconverted_lines unconverted_local cost_of_goods cost_with_net net_with_cost payment_fee
        priced_quantity priced_net net_with_gross listed_gross gross_at_list""",
    "resellers": "id key name country currency cadence active_from active_until period_rule grace_days",
    "stores": "id reseller_id reseller name channel city country opened closed",
    "products": "ean functional_name product_name size_ml kind category rrp_eur on_sale_from on_sale_until",
    "sellout_entries2": """id upload_batch_id reseller_id store_id channel product_ean functional_name view period_start period_end sale_date
        year month quantity amount_local currency vat_basis fx_rate sales_eur_gross sales_eur_net line_kind bulk vendor_channel
        source_sheet source_row""",
    "ecommerce_orders": """id upload_batch_id reseller_id order_id order_date product_ean functional_name quantity amount_local currency
        sales_eur_gross sales_eur_net line_kind bulk cost_of_goods payment_fee country utm_source utm_medium utm_campaign device_type
        is_gift source_row""",
    "covered_slices": "reseller_id reseller view period_start period_end upload_batch_id facts_batch_id restated",
    "held_lines": """reseller_id reseller rule period_start period_end quantity amount_local currency sales_eur_net sales_eur_gross
        upload_batch_id""",
    "data_version": "version",
}

READABLE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {view: MappingProxyType({column: _MEANINGS[column] for column in columns.split()}) for view, columns in _COLUMNS.items()}
)
