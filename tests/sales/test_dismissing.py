"""What somebody put aside stays aside, for whom it was meant, until it is taken back or grows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import audit_log
from core.errors import NotAllowed, UnknownRecord
from core.people.permissions import Person
from core.sales.anomaly_shapes import Anomaly
from core.sales.dismissing import dismiss, dismissals, restore, sort_out
from core.sales.query import Period

ANNA, BEN, VERA = Person("anna", "Anna", "analyst"), Person("ben", "Ben", "admin"), Person("vera", "Vera", "viewer")
JUNE = Period(date(2025, 6, 1), date(2025, 6, 30))
ODD = Anomaly("level:x", "level", "business", "Galilu", JUNE, "Galilu, June 2025: −€ 400", "Revenue is below its range.", Decimal(-400))


def test_a_dismissed_one_is_listed_apart_with_its_note(database: Database) -> None:
    dismiss(database, VERA, ODD, " known: fair moved ")
    still, aside = sort_out([ODD], dismissals(database, VERA))
    assert still == () and [(one, kept.note, kept.own) for one, kept in aside] == [(ODD, "known: fair moved", True)]


def test_a_private_one_is_nobody_elses(database: Database) -> None:
    dismiss(database, VERA, ODD)
    assert sort_out([ODD], dismissals(database, BEN))[0] == (ODD,)


def test_everybodys_needs_an_analyst_and_holds_for_all(database: Database) -> None:
    with pytest.raises(NotAllowed):
        dismiss(database, VERA, ODD, everybody=True)
    dismiss(database, ANNA, ODD, everybody=True)
    assert sort_out([ODD], dismissals(database, VERA))[0] == ()


def test_it_can_be_taken_back_once_and_both_are_in_the_audit_log(database: Database) -> None:
    dismiss(database, ANNA, ODD)
    (kept,) = dismissals(database, ANNA)
    restore(database, ANNA, kept.id)
    assert dismissals(database, ANNA) == ()
    with pytest.raises(UnknownRecord):
        restore(database, ANNA, kept.id)
    with database.read() as connection:
        assert connection.execute(sa.select(audit_log.c.action).order_by(audit_log.c.id)).scalars().all() == [
            "anomaly dismissed",
            "anomaly shown again",
        ]


def test_a_viewer_takes_back_nothing_of_everybody(database: Database) -> None:
    dismiss(database, ANNA, ODD, everybody=True)
    (kept,) = dismissals(database, VERA)
    with pytest.raises(NotAllowed):
        restore(database, VERA, kept.id)
    restore(database, BEN, kept.id)
    assert dismissals(database, VERA) == ()


def test_a_strangers_private_one_does_not_exist_for_others(database: Database) -> None:
    dismiss(database, ANNA, ODD)
    (kept,) = dismissals(database, ANNA)
    with pytest.raises(UnknownRecord):
        restore(database, BEN, kept.id)


def test_dismissing_twice_keeps_one(database: Database) -> None:
    dismiss(database, ANNA, ODD, "first")
    dismiss(database, ANNA, ODD, "second")
    assert [kept.note for kept in dismissals(database, ANNA)] == ["second"]


def test_one_that_has_grown_is_shown_again_and_says_so(database: Database) -> None:
    dismiss(database, ANNA, ODD)
    (grown,), aside = sort_out([replace(ODD, size=Decimal(-501))], dismissals(database, ANNA))
    assert aside == () and grown.evidence[-1].endswith("it has grown since.")
    assert sort_out([replace(ODD, size=Decimal(-500))], dismissals(database, ANNA))[0] == ()
