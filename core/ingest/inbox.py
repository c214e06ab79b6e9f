"""Rows that wait for a product or a store, grouped by what they wait for. One answer places every row with that key, in every file, and is
remembered; it can be taken back exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from core.catalogue.folding import bare_code, fold
from core.catalogue.reading import read_catalogue
from core.catalogue.storing import add_store, add_store_alias, bump_version
from core.db import tables as t
from core.db.engine import Database
from core.errors import UnknownRecord, WorkbenchError
from core.ingest.copying import fetch
from core.ingest.rejudging import Rejudged, rejudge, unplace
from core.ingest.shapes import MONEY, Schema
from core.ingest.storing import lock_reseller
from core.ingest.suggesting import Suggestion, Suggestions
from core.people import audit

Action = Literal["match_product", "match_store", "new_product", "new_store", "not_a_product"]
GROUPS: Schema = {
    "reseller_id": pl.Int64,
    "reseller": pl.String,
    "rule": pl.String,
    "key_kind": pl.String,  # ean, code, sku, name, store; null: nothing to remember, the file has to be corrected
    "key": pl.String,
    "key_text": pl.String,
    "product_text": pl.String,
    "store_text": pl.String,
    "lines": pl.Int64,
    "units": pl.Int64,
    "amount": MONEY,
    "currency": pl.String,
    "files": pl.Int64,
    "first_day": pl.Date,
    "last_day": pl.Date,
}
DECISIONS: Schema = {
    "id": pl.Int64,
    "reseller_id": pl.Int64,
    "reseller": pl.String,
    "rule": pl.String,
    "key_kind": pl.String,
    "key_text": pl.String,
    "action": pl.String,
    "target": pl.String,
    "rows": pl.Int64,
    "decided_by": pl.String,
    "decided_at": pl.Datetime("us", "UTC"),
    "undone_at": pl.Datetime("us", "UTC"),
}


class NotDecidable(WorkbenchError):
    """This can not be decided here. Correct the file or the catalogue instead."""


@dataclass(frozen=True)
class HeldKey:
    """What a group of held rows waits for."""

    reseller_id: int
    key_kind: str
    key: str


@dataclass(frozen=True)
class Decision:
    """An answer. `target`: the EAN, or the store's name. `details`: the fields of a new product (functional_name, product_name, kind,
    category, size_ml, rrp_eur) or store (channel, city, country)."""

    action: Action
    target: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolution:
    """What an answer did. `rows`: held rows that became facts; `moved`: those that wait for something else now, or are no product."""

    decision_id: int
    rows: int
    moved: int
    batches: tuple[int, ...]
    reason: str


# Looking --------------------------------------------------------------------------------------------------------------


def groups(database: Database, reseller_id: int | None = None) -> pl.DataFrame:
    """What waits now, largest money first, in the columns GROUPS; live rows that no answer has placed. 'not_a_product' is answered already."""
    statement = """
        select h.reseller_id, r.name, h.rule, h.key_kind, h.key, min(h.key_text), min(h.product_text), min(h.store_text), count(*),
               sum(h.quantity)::bigint, sum(h.amount_local), min(h.currency), count(distinct h.upload_batch_id), min(h.period_start),
               max(h.period_end)
        from held_rows h join resellers r on r.id = h.reseller_id
        where h.live and h.resolved_at is null and h.primary_view and h.rule <> 'not_a_product'
          and (cast(:reseller as bigint) is null or h.reseller_id = :reseller)
        group by h.reseller_id, r.name, h.rule, h.key_kind, h.key
        order by coalesce(abs(sum(h.sales_eur_net)), 0) desc, count(*) desc, 2, 3, 5"""
    with database.read() as connection:
        return fetch(connection, statement, GROUPS, {"reseller": reseller_id})


def count(database: Database) -> int:
    """How many live rows wait, for the badge."""
    with database.read() as connection:
        statement = "select count(*) from held_rows where live and resolved_at is null and primary_view and rule <> 'not_a_product'"
        return int(connection.execute(sa.text(statement)).scalar_one())


def suggestions(database: Database, key: HeldKey, key_text: str, product_text: str | None = None, brand: str = "") -> list[Suggestion]:
    """Up to three candidates for a key, best first, each with its reason; empty where nothing is near enough."""
    with database.read() as connection:
        catalogue = read_catalogue(connection)
    reseller = next(r for r in catalogue.resellers if r.id == key.reseller_id)
    return Suggestions(catalogue, reseller, brand).of_key(key.key_kind, key_text, product_text or "")


def decisions(database: Database, open_only: bool = False) -> pl.DataFrame:
    """What was answered, newest first, in the columns DECISIONS."""
    statement = """
        select d.id, d.reseller_id, r.name, d.rule, d.key_kind, d.key_text, d.action, d.target, d.rows, d.decided_by, d.decided_at, d.undone_at
        from inbox_decisions d join resellers r on r.id = d.reseller_id
        where not :open_only or d.undone_at is null order by d.id desc"""
    with database.read() as connection:
        return fetch(connection, statement, DECISIONS, {"open_only": open_only})


# Deciding -------------------------------------------------------------------------------------------------------------


def resolve(database: Database, key: HeldKey, decision: Decision, by: str = "system", text: str | None = None) -> Resolution:
    """Answer one key for every file: rows with it become facts (or are marked as no product), rollup and batch figures follow.

    `text`: the key as printed by a file that is not stored yet; the answer is then remembered although nothing may wait for it.
    Errors: UnknownRecord when nothing waits for the key any more, NotDecidable when the answer contradicts the catalogue.
    """
    with database.write() as connection:
        return decide(connection, key, decision, by, text)


def resolve_many(database: Database, answers: Sequence[tuple[HeldKey, Decision]], by: str = "system") -> tuple[Resolution, ...]:
    """Several answers in one transaction: all of them, or none. Errors: as `resolve`."""
    with database.write() as connection:
        in_order = sorted(answers, key=lambda answer: answer[0].reseller_id)  # so that two people never wait for each other
        return tuple(decide(connection, key, decision, by) for key, decision in in_order)


def decide(connection: sa.Connection, key: HeldKey, decision: Decision, by: str, text: str | None = None) -> Resolution:
    """As `resolve`, in the caller's transaction."""
    lock_reseller(connection, key.reseller_id)
    waiting = _waiting(connection, key, text)
    alias_id = _carry_out(connection, key, waiting.key_text, decision, by)
    row = {
        "reseller_id": key.reseller_id,
        "rule": waiting.rule,
        "key_kind": key.key_kind,
        "key_text": waiting.key_text,
        "key": key.key,
        "action": decision.action,
        "target": decision.target,
        "alias_id": alias_id,
        "decided_by": by,
    }
    decision_id: int = connection.execute(t.inbox_decisions.insert().values(**row).returning(t.inbox_decisions.c.id)).scalar_one()
    done = rejudge(connection, key.reseller_id, decision_id)
    connection.execute(t.inbox_decisions.update().where(t.inbox_decisions.c.id == decision_id).values(rows=done.placed or done.moved))
    details = {"key": waiting.key_text, "action": decision.action, "target": decision.target, "rows": done.placed}
    audit.record(connection, by, "held rows decided", f"decision {decision_id}", details)
    bump_version(connection)
    return Resolution(decision_id, done.placed, done.moved, done.batches, _sentence(decision, done))


