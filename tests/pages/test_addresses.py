"""What is chosen on a page stands in its address: each change of a choice is heard, and what the address says is shown."""

from __future__ import annotations

import pytest

from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.sales.conftest import Market, market  # noqa: F401


@pytest.mark.parametrize(
    ("file", "kind", "key", "name", "values"),
    [
        ("admin/dictionary.py", "text_input", "dictionary_find", "find", ("revenue", "units", "fee")),
        ("analyses/movers.py", "selectbox", "movers_by", "by", ("category", "country", "reseller")),
        ("analyses/forecast.py", "selectbox", "forecast_split", "split", ("product", "country", "category")),
        ("insight/explore.py", "selectbox", "explore_limit", "top", ("10", "100", "25")),
        ("insight/overview.py", "selectbox", "filter_channel", "channel", ("stores", "own-shop", "reseller-online")),
    ],
)
def test_each_change_of_a_choice_is_heard_and_going_back_is_too(open_page: Open, market: Market, file, kind, key, name, values) -> None:  # noqa: F811
    fill(market)
    page = open_page(file)
    for value in values:
        getattr(page, kind)(key=key).set_value(value).run()
        assert page.query_params[name] in (value, [value])
    page.query_params[name] = values[1]
    page.run()
    assert getattr(page, kind)(key=key).value == values[1] and page.query_params[name] in (values[1], [values[1]])
