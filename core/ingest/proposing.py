"""From a read file to a plan: the catalogue, the rates and what is live are fetched here, everything else is decided elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import sqlalchemy as sa

from core.catalogue.holding import state_of
from core.catalogue.rates import rates_for
from core.catalogue.reading import read_catalogue
from core.catalogue.records import Catalogue, Reseller
from core.catalogue.storing import ensure_named_reseller, ensure_reseller, seed_vat_rates
from core.ingest.asking import Answers
from core.ingest.content import KEYED_SLICES, NOTHING, file_key, nominal, order_lines_key, slice_keys, timeless_key
from core.ingest.planning import Content, Plan, fill_in, in_basis_of, make_plan, place_and_value
from core.ingest.settling import cover
from core.ingest.shapes import SalesFrame
from core.ingest.slices import has_orders, later_orders
from core.ingest.standing import Standing, live_order_cells, read_standing
from core.ingest.stock import stated_key
from core.ingest.valuing import rate_needs


def propose(connection: sa.Connection, frame: SalesFrame, answers: Answers, brand: str) -> Plan:
    """What storing this file would do, judged against the catalogue and the live rows of this transaction."""
    catalogue, reseller = catalogue_for(connection, frame.vendor, answers)
    frame = cover(connection, fill_in(frame, reseller, answers), reseller.id, NOTHING)
    content = content_of(frame)
    frame = in_basis_of(frame, reseller)
    rates = rates_for(connection, rate_needs(frame.rows), reseller.fx_method)
    rows = place_and_value(frame.rows, catalogue, reseller, rates)
    standing = standing_of(connection, frame, content, reseller)
    return make_plan(frame, content, rows, catalogue, reseller, standing, answers, brand)


def catalogue_for(connection: sa.Connection, vendor: str, answers: Answers) -> tuple[Catalogue, Reseller]:
    """The catalogue and the reseller of the file; a known vendor that the catalogue does not name yet is entered with its known rules."""
    seed_vat_rates(connection)
    if answers.reseller is not None:
        reseller_id = ensure_named_reseller(connection, answers.reseller, answers.currency, answers.vat_basis)
    else:
        reseller_id = ensure_reseller(connection, vendor)
    state = state_of(connection, reseller_id)  # before anything is read: what changes meanwhile is noticed, never missed
    catalogue = replace(read_catalogue(connection), state=state)
    return catalogue, next(r for r in catalogue.resellers if r.id == reseller_id)


def content_of(frame: SalesFrame) -> Content:
    """The file's keys; while no period is known it states no slice yet. Order lines have their order numbers for slices."""
    if nominal(frame) is None:
        nothing = pl.DataFrame(schema=KEYED_SLICES)
        return Content(nothing, file_key(nothing), timeless_key(frame.rows))
    if frame.by_order:
        return Content(pl.DataFrame(schema=KEYED_SLICES), order_lines_key(frame.rows), "")
    keyed = slice_keys(frame)
    # Only a fresh report can be another period's sent again; a list that grows is compared period by period.
    return Content(keyed, file_key(keyed), "" if frame.living else timeless_key(frame.rows))


def standing_of(connection: sa.Connection, frame: SalesFrame, content: Content, reseller: Reseller) -> Standing:
    """What is live of the file's slices, or of its orders from its first day on."""
    period = nominal(frame)
    until = period[1] if period else date.max
    standing = read_standing(connection, reseller.id, content.slices, until, content.file_key, content.timeless, stated_key(frame))
    if period is None or not frame.by_order:
        return standing
    if not has_orders(connection, reseller.id):
        return standing
    orders = frame.rows.get_column("order_id").drop_nulls().unique().to_list()
    since, last = frame.rows["period_start"].min(), frame.rows["period_end"].max()
    if not isinstance(since, date) or not isinstance(last, date):
        return standing
    cells = live_order_cells(connection, reseller.id, orders, since, last)
    return replace(standing, cells=cells, later_orders=later_orders(connection, reseller.id, orders, last))
