"""One truth: page, workbook, CSV, PDF, HTTP API and notebook give the same digits for the same question.

The page is the Explore page in AppTest, as the strings that a person sees; every other way is read back from its bytes and rounded as a
spreadsheet would, by a rounding of its own.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
import pypdfium2
import pytest
from starlette.testclient import TestClient
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

import core
from api.application import build
from core import opened
from core.people import accounts
from core.people.permissions import SYSTEM
from core.reports import rendering
from core.reports.definition import definition_from, view_report
from core.sales import files, pivot_table, running_pivots
from core.sales.pivot_query import PivotQuery
from core.sales.query import Filter, parse_period
from core.sales.relative import NEW, NONE
from core.sales.shown import CHANGE, POINTS, Shown
from core.settings import Settings
from core.workbench import Workbench
from pages.components import choosing, exploring
from pages.components.choosing import Choice, Known
from pages.components.exploring import View
from tests.pages.conftest import PASSWORD, Open, open_page, process, shell  # noqa: F401
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market, market  # noqa: F401

PERIOD = parse_period("2025-01/2025-06")
KNOWN = Known(date(2024, 1, 1), date(2025, 6, 30), ("Galilu", "Liberty", "Online", "Skins SA"))


@dataclass(frozen=True)
class Case:
    view: View
    choice: Choice = field(default_factory=lambda: Choice(PERIOD, compare=""))

    @property
    def asked(self) -> PivotQuery:
        return exploring.pivot(self.view, self.choice)[0]

    @property
    def address(self) -> dict[str, list[str]]:
        """The whole state, as the page's URL says it."""
        return {**exploring.written(self.view), **choosing.written(self.choice, KNOWN, date(2026, 11, 23)), "period": ["2025-01/2025-06"]}


def against(**changes: Any) -> Choice:
    return Choice(PERIOD, **{"compare": "prior_year", **changes})


CASES = {
    "additive": Case(View(("sales_eur_net", "sales_eur_gross", "units"), ("reseller",))),
    "ratio": Case(View(("average_unit_price", "returns_rate", "aov"), ("product",))),
    "distinct count": Case(View(("orders", "active_products", "active_stores"), ("reseller",))),
    "comparison": Case(View(("sales_eur_net",), ("reseller",)), against()),
    "comparison of ratios": Case(View(("returns_rate", "units"), ("product",)), against()),
    "same weekdays": Case(View(("sales_eur_net",), ("product",)), against(compare="prior_year_weeks")),
    "own period": Case(View(("units",), ("product",)), against(compare="2024-02/2024-05")),
    "like for like": Case(View(("sales_eur_net", "units"), ("reseller",)), against(alike="stores")),
    "months": Case(View(("sales_eur_net", "orders"), ("month",)), against()),
    "weeks and what states none": Case(View(("sales_eur_net",), ("week",))),
    "quarters": Case(View(("units",), ("quarter",))),
    "pivot": Case(View(("sales_eur_net",), ("reseller",), ("month",))),
    "pivot of a distinct count": Case(View(("orders",), ("product",), ("month",))),
    "subtotals": Case(View(("sales_eur_net", "aov"), ("reseller", "product"), ("quarter",))),
    "shares": Case(View(("sales_eur_net",), ("reseller",), ("quarter",), shown_as="share_column")),
    "running total": Case(View(("active_products",), ("month",), shown_as="running")),
    "without a reseller": Case(
        View(("sales_eur_net",), ("product",)), Choice(PERIOD, compare="", filters=(Filter("reseller", ("Galilu",), exclude=True),))
    ),
    "channel and not stated": Case(View(("sales_eur_net", "units"), ("store",)), Choice(PERIOD, "own-shop", compare="")),
    "others": Case(View(("sales_eur_net", "active_stores"), ("product",), limit=10), against()),
    "no groups": Case(View(("sales_eur_net", "units", "margin"), ("reseller",)), Choice(PERIOD, resellers=("Online",), compare="")),
}


@pytest.fixture
def filled(market: Market) -> Market:  # noqa: F811
    return market.once(_fill)