def _sentence(decision: Decision, done: Rejudged) -> str:
    if not done.changed:
        return "Remembered for every later file."
    if decision.action == "not_a_product":
        return f"{done.moved:,} rows are marked as no product; their money stays visible beside the figures."
    waits = f" {done.moved:,} rows wait for something else now." if done.moved else ""
    return f"{done.placed:,} rows are placed in {len(done.batches)} uploads, and every later file follows.{waits}"


@dataclass(frozen=True)
class Waiting:
    """Why rows are held, and their key as printed."""

    rule: str
    key_text: str


def _waiting(connection: sa.Connection, key: HeldKey, text: str | None) -> Waiting:
    c = t.held_rows.c
    query = sa.select(c.rule, c.key_text).where(
        c.reseller_id == key.reseller_id, c.key_kind == key.key_kind, c.key == key.key, c.resolved_at.is_(None)
    )
    row = connection.execute(query.order_by(c.id).limit(1)).first()
    if row is not None:
        return Waiting(row.rule, row.key_text)
    if text is None:
        raise UnknownRecord("Nothing waits for this key any more. Reload the inbox.")
    return Waiting("unmatched_store" if key.key_kind == "store" else "unmatched_product", text)


def _carry_out(connection: sa.Connection, key: HeldKey, key_text: str, decision: Decision, by: str) -> int | None:
    """The alias that remembers the answer; returns its id."""
    if (key.key_kind == "store") != (decision.action in ("match_store", "new_store")):
        raise NotDecidable("A store key needs a store, a product key a product. Choose again.")
    if decision.action == "new_store":
        _add_new_store(connection, key, decision)
    if decision.action in ("match_store", "new_store"):
        return add_store_alias(connection, key.reseller_id, _store_id(connection, key, decision), key_text, by)
    if decision.action == "new_product":
        _add_new_product(connection, decision)
    if key.key_kind == "ean" and decision.target == key.key:
        return None
    return _add_product_alias(connection, key, key_text, decision, by)


