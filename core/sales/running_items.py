"""Movers, classes and heat maps of one question, asked and worked out: what a notebook calls in one line."""

from __future__ import annotations

from datetime import date

from core.db.engine import Database, Scope
from core.sales import bridging, classes, heat_map, movers
from core.sales.carrying import carriers_of, carriers_query, find_item
from core.sales.classes import Classes, Cuts
from core.sales.covering import covered_in
from core.sales.heat_map import HeatMap, Order
from core.sales.movers import Movers
from core.sales.query import SalesQuery
from core.sales.restated import restated
from core.sales.running import calendar_of, run


def find_movers(database: Database, query: SalesQuery, item: str, measure: str, scope: Scope = None) -> Movers:
    """With each item's reasons. Errors: BadQuestion for names that do not exist, without a comparison, or for too many groups."""
    answer = run(database, movers.movers_query(query, find_item(item), measure), scope)
    return movers.find_movers(answer, movers.reasons_of(run(database, bridging.bridge_query(query, item), scope)))


def find_classes(database: Database, query: SalesQuery, item: str, measure: str, cuts: Cuts, scope: Scope = None) -> Classes:
    """With a comparison also who changed class. Errors: BadQuestion."""
    return classes.find_classes(run(database, classes.classes_query(query, find_item(item), measure), scope), cuts)


def draw_map(
    database: Database, query: SalesQuery, item: str, across: str, measure: str, most: int, order: Order, scope: Scope = None
) -> HeatMap:
    """Compared where the question compares. Errors: BadQuestion."""
    today = date.today()
    answer = run(database, heat_map.heat_query(query, find_item(item), across, measure, query.compare), scope, today)
    carriers = carriers_of(run(database, carriers_query(query, item), scope, today))
    launched = heat_map.launches(run(database, heat_map.launch_query(query, item), scope, today)) if order == "launch" else None
    told = [one for one in restated(database, scope) if one.reseller in answer.resellers_expected]
    covered = covered_in(database, scope)
    return heat_map.heat_map(
        answer, carriers, covered, today, calendar_of(database), most=most, order=order, launched=launched, restated=told
    )
