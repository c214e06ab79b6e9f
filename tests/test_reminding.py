"""Reminders: drafted from coverage, sent through the mail server, kept in the audit log; only by those who may, only to resellers in sight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from core import reminding
from core.db import tables as t
from core.errors import MailNotSent, NotAllowed, UnknownRecord
from core.mail.outbox import entries
from core.people.permissions import Person
from core.sales.coverage import coverage
from core.sales.query import parse_period
from tests.sales.conftest import Market, market  # noqa: F401

TODAY = date(2025, 7, 15)
ANA = Person("ana", "Ana Berg", "analyst")


@pytest.fixture
def late(market: Market) -> Market:  # noqa: F811
    """Galilu's May and June are not here."""
    market.covers("galilu", "2025-04", batch=market.new_batch("galilu", file_name="April.xlsx", period_end=date(2025, 4, 30)))
    return market


def test_a_draft_names_what_is_missing_and_what_came_last(late: Market, settings) -> None:
    draft = reminding.draft(late.database, settings, ANA, late.resellers["galilu"], TODAY)
    assert (draft.language, draft.to, draft.periods) == ("pl", "", (parse_period("2025-05/2025-06"),))
    assert "April.xlsx" in draft.text and "Ana Berg" in draft.text and "maj – czerwiec 2025" in draft.text


def test_a_sent_reminder_is_in_the_log_the_audit_and_the_contact(late: Market, settings) -> None:
    draft = replace(reminding.draft(late.database, settings, ANA, late.resellers["galilu"], TODAY), to="a@galilu.example; b@galilu.example")
    results = reminding.send(late.database, settings, ANA, draft)
    assert [result.status for result in results] == ["outbox", "outbox"] and len(entries(settings.outbox)) == 2
    with late.database.read() as connection:
        contact = connection.execute(sa.select(t.resellers.c.contact_email).where(t.resellers.c.key == "galilu")).scalar_one()
        kinds = connection.execute(sa.select(t.email_logs.c.kind)).scalars().all()
        actions = connection.execute(sa.select(t.audit_log.c.action, t.audit_log.c.username).order_by(t.audit_log.c.id)).all()
    assert contact == "a@galilu.example, b@galilu.example" and kinds == ["reminder", "reminder"]
    assert [tuple(row) for row in actions] == [("contact changed", "ana"), ("reminder sent", "ana")]


def test_a_missing_slice_knows_when_it_was_asked_for(late: Market, settings) -> None:
    draft = replace(reminding.draft(late.database, settings, ANA, late.resellers["galilu"], TODAY), to="a@galilu.example")
    reminding.send(late.database, settings, ANA, draft)
    slices = coverage(late.database, None, TODAY, date(2025, 4, 1)).filter(reseller="Galilu")
    days = reminding.last_reminders(reminding.sent(late.database), slices)
    assert [day is not None for day in days] == [False, True, True]
    assert reminding.sent(late.database, (late.resellers["liberty"],)) == ()


@pytest.mark.parametrize("change", [{"to": ""}, {"text": " "}, {"to": "no address"}])
def test_a_reminder_without_address_or_text_is_not_sent(late: Market, settings, change: dict[str, str]) -> None:
    draft = replace(reminding.draft(late.database, settings, ANA, late.resellers["galilu"], TODAY), **{"to": "a@b.example", **change})
    with pytest.raises(MailNotSent):
        reminding.send(late.database, settings, ANA, draft)
    assert reminding.sent(late.database) == () and entries(settings.outbox) == ()


def test_who_may_not_write_or_not_see_the_reseller_does_not_write(late: Market, settings) -> None:
    galilu = late.resellers["galilu"]
    with pytest.raises(NotAllowed):
        reminding.draft(late.database, settings, Person("vera", "Vera", "viewer"), galilu, TODAY)
    with pytest.raises(UnknownRecord):
        reminding.draft(late.database, settings, Person("ina", "Ina", "analyst", (late.resellers["liberty"],)), galilu, TODAY)
    own = reminding.draft(late.database, settings, Person("ina", "Ina", "analyst", (galilu,)), galilu, TODAY)
    with pytest.raises(NotAllowed):
        reminding.send(late.database, settings, Person("vera", "Vera", "viewer"), own)


def test_nothing_late_is_nothing_to_write(late: Market, settings) -> None:
    with pytest.raises(UnknownRecord, match="Nothing of Liberty is late"):
        reminding.draft(late.database, settings, ANA, late.resellers["liberty"], TODAY)
