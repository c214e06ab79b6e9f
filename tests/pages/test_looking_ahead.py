from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.sales.forecasting import HORIZONS
from core.sales.query import Filter
from core.sales.running_forecasts import OF_LINES, ForecastQuestion, checked
from pages.components import looking_ahead
from pages.components.looking_ahead import View

views = st.builds(
    View,
    st.sampled_from(list(looking_ahead.FIGURES)),
    st.sampled_from(HORIZONS),
    st.sampled_from(list(looking_ahead.SPLITS)),
    st.sampled_from(["month", "week"]),
)


@given(views)
def test_a_view_is_read_back_from_its_url(view):
    assert looking_ahead.read(looking_ahead.written(view)) == (view, ())


@given(views)
def test_every_view_can_be_asked_or_is_refused_with_a_sentence(view):
    asked = looking_ahead.question(view, ())
    if view.figure == "orders" and view.split in OF_LINES:
        with pytest.raises(BadQuestion, match="An order may hold several products"):
            checked(asked)
    else:
        assert checked(asked) == asked


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"figure": ["net_revenu"]}, "Did you mean sales_eur_net"),
        ({"ahead": ["99"]}, "1, 3, 6, 12 months ahead, not “99”"),
        ({"ahead": ["-1"]}, "not “-1”"),
        ({"split": ["by product"]}, "Did you mean product"),
        ({"step": ["day"]}, "Nothing called “day” is a step of a forecast"),
    ],
)
def test_what_a_url_misspells_is_explained_and_the_rest_is_used(parameters, said):
    view, (problem,) = looking_ahead.read({"ahead": ["6"], **parameters})
    assert said in problem and view.ahead == (3 if "ahead" in parameters else 6)


def test_defaults_are_left_out_of_the_url():
    assert looking_ahead.written(View()) == {} and looking_ahead.written(View(ahead=12)) == {"ahead": ["12"]}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (ForecastQuestion("returns_rate"), "is not forecast"),
        (ForecastQuestion("untis"), "Did you mean units"),
        (ForecastQuestion(part="prodct"), "Did you mean product"),
        (ForecastQuestion(part="utm_source"), "not broken down by"),
        (ForecastQuestion(horizon=40), "1 to 12 months"),
        (ForecastQuestion(grain="day"), "by month or by week"),
    ],
)
def test_what_can_not_be_foretold_is_refused_in_a_sentence(question, said):
    with pytest.raises(BadQuestion, match=said):
        checked(question)


def test_the_filters_of_the_page_go_into_the_question():
    where = (Filter("reseller", ("Liberty",)),)
    assert looking_ahead.question(View(ahead=6, step="week"), where) == ForecastQuestion("sales_eur_net", where, 26, "reseller", "week")
