from streamlit.util import calc_hash

from core import opened
from core.people import accounts
from core.people.permissions import SYSTEM
from tests.pages.conftest import PASSWORD, AppTest, Open
from tests.pages.words import words


def sign_in(shell: AppTest, username: str, password: str) -> AppTest:
    shell.run()
    shell.text_input[0].input(username)
    shell.text_input[1].input(password)
    return shell.button[0].click().run()


def test_nobody_signed_in_sees_the_form_only(shell: AppTest) -> None:
    shell.run()
    assert [field.label for field in shell.text_input] == ["User name", "Password"]
    assert not shell.title and not shell.exception


def test_a_right_password_opens_the_workbench(shell: AppTest, process: opened.Opened) -> None:
    accounts.create(process.database, SYSTEM, "ada", "Ada", "viewer", password=PASSWORD, must_change_password=False)
    sign_in(shell, "ada", PASSWORD)
    assert shell.title[0].value == "Overview" and not shell.exception


def test_a_wrong_password_says_how_many_tries_are_left(shell: AppTest, process: opened.Opened) -> None:
    accounts.create(process.database, SYSTEM, "ada", "Ada", "viewer", password=PASSWORD, must_change_password=False)
    sign_in(shell, "ada", "wrong")
    assert "4 tries are left" in shell.error[0].value


def test_the_first_password_must_be_changed_before_anything_else(shell: AppTest, process: opened.Opened) -> None:
    password = accounts.first_administrator(process.database)
    assert password
    sign_in(shell, "admin", password)
    assert shell.title[0].value == "Choose your own password"
    for field, text in zip(shell.text_input, (password, "a sentence of mine", "a sentence of mine"), strict=True):
        field.input(text)
    shell.button[0].click().run()
    assert shell.title[0].value == "Overview"
    assert accounts.find(process.database, "admin").must_change_password is False  # type: ignore[union-attr]


def test_signing_out_ends_the_session_and_forgets_the_browsers_state(open_page: Open) -> None:
    page = open_page("insight/overview.py")
    page.session_state["secret of the last person"] = 1
    page.button(key="sign_out").click().run()
    assert [field.label for field in page.text_input] == ["User name", "Password"]
    assert "secret of the last person" not in page.session_state
    page.run()
    assert not page.title


def test_a_session_ended_elsewhere_leads_to_the_form(open_page: Open, process: opened.Opened) -> None:
    from pages.components import cached

    page = open_page("insight/overview.py", role="viewer")
    accounts.reset_password(process.database, SYSTEM, "viewer", accounts.datetime.now(accounts.UTC))
    cached.forget_accounts()
    page.run()
    assert "Your session ended" in page.error[0].value and not page.title


def test_a_viewer_is_offered_no_page_that_changes_data(open_page: Open) -> None:
    from core.people.permissions import Person
    from pages.components import sections

    urls = {entry.url for entry in sections.entries_for(Person("v", "V", "viewer"))}
    assert "overview" in urls and not urls & {"upload", "inbox", "people", "system", "audit", "catalogue", "outbox"}


def test_the_address_of_a_page_that_is_not_open_says_so_and_shows_nothing_of_it(open_page: Open) -> None:
    page = open_page("insight/overview.py", role="viewer")
    page._page_hash = calc_hash("audit")  # a page without a file, which `switch_page` knows no way to
    page.run()
    assert page.title[0].value == "Audit" and "This page is not open to you" in words(page)
    assert not page.dataframe and not page.exception
