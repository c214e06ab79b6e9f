"""Held rows: grouped, answered once for every file, and taken back exactly."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalogue import storing as catalogue
from core.errors import UnknownRecord
from core.ingest import inbox, reading_back, undoing
from core.ingest.foreseeing import foresee
from core.ingest.inbox import Decision, HeldKey, NotDecidable
from tests.ingest.samples import (
    CANDLE,
    FEBRUARY,
    JANUARY,
    MAY,
    TUNDRA,
    bring_in,
    fill_catalogue,
    judged_again,
    live,
    order_lines,
    report,
    rollup_gap,
    scalar,
    state,
)

PLACEHOLDER = "9524001999909"


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


def first_group(database) -> dict[str, object]:
    return inbox.groups(database).row(0, named=True)


def key_of(group: dict[str, object]) -> HeldKey:
    return HeldKey(group["reseller_id"], group["key_kind"], group["key"])


def test_groups_name_the_key_the_money_and_the_files(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300"), ("Sol", "nlmystery ", 1, "150"), ("Sol", TUNDRA, 1, "180")])))
    group = first_group(shop)
    assert (group["rule"], group["key_kind"], group["key"], group["lines"], group["units"]) == (
        "unmatched_product",
        "sku",
        "nlmystery",
        2,
        3,
    )
    assert inbox.count(shop) == 2 and group["amount"] == 450


def test_one_answer_places_the_key_in_every_file_and_in_later_ones(shop):
    first = bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")]), (FEBRUARY, [("Sol", "NLMYSTERY", 1, "150")])))
    done = inbox.resolve(shop, key_of(first_group(shop)), Decision("match_product", CANDLE), by="ana")
    assert done.rows == 2 and not inbox.count(shop) and not rollup_gap(shop)
    assert reading_back.batches(shop, first).select("rows_stored", "rows_held", "held_amount").row(0) == (1, 0, 0)
    later = bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 5, "750")]), living=False, vat_basis="net"), answers=None)
    assert ({row[4] for row in live(shop)} == {CANDLE} and later is None) or not inbox.count(shop)


def test_taking_an_answer_back_holds_later_files_too(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300"), ("Sol", TUNDRA, 1, "180")])))
    before = state(shop)
    done = inbox.resolve(shop, key_of(first_group(shop)), Decision("match_product", CANDLE))
    later = bring_in(shop, report((FEBRUARY, [("Sol", "NLMYSTERY", 1, "150"), ("Sol", CANDLE, 1, "80")])))
    assert inbox.count(shop) == 0
    inbox.undo_decision(shop, done.decision_id)
    assert inbox.count(shop) == 2 and not rollup_gap(shop)
    assert reading_back.batches(shop, later).select("rows_stored", "rows_held").row(0) == (1, 1)
    undoing.undo(shop, later)
    assert state(shop) == before
    with pytest.raises(UnknownRecord):
        inbox.undo_decision(shop, done.decision_id)


def test_a_row_with_two_unknowns_waits_for_the_second(shop):
    bring_in(shop, report((JANUARY, [("Aurelia", "NLMYSTERY", 2, "300")])))
    before = state(shop)
    product = inbox.resolve(shop, key_of(first_group(shop)), Decision("match_product", CANDLE))
    assert (product.rows, product.moved, first_group(shop)["rule"]) == (0, 1, "unmatched_store")
    details = {"channel": "offline", "city": "Madrid", "country": "ES"}
    store = inbox.resolve(shop, key_of(first_group(shop)), Decision("new_store", "Perfumería Aurelia", details))
    assert store.rows == 1 and [(row[2], row[3], row[4]) for row in live(shop)] == [("Perfumería Aurelia", "offline", CANDLE)]
    inbox.undo_decision(shop, product.decision_id)
    assert first_group(shop)["rule"] == "unmatched_product" and not rollup_gap(shop)
    inbox.undo_decision(shop, store.decision_id)
    assert state(shop) == before and scalar(shop, "select count(*) from stores where name = 'Perfumería Aurelia'") == 0


def test_a_new_product_is_entered_by_a_person_and_never_invented(shop):
    bring_in(shop, report((JANUARY, [("Sol", PLACEHOLDER, 1, "150")])))
    key = key_of(first_group(shop))
    with pytest.raises(NotDecidable):
        inbox.resolve(shop, key, Decision("new_product", PLACEHOLDER))
    fields = {"functional_name": "NLVH100", "product_name": "Velvet Horizon Eau de Parfum 100 ml", "kind": "full", "category": "perfume"}
    done = inbox.resolve(shop, key, Decision("new_product", PLACEHOLDER, fields))
    assert done.rows == 1 and {row[4] for row in live(shop)} == {PLACEHOLDER}
    inbox.undo_decision(shop, done.decision_id)
    assert inbox.count(shop) == 1 and scalar(shop, f"select count(*) from products where ean = '{PLACEHOLDER}'") == 0


def test_what_is_no_product_leaves_the_inbox_but_not_the_books(shop):
    bring_in(shop, report((JANUARY, [("Sol", "GIFT-WRAP", 1, "5"), ("Sol", TUNDRA, 1, "180")])))
    before = state(shop)
    done = inbox.resolve(shop, key_of(first_group(shop)), Decision("not_a_product"))
    held = reading_back.live_rows(shop).filter("held")
    assert not inbox.count(shop) and held.select("held_reason", "amount_local").row(0) == ("not_a_product", 5)
    inbox.undo_decision(shop, done.decision_id)
    assert state(shop) == before and inbox.count(shop) == 1


def test_order_lines_are_placed_and_taken_back(shop):
    bring_in(shop, order_lines(("1", MAY, TUNDRA, 1, "180"), ("1", MAY, PLACEHOLDER, 1, "80")))
    before = state(shop)
    done = inbox.resolve(shop, key_of(first_group(shop)), Decision("match_product", CANDLE))
    bring_in(shop, order_lines(("2", MAY, PLACEHOLDER, 1, "80")), "later.csv")
    assert done.rows == 1 and inbox.count(shop) == 0 and not rollup_gap(shop)
    inbox.undo_decision(shop, done.decision_id)
    assert inbox.count(shop) == 2 and before[0] <= live(shop) and not rollup_gap(shop)


def test_a_key_is_answered_once(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    key = key_of(first_group(shop))
    with pytest.raises(NotDecidable):
        inbox.resolve(shop, key, Decision("match_store", "Perfumería Sol"))
    inbox.resolve(shop, key, Decision("match_product", CANDLE))
    with pytest.raises(UnknownRecord):
        inbox.resolve(shop, key, Decision("match_product", TUNDRA))


def test_an_alias_of_the_catalogue_places_waiting_rows(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    with shop.write() as connection:
        alias = {"reseller": "BOXNOX", "alias_type": "sku", "alias": "NLMYSTERY", "ean": CANDLE}
        catalogue.store_product_aliases(connection, [alias])
    assert judged_again(shop) == 1 and {row[4] for row in live(shop)} == {CANDLE} and not rollup_gap(shop)
    assert judged_again(shop) == 0


keys = st.lists(
    st.tuples(st.sampled_from(["Sol", "Aurelia"]), st.sampled_from([TUNDRA, "NLA", "NLB"]), st.integers(-2, 9), st.just("100.00")),
    min_size=1,
    max_size=6,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=keys, second=keys, data=st.data())
def test_answers_and_uploads_are_undone_to_where_they_began(shop, first, second, data):
    bring_in(shop, report((JANUARY, first)))
    before, taken = state(shop), []
    for group in inbox.groups(shop).rows(named=True):
        answer = Decision("match_store", "Perfumería Sol") if group["key_kind"] == "store" else Decision("match_product", CANDLE)
        taken.append(inbox.resolve(shop, key_of(group), answer).decision_id)
    batch = bring_in(shop, report((JANUARY, first), (FEBRUARY, second)))
    assert not rollup_gap(shop)
    for decision in data.draw(st.permutations(taken)):
        inbox.undo_decision(shop, decision)
    if batch is not None:
        undoing.undo(shop, batch)
    assert state(shop) == before


def test_what_an_answer_would_do_is_what_it_then_does(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300"), ("Sol", TUNDRA, 1, "180")])))
    bring_in(
        shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300"), ("Sol", TUNDRA, 1, "180")]), (FEBRUARY, [("Sol", "NLMYSTERY", 1, "150")]))
    )
    before, answer = state(shop), Decision("match_product", CANDLE)
    effect = foresee(shop, key_of(first_group(shop)), answer)
    assert state(shop) == before and inbox.decisions(shop).is_empty()
    assert (effect.rows, effect.moved, effect.amounts) == (2, 0, (("EUR", 450),))
    assert [(m.month, m.after - m.before) for m in effect.months] == [(JANUARY[0].replace(day=1), 300), (FEBRUARY[0].replace(day=1), 150)]
    done = inbox.resolve(shop, key_of(first_group(shop)), answer)
    assert (done.rows, len(done.batches)) == (effect.rows, effect.files)


def test_an_answer_that_can_not_be_given_can_not_be_foreseen_and_leaves_nothing(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    before = state(shop)
    with pytest.raises(NotDecidable):
        foresee(shop, key_of(first_group(shop)), Decision("match_product", "9524009999999"))
    assert state(shop) == before


def test_many_answers_are_given_together_or_not_at_all(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300"), ("Sol", "NLOTHER", 1, "80")])))
    keys = [key_of(group) for group in inbox.groups(shop).rows(named=True)]
    before = state(shop)
    with pytest.raises(NotDecidable):
        inbox.resolve_many(shop, [(keys[0], Decision("match_product", CANDLE)), (keys[1], Decision("match_product", "9524009999999"))])
    assert state(shop) == before and inbox.count(shop) == 2
    done = inbox.resolve_many(shop, [(key, Decision("match_product", CANDLE)) for key in keys], by="ana")
    assert sum(one.rows for one in done) == 2 and not inbox.count(shop) and not rollup_gap(shop)
    for one in done:
        inbox.undo_decision(shop, one.decision_id)
    assert state(shop) == before
