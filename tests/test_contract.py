"""What notebooks, scripts and other programs rely on: every call of the contract, as written there, against a fresh home."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from core.db.engine import Database
from core.errors import BadQuestion, QueryRefused
from core.people.permissions import SYSTEM
from core.reports.definition import monthly_report
from core.reports.records import save_report
from core.settings import Settings
from core.workbench import Workbench
from demo.generator import DemoFiles, write_demo
from tests.conftest import FillOnce

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 1, 15)
ROWS = (
    *("source_sheet", "source_row", "reseller", "store", "channel", "product_ean", "vendor_key", "product_text", "period_start"),
    *("period_end", "quantity", "amount_local", "currency", "vat_basis", "line_kind", "held", "held_reason"),
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("demo"), TODAY, months=2)


def of(demo: DemoFiles, vendor: str) -> list[Path]:
    return [path for path in demo.to_load if path.parent.name == vendor]


@pytest.fixture
def wb(database: Database, settings: Settings, demo: DemoFiles, fill_once: FillOnce) -> Workbench:
    bench = Workbench(database, settings)
    loaded = fill_once((demo.catalogue, "catalogue"), lambda: bench.load_catalogue(str(demo.catalogue)))
    assert loaded["products"] and loaded["resellers"] and loaded["stores"]
    return bench


def figures(rows: pl.DataFrame) -> list[tuple[object, ...]]:
    return rows.select("source_row", "store", "product_ean", "quantity", "amount_local", "line_kind", "held").rows()


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_report_says_what_a_file_is_and_what_became_of_it(wb, demo):
    report = wb.import_file(str(of(demo, "cdlc")[0]))
    assert report.status == "stored" and report.vendor == "cdlc" and report.evidence and 0 < report.confidence <= 1
    assert report.period_start <= report.period_end and report.period_end.day >= 28
    assert report.rows_read >= report.rows_stored + report.rows_held and report.rows_stored > 0
    assert report.questions == ()


def test_the_frames_of_a_report_have_the_promised_columns(wb, demo):
    report = wb.import_file(of(demo, "cdlc")[0])
    assert {"what", "file_value", "loaded_value", "difference", "agrees"} <= set(report.controls.columns)
    assert report.controls.height and report.controls["agrees"].all()
    assert {"sheet", "cell", "value", "rule", "severity", "message", "suggestion"} <= set(report.problems.columns)
    assert "change" in report.changes.columns and set(report.changes["change"]) <= {"added", "changed", "vanished"}


def test_answers_may_stand_in_the_call(wb, demo):
    path = of(demo, "liberty")[0]
    first = wb.preview_file(path)
    report = wb.import_file(path, vendor="liberty", period=f"{first.period_start}/{first.period_end}", accept_warnings=True)
    assert (report.status, report.vendor) == ("stored", "liberty")
    assert (report.period_start, report.period_end) == (first.period_start, first.period_end)


def test_the_same_file_twice_is_a_duplicate_that_names_the_first(wb, demo):
    path = of(demo, "cdlc")[0]
    first, again = wb.import_file(path), wb.import_file(path)
    assert again.status == "duplicate" and again.duplicate_of == first.upload_batch_id
    assert wb.live_rows().height == wb.rows(first.upload_batch_id).height


def test_what_is_no_report_is_refused_and_stores_nothing(wb, tmp_path):
    path = tmp_path / "notes.csv"
    path.write_bytes(b"")
    report = wb.import_file(path)
    assert report.status == "refused" and report.reason.endswith((".", "!"))
    assert wb.live_rows().is_empty()


def test_an_unanswered_question_stores_nothing_and_its_answer_goes_on(wb, tmp_path, demo):
    path = tmp_path / "weekly sizes.xlsx"
    path.write_bytes(of(demo, "liberty")[0].read_bytes())
    asked = wb.import_file(path)
    assert asked.status == "needs_decision" and asked.questions[0].key == "period" and wb.live_rows().is_empty()
    answered = wb.import_file(path, period=of_name(wb, of(demo, "liberty")[0]), accept_warnings=True)
    assert answered.status == "stored" and answered.upload_batch_id == asked.upload_batch_id


def of_name(wb: Workbench, path: Path) -> str:
    seen = wb.preview_file(path)
    return f"{seen.period_start}/{seen.period_end}"


def test_a_preview_shows_every_row_and_leaves_no_trace(wb, demo):
    path = of(demo, "cdlc")[0]
    preview = wb.preview_file(path, vendor=None, period=None)
    assert preview.status == "preview" and preview.upload_batch_id is None
    assert wb.batches().is_empty() and wb.live_rows().is_empty()
    stored = wb.rows(wb.import_file(path).upload_batch_id)
    assert preview.rows.columns == stored.columns and sorted(map(str, figures(preview.rows))) == sorted(map(str, figures(stored)))


def test_a_preview_of_a_stored_file_still_shows_its_rows(wb, demo):
    report = wb.import_file(of(demo, "boxnox")[0])
    preview = wb.preview_file(of(demo, "boxnox")[0])
    assert preview.rows.height == wb.rows(report.upload_batch_id).height
    assert preview.duplicate_of == report.upload_batch_id


def test_rows_and_live_rows_have_the_promised_columns(wb, demo):
    report = wb.import_file(of(demo, "cdlc")[0])
    rows, live = wb.rows(report.upload_batch_id), wb.live_rows()
    assert set(ROWS) <= set(rows.columns) and rows.columns == live.columns
    assert rows.height == report.rows_stored + report.rows_held and figures(rows) == figures(live)
    assert rows["amount_local"].sum() == report.amount_local and rows.schema["amount_local"].is_decimal()
    assert rows.schema["held"] == pl.Boolean


def test_live_rows_can_be_narrowed_to_a_reseller_and_a_period(wb, demo):
    for path in (*of(demo, "cdlc"), *of(demo, "skins_sa")):
        assert wb.import_file(path, accept_warnings=True).status == "stored"
    name = wb.rows(1)["reseller"][0]
    assert set(wb.live_rows(reseller=name.upper())["reseller"]) == {name}
    month = wb.rows(1)["period_end"][0].strftime("%Y-%m")
    assert {day.strftime("%Y-%m") for day in wb.live_rows(reseller=name, period=month)["period_end"]} == {month}
    assert wb.live_rows(period="1999").is_empty()


def test_undo_gives_back_what_was_live_before(wb, demo):
    for path in of(demo, "cdlc"):
        assert wb.import_file(path).status == "stored"
    before, worth = figures(wb.live_rows()), wb.sales(by="reseller").rows()
    last = wb.import_file(of(demo, "boxnox")[-1], accept_warnings=True)
    assert last.status == "stored"
    report = wb.undo(last.upload_batch_id)
    assert report.done and report.upload_batch_id == last.upload_batch_id
    assert figures(wb.live_rows()) == before and wb.sales(by="reseller").rows() == worth


def test_batches_and_coverage_are_frames_of_everything_taken_in(wb, demo):
    report = wb.import_file(of(demo, "cdlc")[0])
    listed = wb.batches()
    assert listed["id"].to_list() == [report.upload_batch_id] and listed["status"].to_list() == ["stored"]
    assert "received" in set(wb.coverage(TODAY)["status"]) and wb.coverage().height


# Figures and words ----------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(wb, demo, fill_once):
    files = (*of(demo, "cdlc"), *of(demo, "liberty"))
    stored = fill_once((demo.catalogue, "files"), lambda: [wb.import_file(path, accept_warnings=True).status for path in files])
    assert set(stored) == {"stored"}
    return wb


def test_sales_answers_the_example_of_the_contract(filled):
    frame = filled.sales(
        measures=["sales_eur_net", "units"], by=["month", "reseller"], where={"channel": "offline"}, period="2025", compare="prior_year"
    )
    assert {"month", "reseller", "sales_eur_net", "units", "sales_eur_net_before"} <= set(frame.columns) and frame.height
    assert frame.schema["sales_eur_net"].is_decimal()
    assert frame["units_change"].null_count() == frame.height  # nothing of the year before is covered


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2025", ("2025-01-01", "2025-12-31")),
        ("2025-06", ("2025-06-01", "2025-06-30")),
        ("2025-Q2", ("2025-04-01", "2025-06-30")),
        ("2025-06-09", ("2025-06-09", "2025-06-09")),
        ("2025-06-09/2025-06-15", ("2025-06-09", "2025-06-15")),
    ],
)
def test_every_spelling_of_a_period_is_understood(wb, period, days):
    result = wb.result("units", period=period)
    assert (str(result.period.start), str(result.period.end)) == days
    assert wb.live_rows(period=period).is_empty()


@pytest.mark.parametrize("period", ["2025-13", "last week", "2025-06-15/2025-06-09", "2025-02-30"])
def test_what_is_no_period_is_said_plainly(wb, period):
    with pytest.raises(BadQuestion):
        wb.sales(period=period)


def test_a_period_that_is_none_takes_no_file_in(wb, demo):
    with pytest.raises(BadQuestion):
        wb.import_file(of(demo, "cdlc")[0], period="June")
    assert wb.batches().is_empty()


def test_a_change_is_explained_to_the_cent(filled):
    found = filled.bridge(period="2025-12", compare="prior_period")
    assert found.before + sum(value for _, value in found.steps) == found.now
    asked = filled.result("sales_eur_net", (), None, "2025-12", "prior_period")
    assert round(asked.totals["sales_eur_net_comparable"], 2) == found.now and found.now != found.before


def test_periods_of_the_fiscal_year_are_understood(filled):
    assert filled.result("units", period="FY2025-P12").period == filled.result("units", period="2025-12").period
    assert filled.bridge(period="FY2025-P12", compare="FY2025-P11") == filled.bridge(period="2025-12", compare="2025-11")


def test_an_answer_has_the_promised_parts(filled):
    answer = filled.ask("How did Liberty do in December against last year?", conversation=None)
    assert answer.text and answer.intent and not answer.refused
    assert answer.query is not None and answer.sql.lower().startswith(("select", "with", "--"))
    assert isinstance(answer.frame, pl.DataFrame) and isinstance(answer.caveats, tuple) and hasattr(answer, "chart")


def test_a_follow_up_goes_on_with_the_conversation(filled):
    first = filled.ask("Revenue of Liberty in December 2025?")
    second = filled.ask("And in November?", conversation=first.conversation_id)
    assert second.conversation_id == first.conversation_id and second.turn > first.turn
    assert "Liberty" in str(second.query.to_dict()) and second.query.period.start.month == 11


def test_sql_is_checked_and_run_as_the_reader(filled):
    statement = "select reseller, sum(sales_eur_net) as net from sales group by reseller order by 1"
    verdict = filled.check_sql(statement)
    assert verdict.allowed and verdict.reason and verdict.rewritten
    assert dict(filled.run_sql(statement).rows()) == dict(filled.sales("sales_eur_net", "reseller").rows())


@pytest.mark.parametrize("statement", ["delete from sales", "select * from users", "select pg_sleep(9)", "select 1; select 2", ""])
def test_sql_that_is_not_allowed_is_refused_with_a_reason(wb, statement):
    verdict = wb.check_sql(statement)
    assert not verdict.allowed and verdict.reason
    with pytest.raises(QueryRefused):
        wb.run_sql(statement)


@pytest.mark.parametrize(("format", "head"), [("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"")])
def test_a_saved_report_becomes_bytes(filled, format, head):
    report_id = save_report(filled.database, SYSTEM, monthly_report())
    made = filled.build_report(report_id, format=format)
    assert isinstance(made, bytes) and made.startswith(head) and len(made) > 40


# Outside of a test's database -------------------------------------------------------------------------------------------


def run_python(code: str, **environment: str) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("WORKBENCH_", "DATABASE_URL", "OPENAI_", "SMTP_"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_guard_judges_any_catalogue_without_opening_a_database(tmp_path):
    code = (
        "import core\n"
        "readable = {'sellout_entries2': ['id', 'sales_eur']}\n"
        "print(core.chat.sql_guard.check('select id from sellout_entries2', readable=readable).allowed,\n"
        "      core.chat.sql_guard.check('select secret from sellout_entries2', readable=readable).allowed)"
    )
    assert run_python(code, WORKBENCH_HOME=str(tmp_path / "none")) == "True False"
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_open_starts_the_embedded_server_under_the_home_folder(tmp_path, demo):
    home = tmp_path / "home"
    code = (
        "import sys, core\n"
        "with core.open() as wb:\n"
        f"    wb.load_catalogue({str(demo.catalogue)!r})\n"
        f"    report = wb.import_file({str(of(demo, 'cdlc')[0])!r})\n"
        "    print(report.status, wb.sales('units')['units'][0] > 0)"
    )
    assert run_python(code, WORKBENCH_HOME=str(home), WORKBENCH_DEMO="false") == "stored True"
    assert (
        any((home / "originals").rglob("*"))
        and run_python("import core\nwith core.open() as wb: print(wb.batches().height)", WORKBENCH_HOME=str(home)) == "1"
    )
