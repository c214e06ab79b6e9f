import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import saved_queries
from core.errors import UnknownRecord
from core.people.permissions import SYSTEM, Person
from core.sales import saving
from core.sales.running import data_version
from tests.sales.conftest import Market, market  # noqa: F401

ADA, VIC = Person("ada", "Ada", "analyst"), Person("vic", "Vic", "viewer")
STATE = {"by": ["product"], "period": ["2025"]}


def test_a_saved_view_comes_back_as_it_was(database: Database) -> None:
    number = saving.save(database, ADA, "explore", "  Products  by year ", STATE)
    (view,) = saving.views(database, ADA, "explore")
    assert (view.id, view.name, view.state, view.own, view.page) == (number, "Products by year", STATE, True, "explore")
    assert saving.views(database, ADA, "other") == () and saving.views(database, ADA) == (view,)
    assert saving.view(database, ADA, number) == view and saving.view(database, VIC, number) is None


def test_a_view_remembers_the_data_it_was_saved_at(database: Database) -> None:
    saving.save(database, ADA, "explore", "x", STATE)
    assert saving.views(database, ADA)[0].data_version == data_version(database)


def test_a_view_kept_before_versions_were_noted_still_opens(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.insert(saved_queries).values(owner="ada", page="explore", name="old", query=STATE))
    (view,) = saving.views(database, ADA, "explore")
    assert (view.state, view.data_version) == (STATE, None)


def test_the_same_name_writes_over(database: Database) -> None:
    first = saving.save(database, ADA, "explore", "x", STATE)
    assert saving.save(database, ADA, "explore", "x", {"by": ["month"]}) == first
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


FULL = {
    "reseller": ["Liberty", "Galilu", "A reseller of long ago"],
    "where": ["reseller:galilu", "store:Flagship (Liberty)", "store:Warsaw", "country:GB", "product:Liberty Rose", "store:"],
    "not": ["reseller:liberty"],
    "channel": ["online"],
    "one": ["Liberty"],
}


@pytest.fixture
def galilu(market: Market) -> Person:  # noqa: F811
    """Somebody who sees Galilu alone, where Liberty has a store too."""
    market.store("liberty", "Flagship")
    market.store("galilu", "Warsaw")
    return Person("gus", "Gus", "viewer", (market.resellers["galilu"],))


def test_a_shared_view_names_no_reseller_or_store_out_of_sight(database: Database, galilu: Person) -> None:
    saving.save(database, ADA, "explore", "Doors at liberty, by month", FULL, shared=True)
    (view,) = saving.views(database, galilu, "explore")
    assert view.state == {
        "reseller": ["Galilu"],
        "where": ["reseller:galilu", "store:Warsaw", "country:GB", "product:Liberty Rose", "store:"],
        "channel": ["online"],
    }
    assert view.withheld == 5 and view.name == f"View {view.id}"


def test_a_name_that_only_looks_alike_is_shown(database: Database, galilu: Person) -> None:
    saving.save(database, ADA, "explore", "Libertyville", STATE, shared=True)
    assert saving.views(database, galilu)[0].name == "Libertyville"


def test_who_sees_everything_and_who_owns_it_see_it_whole(database: Database, galilu: Person) -> None:
    saving.save(database, galilu, "explore", "Liberty", FULL, shared=True)
    for person in (ADA, galilu):
        (view,) = saving.views(database, person, "explore")
        assert (view.state, view.name, view.withheld) == (FULL, "Liberty", 0)
