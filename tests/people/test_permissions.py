import pytest

from core.errors import NotAllowed
from core.people.permissions import ACTIONS, ROLES, SYSTEM, TOUCHES_EVERY_RESELLER, Person, may, require


def test_an_administrator_may_do_everything() -> None:
    assert all(may(SYSTEM, action) for action in ACTIONS)


def test_a_viewer_changes_nothing_but_own_views() -> None:
    allowed = {action for action in ACTIONS if may(Person("v", "V", "viewer"), action)}
    assert allowed == {"see_sales", "ask", "save_views"}


@pytest.mark.parametrize("action", sorted(TOUCHES_EVERY_RESELLER))
def test_a_narrowed_administrator_touches_nothing_of_all(action: str) -> None:
    assert not may(Person("n", "N", "admin", (1,)), action)  # type: ignore[arg-type]


def test_a_refusal_names_the_role_that_may() -> None:
    with pytest.raises(NotAllowed, match=r"needs admin or analyst"):
        require(Person("v", "V", "viewer"), "import_files")


def test_every_action_names_known_roles() -> None:
    assert all(roles and roles <= set(ROLES) for roles in ACTIONS.values())