def _fill(market: Market) -> None:  # noqa: F811
    """Eighteen months of three resellers and the web shop; odd cents, returns, a missing month, more products than a short list shows."""
    more = [f"{9524001003000 + n}" for n in range(12)]
    with market.database.write() as connection:
        for n, ean in enumerate(more):
            connection.exec_driver_sql(
                "insert into products (ean, functional_name, product_name, kind, category) values (%s, %s, %s, 'full', 'perfume')",
                (ean, f"NLX{n:02}", f"Scent {n}"),
            )
    for reseller, store in (("liberty", "Flagship"), ("galilu", "Warsaw"), ("skins_sa", "Waterfront")):
        market.store(reseller, store)
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)][:18]
    for place, month in enumerate(months):
        for n, ean in enumerate((TUNDRA, SAUNA, CANDLE, *more)):
            units = 3 + (7 * place + 3 * n) % 11
            market.line("skins_sa", month, ean, units, f"{units * 52.3335:.5f}", store="Waterfront")
            if month != "2025-06" and n < 6:
                market.line("galilu", month, ean, units + 1, f"{units * 61.1749:.5f}", store="Warsaw")
        market.line("galilu", month, SAUNA, -1, "-55.505", store="Warsaw")
        for n in range(3):
            cost = {"cost_of_goods": "20.10", "payment_fee": "1.205"}
            market.order_line(f"{month}-{n}", f"{month}-{10 + n}", TUNDRA, 1 + n % 2, f"{84.505 + place}", **cost)
            market.order_line(f"{month}-{n}", f"{month}-{10 + n}", CANDLE, 1, "30.125", **cost)
    for reseller in ("skins_sa", "online"):
        market.covers(reseller, *months)
    market.covers("galilu", *months[:-1])
    market.covers_weeks("liberty", "2025-01-05", "2025-06-29")
    market.line("liberty", "2025-02-03/2025-02-09", TUNDRA, 4, "333.335", store="Flagship")
    market.fill_rollup()


# Rounding and spelling of its own ---------------------------------------------------------------------------------------


def digits(value: Any, unit: str) -> str:
    """What a spreadsheet shows of a number in the format of its unit, without signs of currency and spaces; '' for nothing."""
    if value is None or value == "":
        return ""
    shape = files.FORMATS.get(unit, "#,##0").split(";")[0].lstrip("+")
    number = Decimal(str(value)) * (100 if shape.endswith("%") else 1)
    places = len(re.sub(r"[^0.]", "", shape).partition(".")[2])
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if rounded == 0:
        return "0" if unit in (CHANGE, POINTS) else f"{abs(rounded):f}"  # a change that rounds to nothing is ±0
    return f"{rounded:f}"


def spoken(text: str) -> str:
    """`▲ +€ 1 234.5 %` → `1234.5`"""
    bare = text.replace("−", "-").replace("±", "")
    found = re.sub(r"[^\d.\-]", "", bare)
    return found if any(c.isdigit() for c in found) else ""


def label(value: Any) -> str:
    return "" if value is None else " ".join(str(value).replace("↻", "").replace("w/c", "week of").split())


# The ways ---------------------------------------------------------------------------------------------------------------

Rows = list[list[str]]


def on_the_page(page: AppTest, seen: Shown) -> Rows:
    """Every line of the table as it is drawn: the words at its left, the digits of its figures."""
    proto = page.dataframe[0].proto
    shown = convert_arrow_bytes_to_pandas_df(proto.arrow_data.styler.display_values)
    count = seen.frame.width - len(figures(seen))
    return [[*map(label, row[:count]), *map(spoken, row[count:])] for row in shown.to_numpy().tolist()]


def figures(seen: Shown) -> list[str]:
    return [name for name, dtype in seen.frame.schema.items() if dtype.is_numeric()]


def in_digits(rows: Sequence[Sequence[Any]], seen: Shown) -> Rows:
    names = seen.frame.columns
    numeric = set(figures(seen))
    return [[digits(v, seen.units.get(n, "")) if n in numeric else label(v) for n, v in zip(names, row, strict=True)] for row in rows]


