"""The published lists of hostile and legitimate statements, over the schema they were written for."""

from __future__ import annotations

import csv
import json

import pytest

from core.chat.sql_guard import check
from tests.conftest import SHARED

pytestmark = pytest.mark.shared
READABLE = {
    "sellout_entries2": "id upload_batch_id reseller_id product_ean functional_name quantity sales_eur currency year month sale_date store".split(),
    "ecommerce_orders": "id order_id order_date product_ean quantity sales_eur country city utm_source".split(),
    "products": ["ean", "functional_name", "category"],
    "resellers": ["id", "name", "country"],
}
# the decisions on the questions of policy, in the order of guard_grey.tsv; the reasons stand in docs/decisions.md
GREY = "column function whole_row whole_row allowed allowed allowed recursion not_select table_command allowed allowed allowed allowed pattern relation session"


def _lines(name: str) -> list[str]:
    text = (SHARED / "chat" / name).read_text(encoding="utf-8")
    return [json.loads(line)["sql"] if name.endswith("jsonl") else line for line in text.splitlines()]


@pytest.mark.parametrize("name", ["guard_refuse.sql", "guard_refuse_multiline.jsonl"])
def test_every_hostile_line_is_refused(name: str) -> None:
    assert [line[:200] for line in _lines(name) if check(line, READABLE).allowed] == []


@pytest.mark.parametrize("name", ["guard_allow.sql", "guard_allow_multiline.jsonl"])
def test_every_legitimate_line_passes(name: str) -> None:
    assert [line for line in _lines(name) if not check(line, READABLE).allowed] == []


def test_questions_of_policy_are_decided() -> None:
    with (SHARED / "chat" / "guard_grey.tsv").open(encoding="utf-8") as file:
        statements = [row["statement"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert [check(statement, READABLE).code for statement in statements] == GREY.split()