def _store_id(connection: sa.Connection, key: HeldKey, decision: Decision) -> int:
    c = t.stores.c
    query = sa.select(c.id).where(c.reseller_id == key.reseller_id, sa.func.lower(c.name) == (decision.target or "").lower())
    found: int | None = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise UnknownRecord(f"This reseller has no store “{decision.target}”. Choose one of the list or add it.")
    return found


def _add_new_store(connection: sa.Connection, key: HeldKey, decision: Decision) -> None:
    details = decision.details
    if not decision.target or details.get("channel") not in ("online", "offline"):
        raise NotDecidable("A new store needs a name and a channel, online or offline.")
    try:
        with connection.begin_nested():
            add_store(connection, key.reseller_id, decision.target, details["channel"], details.get("city"), details.get("country"))
    except sa.exc.IntegrityError as error:
        raise NotDecidable(f"This reseller already has a store “{decision.target}”. Choose it instead.") from error


def _add_new_product(connection: sa.Connection, decision: Decision) -> None:
    needed = ("functional_name", "product_name", "kind", "category")
    if not decision.target or any(not decision.details.get(name) for name in needed):
        raise NotDecidable("A new product needs its EAN, code, name, kind and category.")
    fields = {name: decision.details.get(name) for name in (*needed, "size_ml", "rrp_eur")}
    try:
        with connection.begin_nested():
            connection.execute(t.products.insert().values(ean=decision.target, **fields))
    except sa.exc.IntegrityError as error:
        raise NotDecidable("The EAN must have 8 to 14 digits, and neither it nor the code may be in the catalogue yet.") from error


def _add_product_alias(connection: sa.Connection, key: HeldKey, key_text: str, decision: Decision, by: str) -> int:
    not_a_product = decision.action == "not_a_product"
    row = {
        "reseller_id": key.reseller_id,
        "kind": key.key_kind,
        "alias": key_text,
        "alias_key": fold(key_text),
        "ean": None if not_a_product else decision.target,
        "not_a_product": not_a_product,
        "approved_by": by,
    }
    try:
        with connection.begin_nested():
            alias_id: int = connection.execute(t.product_aliases.insert().values(**row).returning(t.product_aliases.c.id)).scalar_one()
    except sa.exc.IntegrityError as error:
        raise NotDecidable(
            "This key stands for something already, or the product does not exist. Look it up under Admin, Catalogue."
        ) from error
    return alias_id


# Taking back ----------------------------------------------------------------------------------------------------------


def undo_decision(database: Database, decision_id: int, by: str = "system") -> Rejudged:
    """Take an answer back: its key is unknown again, and every row it placed, also in files that came later, waits again.

    Errors: UnknownRecord when it was taken back already, NotDecidable when other rows stand on a product or store it added.
    """
    with database.write() as connection:
        row = _standing(connection, decision_id)
        _forget(connection, row)
        unplace(connection, row.reseller_id, row.key_kind, _placed_by(connection, row))
        _remove_added(connection, row)
        done = rejudge(connection, row.reseller_id)
        connection.execute(t.inbox_decisions.update().where(t.inbox_decisions.c.id == decision_id).values(undone_at=sa.func.now()))
        audit.record(connection, by, "decision undone", f"decision {decision_id}", {"key": row.key_text, "rows": done.taken_back})
        bump_version(connection)
    return done