def in_the_workbook(seen: Shown) -> Rows:
    sheet = openpyxl.load_workbook(io.BytesIO(files.xlsx_bytes(seen)))["Figures"]
    rows = [list(row) for row in sheet.iter_rows(min_row=4, max_col=seen.frame.width)]
    for row, name in ((row, name) for row in rows for name in seen.units):
        cell = row[seen.frame.columns.index(name)]
        if seen.units[name] == CHANGE and cell.value in (NEW, NONE):  # where no percentage can stand
            cell.value = None
            continue
        assert cell.value is None or isinstance(cell.value, int | float), "numbers stay numbers"
        cell.value = None if cell.value is None else Decimal(repr(cell.value)) / (100 if seen.units[name] == "points" else 1)
        assert cell.value is None or cell.number_format == files.FORMATS.get(seen.units[name], cell.number_format)
    points = {name: "points" for name, unit in seen.units.items() if unit == "points"}
    values = [
        [
            cell.value * 100 if n in points and cell.value is not None else cell.value
            for n, cell in zip(seen.frame.columns, row, strict=True)
        ]
        for row in rows
    ]
    return in_digits(values, seen)


def in_the_csv(seen: Shown) -> Rows:
    rows = list(csv.reader(io.StringIO(files.csv_bytes(seen).decode("utf-8-sig"), newline="")))
    width = seen.frame.width
    said = dict(zip(rows[0], rows[1], strict=True))
    totals = [said["About"].partition(f"Total {files.column_title(n)}: ")[2].partition(" | ")[0] for n in seen.frame.columns]
    last = [["Total", *totals[1:]]] if seen.totals else []
    values = [
        [hundredfold(v, seen.units.get(n, "")) for n, v in zip(seen.frame.columns, row[:width], strict=True)] for row in [*rows[1:], *last]
    ]
    return in_digits(values, seen)


def hundredfold(value: Any, unit: str) -> Any:
    """Points are shown in hundredths."""
    return value if unit != "points" or value in (None, "") else Decimal(str(value)) * 100


def in_the_notebook(case: Case, seen: Shown) -> Rows:
    code = exploring.pivot_code(case.asked, case.view.shown_as, subtotals=case.view.subtotals)
    before, call, rest = code.partition("wb.pivot(")
    names: dict[str, Any] = {}
    exec(f"{before}frame = {call}{rest}", names)
    frame = names["frame"]
    return in_digits(
        [[hundredfold(v, seen.units.get(n, "")) for n, v in zip(frame.columns, row, strict=True)] for row in frame.iter_rows()], seen
    )


def in_the_report(case: Case, seen: Shown, market: Market, settings: Settings) -> tuple[str, Rows]:  # noqa: F811
    """The text of the PDF, and the rows of the report's CSV."""
    view, asked = case.view, case.asked
    made = view_report(
        "View", asked.query, "2025-01/2025-06", columns=asked.columns, at=asked.at, shown_as=view.shown_as, subtotals=view.subtotals
    )
    content = rendering.build_content(market.database, settings, definition_from(made.to_dict()), None, date(2026, 11, 23))
    pdf = pypdfium2.PdfDocument(rendering.document(content, "pdf").content)
    text = " ".join(page.get_textpage().get_text_range() for page in pdf)
    rows = list(csv.reader(io.StringIO(rendering.document(content, "csv").content.decode("utf-8-sig"), newline="")))[1:]
    values = [[hundredfold(v, seen.units.get(n, "")) for n, v in zip(seen.frame.columns, row, strict=True)] for row in rows]
    return re.sub(r"\s+", "", text.replace("\u202f", "").replace("−", "-")), in_digits(values, seen)


