import logging

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import BadQuestion, NotAllowed
from pages.components.errors import sentence


def broken_page() -> None:
    import streamlit as st

    from core.errors import BadQuestion
    from pages.components.errors import boundary

    with boundary():
        raise BadQuestion("There is no such figure.")
    with boundary():
        raise KeyError("a secret detail")
    st.markdown("the rest of the page")


def test_a_known_error_shows_its_sentence_and_the_rest_is_drawn() -> None:
    page = AppTest.from_function(broken_page).run()
    assert page.warning[0].value == "There is no such figure."
    assert page.markdown[0].value == "the rest of the page"


def test_an_unexpected_error_shows_a_reference_and_nothing_else() -> None:
    page = AppTest.from_function(broken_page).run()
    assert "reference" in page.warning[1].value and "secret" not in page.warning[1].value
    assert not page.exception


def test_the_log_holds_the_traceback_under_the_same_reference(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "workbench.pages"):
        shown = sentence(ValueError("a secret detail"))
    assert caplog.records[0].args and str(caplog.records[0].args[0]) in shown
    assert caplog.records[0].exc_info


def test_core_errors_are_never_logged_as_bugs(caplog: pytest.LogCaptureFixture) -> None:
    assert sentence(NotAllowed()) == "Your role does not allow this. Ask an administrator."
    assert sentence(BadQuestion("x")) == "x" and not caplog.records