def _standing(connection: sa.Connection, decision_id: int) -> Any:
    """The answer, with its reseller's facts held off from others before it is read. Errors: UnknownRecord."""
    c = t.inbox_decisions.c
    reseller_id = connection.execute(sa.select(c.reseller_id).where(c.id == decision_id)).scalar_one_or_none()
    if reseller_id is None:
        raise UnknownRecord("This answer does not exist. Reload the inbox.")
    lock_reseller(connection, reseller_id)
    row = connection.execute(sa.select(t.inbox_decisions).where(c.id == decision_id, c.undone_at.is_(None))).first()
    if row is None:
        raise UnknownRecord("This answer was taken back already.")
    return row


def release_key(connection: sa.Connection, key: HeldKey) -> None:
    """Turn the facts that stand on a key into held rows, because what the key means has changed; judge them again right after."""
    unplace(connection, key.reseller_id, key.key_kind, _placed_by(connection, key))


def _forget(connection: sa.Connection, row: Any) -> None:
    table = t.store_aliases if row.key_kind == "store" else t.product_aliases
    if row.alias_id is not None:
        connection.execute(table.delete().where(table.c.id == row.alias_id))


def _placed_by(connection: sa.Connection, row: Any) -> dict[str, list[int]]:
    """Facts of files that came after the answer and were placed by it directly."""
    names = {"store": "store_text", "name": "coalesce(vendor_key, product_text)"}
    found: dict[str, list[int]] = {}
    for table in ("sellout_entries2", "ecommerce_orders"):
        column = names.get(row.key_kind, "vendor_key")
        if row.key_kind == "store" and table == "ecommerce_orders":
            continue
        statement = f"select distinct {column} from {table} where reseller_id = :reseller and held_row_id is null and {column} is not null"
        texts = [text for (text,) in connection.execute(sa.text(statement), {"reseller": row.reseller_id}) if _is_key(row, text)]
        ids = f"select id from {table} where reseller_id = :reseller and held_row_id is null and {column} = any(cast(:texts as text[])) order by id"
        rows = connection.execute(sa.text(ids), {"reseller": row.reseller_id, "texts": texts}) if texts else ()
        found[table] = [fact_id for (fact_id,) in rows]
    return found


def _is_key(row: Any, text: str) -> bool:
    key = fold(text)
    return row.key in (key, bare_code(key)) if row.key_kind == "code" else key == row.key


def _remove_added(connection: sa.Connection, row: Any) -> None:
    """A product or store that the answer added goes with it, unless something else stands on it by now."""
    if row.action == "new_product":
        used = "select exists (select from sellout_entries2 where product_ean = :target and held_row_id is null)" + (
            " or exists (select from ecommerce_orders where product_ean = :target and held_row_id is null)"
            " or exists (select from product_aliases where ean = :target) or exists (select from price_list where ean = :target)"
        )
        if connection.execute(sa.text(used), {"target": row.target}).scalar_one():
            raise NotDecidable("Other rows, keys or prices stand on the product this answer added. Change them first.")
        connection.execute(t.products.delete().where(t.products.c.ean == row.target))
    if row.action == "new_store":
        store = "select id from stores where reseller_id = :reseller and lower(name) = lower(:target)"
        parameters = {"reseller": row.reseller_id, "target": row.target}
        used = f"select exists (select from store_aliases where store_id in ({store}))"
        if connection.execute(sa.text(used), parameters).scalar_one():
            raise NotDecidable("Another spelling stands for the store this answer added. Take that one back first.")
        _release_store(connection, store, parameters)


def _release_store(connection: sa.Connection, store: str, parameters: dict[str, Any]) -> None:
    """Held rows may name the store while their product is unknown; they are judged again right after."""
    connection.execute(
        sa.text(f"update held_rows set store_id = null, channel = null where resolved_at is null and store_id in ({store})"), parameters
    )
    connection.execute(sa.text(f"delete from stores where id in ({store})"), parameters)