def over_http(case: Case) -> Mapping[str, Any]:
    client = TestClient(build())
    accounts.create(opened.opened().database, SYSTEM, "api", "Api", "viewer", password=PASSWORD, scope=None, must_change_password=False)
    token = client.post("/token", data={"username": "api", "password": PASSWORD}).json()["access_token"]
    query = case.asked.flat if case.asked.columns or len(case.asked.rows) > 1 else case.asked.query
    where = {f"{'not ' if one.exclude else ''}{one.dimension}": list(one.values) for one in query.where}
    question = {"measures": list(query.measures), "by": list(query.by), "where": where, "period": str(query.period)}
    question |= {"limit": query.limit, "others": query.others, "like_for_like": query.like_for_like}
    question |= {"compare": str(query.compare)} if query.compare else {}
    answer = client.post("/sales", json=question, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("name", CASES)
def test_every_way_gives_the_same_digits(
    name: str,
    filled: Market,
    open_page: Open,  # noqa: F811
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = CASES[name]
    cells = running_pivots.run_pivot(filled.database, case.asked)
    seen = pivot_table.table(cells, case.view.shown_as, subtotals=case.view.subtotals).as_shown("View")
    page = open_page("insight/explore.py", **case.address)
    assert not page.exception and not page.error and not page.warning
    truth = on_the_page(page, seen)
    assert truth and any(any(row[1:]) for row in truth), "there are figures to compare"

    assert in_the_workbook(seen) == truth
    assert in_the_csv(seen) == truth
    monkeypatch.setattr(core, "open", lambda: Workbench(filled.database, settings))
    assert in_the_notebook(case, seen) == truth
    text, rows = in_the_report(case, seen, filled, settings)
    assert [row[1:] for row in rows] == [row[1:] for row in truth]
    for row in truth:
        words = [] if set(case.asked.rows) & {"month"} else row[:1]  # paper writes months out
        assert in_order([cell for cell in (*words, *row[1:]) if cell], text), row
    same_over_http(case, seen, truth)


def in_order(parts: Sequence[str], text: str) -> bool:
    """Whether the parts of a line stand in the text one after the other, with nothing but signs between the figures."""
    spelled = [re.escape(re.sub(r"\s+", "", part)) for part in parts]
    return re.search(r"[^\d]{0,12}".join(spelled), text) is not None


def same_over_http(case: Case, seen: Shown, truth: Rows) -> None:
    """The finest cells and, where the table shows them, the totals."""
    answer = over_http(case)
    if case.view.shown_as != "value":
        assert answer["rows"] and answer["data_version"] >= 0  # shares and running totals are made of these rows, see test_pivots
        return
    found = {tuple(name_of(case, n, row[n]) for n in answer_groups(case)): row for row in answer["rows"]}
    titles = dict(zip(seen.frame.columns, range(seen.frame.width), strict=True))
    count = seen.frame.width - len(figures(seen))
    compared = 0
    for row in truth:
        for key, one in found.items():
            for figure in case.asked.query.measures:
                across = key[len(case.asked.rows) :]
                title = heading(across, figure, case, seen)
                if tuple(row[:count]) == key[: len(case.asked.rows)] and title in titles:
                    assert digits(one[figure], seen.units[title]) == row[titles[title]], (key, figure)
                    compared += 1
    assert compared >= len(found), "every cell of the answer stands on the page"
    if not case.asked.columns and truth[-1][0] == "Total":
        names = [n for n in answer["totals"] if not n.endswith("_comparable") and heading((), n, case, seen) in titles]
        for figure in names:
            title = heading((), figure, case, seen)
            assert digits(hundredfold(answer["totals"][figure], seen.units[title]), seen.units[title]) == truth[-1][titles[title]]


def answer_groups(case: Case) -> Sequence[str]:
    return case.asked.dimensions


def name_of(case: Case, dimension: str, value: Any) -> str:
    from core.sales.charts import name_moment
    from pages.components.results import WORDS

    if dimension in ("month", "quarter", "week", "year", "day"):
        return "not stated" if value is None else label(name_moment(date.fromisoformat(value), dimension))
    return label(WORDS.get((dimension, value), value))


def heading(across: Sequence[str], figure: str, case: Case, seen: Shown) -> str:
    above = " · ".join(across)
    title = files.column_title(figure)
    return next((t for t in (f"{above} · {title}" if above else title, above, title) if t in seen.units), "")
