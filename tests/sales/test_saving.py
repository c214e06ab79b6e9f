import pytest

from core.db.engine import Database
from core.errors import UnknownRecord
from core.people.permissions import SYSTEM, Person
from core.sales import saving

ADA, VIC = Person("ada", "Ada", "analyst"), Person("vic", "Vic", "viewer")
STATE = {"by": ["product"], "period": ["2025"]}


def test_a_saved_view_comes_back_as_it_was(database: Database) -> None:
    saving.save(database, ADA, "explore", " Products ", STATE)
    (view,) = saving.views(database, ADA, "explore")
    assert (view.name, view.state, view.own) == ("Products", STATE, True)
    assert saving.views(database, ADA, "other") == ()


def test_the_same_name_writes_over(database: Database) -> None:
    saving.save(database, ADA, "explore", "x", STATE)
    saving.save(database, ADA, "explore", "x", {"by": ["month"]})
    assert [view.state for view in saving.views(database, ADA, "explore")] == [{"by": ["month"]}]


def test_others_see_shared_views_only(database: Database) -> None:
    saving.save(database, ADA, "explore", "mine", STATE)
    saving.save(database, ADA, "explore", "ours", STATE, shared=True)
    assert [(view.name, view.own) for view in saving.views(database, VIC, "explore")] == [("ours", False)]


def test_only_the_owner_or_an_administrator_forgets_a_shared_view(database: Database) -> None:
    saving.save(database, ADA, "explore", "ours", STATE, shared=True)
    (view,) = saving.views(database, VIC, "explore")
    with pytest.raises(UnknownRecord):
        saving.remove(database, VIC, view.id)
    saving.remove(database, SYSTEM, view.id)
    assert saving.views(database, ADA, "explore") == ()


def test_a_view_needs_a_name(database: Database) -> None:
    with pytest.raises(saving.ViewRefused):
        saving.save(database, ADA, "explore", "  ", STATE)
