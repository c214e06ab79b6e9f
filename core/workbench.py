"""What a notebook, a script and the HTTP API want of the workbench, each one line into its subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import polars as pl

from core.catalogue_changes import load_folder
from core.chat import answering, models, querying, sql_guard
from core.chat.answers import Answer
from core.checked_files import error_workbook
from core.db.engine import Database, Scope
from core.errors import NotAllowed
from core.ingest import excerpts, importing, restocking, undoing
from core.ingest import reading_back as facts
from core.ingest.shapes import ImportReport
from core.people.permissions import SYSTEM
from core.reports import rendering
from core.sales import assortment as assorting
from core.sales import (
    bridging,
    covering,
    equal_days,
    event_effects,
    offering,
    pivot_table,
    running,
    running_items,
    running_pace,
    running_pivots,
    tracing,
)
from core.sales import coverage as sales_coverage
from core.sales import launches as launching
from core.sales import stock as stocks
from core.sales.anomalies import anomalies_frame
from core.sales.anomalies import find as find_anomalies
from core.sales.anomaly_reading import read_evidence
from core.sales.assortment import Assortment
from core.sales.bridging import Bridge
from core.sales.calendar_reading import read_calendar
from core.sales.carrying import find_item
from core.sales.classes import Classes, Cuts
from core.sales.forecasting import Forecast
from core.sales.heat_map import HeatMap, Order
from core.sales.histories import Grain
from core.sales.movers import Movers
from core.sales.pivot_query import PivotQuery
from core.sales.pivot_values import As
from core.sales.query import Conditions, Period, Result, SalesQuery, build_query
from core.sales.running_forecasts import ForecastQuestion, run_forecast
from core.sales.running_pace import Asleep, Declining, Pace
from core.settings import Settings

Found = TypeVar("Found")


class Workbench:
    """One open workbench: a database, its settings, and the resellers that may be seen (`scope` None: all).

    Money is EUR unless a column says `amount_local`; revenue measures are named `…_net` or `…_gross` (of VAT).
    Use as a context manager, or call `close()`.
    """

    def __init__(self, database: Database, settings: Settings, scope: Scope = None) -> None:
        self.database = database
        self.settings = settings
        self.scope = scope

    # Files ------------------------------------------------------------------------------------------------------------

    def import_file(
        self,
        path: str | Path,
        *,
        vendor: str | None = None,
        period: str | None = None,
        accept_warnings: bool = False,
        on_progress: Callable[[str, int, int], None] | None = None,
        **answers: Any,
    ) -> ImportReport:
        """Read, prove and store one vendor file. Status 'needs_decision' stores nothing and lists `questions`; the same call with the
        answer (`vendor=`, `period=`, `accept_warnings=True`, …) goes on. `period`: 2025-06, a day, or 2025-06-09/2025-06-15."""
        self._sees_everything()
        return importing.import_file(
            self.database,
            self.settings,
            Path(path),
            vendor=vendor,
            period=period,
            accept_warnings=accept_warnings,
            uploaded_by="notebook",
            on_progress=on_progress,
            **answers,
        )

    def preview_file(self, path: str | Path, *, vendor: str | None = None, period: str | None = None, **answers: Any) -> ImportReport:
        """The same report, nothing stored; `rows` holds every row the file states, also those already live."""
        self._sees_everything()
        return importing.preview_file(self.database, self.settings, Path(path), vendor=vendor, period=period, **answers)

    def undo(self, upload_batch_id: int) -> undoing.UndoReport:
        """Take a batch back: what was live before it is live again. Errors: UnknownRecord."""
        self._sees_everything()
        return undoing.undo(self.database, upload_batch_id, by="notebook")

    def read_stock_again(self, upload_batch_id: int | None = None) -> tuple[restocking.Restocked, ...]:
        """Add the stock that stored files state and that was not read when they were stored, from their kept originals; of one file, or of
        all that wait for it. Sales are not touched. `take_stock_away` takes it back. Errors: UnknownRecord."""
        self._sees_everything()
        if upload_batch_id is None:
            return restocking.read_all_again(self.database, self.settings, "notebook")
        return (restocking.read_again(self.database, self.settings, upload_batch_id, "notebook"),)

    def take_stock_away(self, *upload_batch_ids: int) -> int:
        """Take away what `read_stock_again` added to these files; returns how many lines of stock."""
        self._sees_everything()
        return restocking.take_away(self.database, upload_batch_ids, "notebook")

    def batches(self) -> pl.DataFrame:
        """One row a file that was taken in, newest first: id, file_name, reseller, period, status, rows, totals agreed."""
        return facts.batches(self.database, scope=self.scope)

    def rows(self, upload_batch_id: int) -> pl.DataFrame:
        """Stored and held rows of a batch with their source sheet, row and cells; money as `amount_local` in `currency`, `vat_basis`."""
        return facts.rows(self.database, upload_batch_id, scope=self.scope)

    def live_rows(self, reseller: str | None = None, period: str | None = None) -> pl.DataFrame:
        """What is live now over all batches, in the columns of `rows`."""
        return facts.live_rows(self.database, reseller=reseller, period=period, scope=self.scope)

    def original(self, upload_batch_id: int) -> bytes:
        """The uploaded file, byte for byte. Errors: UnknownRecord, also for the file of a reseller out of sight."""
        return excerpts.original(self.database, self.settings, upload_batch_id, self.scope).path.read_bytes()

    def excerpt(self, upload_batch_id: int, sheet: str | None, row: int, cells: str | None = None) -> excerpts.Excerpt:
        """The original around a row, its cells marked: `wb.excerpt(7, "Sales By Size", 12, "M12|N12")`, as `trace` names them."""
        kept = excerpts.original(self.database, self.settings, upload_batch_id, self.scope)
        return excerpts.excerpt(kept, sheet, row, cells)

    def error_workbook(self, upload_batch_id: int) -> bytes:
        """The uploaded file as .xlsx with each bad cell coloured and commented, and lists of problems, held rows, what was set aside and
        the totals. Corrected and imported again, it takes the place of the upload that waits. Errors: UnknownRecord."""
        excerpts.original(self.database, self.settings, upload_batch_id, self.scope)
        return error_workbook(self.database, self.settings, upload_batch_id)

    def load_catalogue(self, folder: str | Path) -> dict[str, int]:
        """Load products, resellers, stores, aliases, prices and rates from the CSV files of a folder; returns rows by table.

        Held rows that the catalogue knows now become facts, and figures follow new rates, prices and rules."""
        self._sees_everything()
        loaded, _ = load_folder(self.database, replace(SYSTEM, username="catalogue"), Path(folder))
        return loaded

    # Figures ----------------------------------------------------------------------------------------------------------

    def sales(
        self,
        measures: Sequence[str] | str = ("sales_eur_net",),
        by: Sequence[str] | str = (),
        where: Conditions | None = None,
        period: str | Period | None = None,
        compare: str | Period | None = None,
        **options: Any,
    ) -> pl.DataFrame:
        """One row per combination of `by`, exact decimals. Errors: BadQuestion with the nearest names."""
        return self.result(measures, by, where, period, compare, **options).frame

    def result(
        self,
        measures: Sequence[str] | str = ("sales_eur_net",),
        by: Sequence[str] | str = (),
        where: Conditions | None = None,
        period: str | Period | None = None,
        compare: str | Period | None = None,
        **options: Any,
    ) -> Result:
        """As `sales`, with totals, SQL, caveats and data-through."""
        query = build_query(measures, by, where, period, compare, fiscal=running.calendar_of(self.database), **options)
        return running.run(self.database, query, self.scope)

    def pivot(
        self,
        measures: Sequence[str] | str = ("sales_eur_net",),
        rows: Sequence[str] | str = ("reseller",),
        columns: Sequence[str] | str = (),
        where: Conditions | None = None,
        period: str | Period | None = None,
        compare: str | Period | None = None,
        *,
        shown_as: As = "value",
        at: str | None = None,
        subtotals: bool = True,
        **options: Any,
    ) -> pl.DataFrame:
        """Up to three dimensions in `rows` and `columns`, as the Explore page shows them: a text column for each row dimension, a column for
        each heading, subtotals above their parts, the total last; right for ratios and distinct counts too, which are asked for, never added.
        `shown_as`: value, share_total, share_row, share_column, share_parent (within the outer row), running, change, change_pct; shares add
        to 1 exactly. `limit`: the first groups of each row dimension, the rest as “others”. `order_by`, `descending`, `at` (a value of the
        outermost column): the order of rows. Errors: BadQuestion."""
        fiscal = running.calendar_of(self.database)
        across = (columns,) if isinstance(columns, str) else tuple(columns)
        query = build_query(measures, rows, where, period, compare, fiscal=fiscal, **options)
        cells = running_pivots.run_pivot(self.database, PivotQuery(query, across, at, shown_as == "running"), self.scope)
        return pivot_table.table(cells, shown_as, subtotals=subtotals).frame(pivot_table.namer(fiscal))

    def bridge(
        self,
        item: str = "product",
        where: Conditions | None = None,
        period: str | Period | None = None,
        compare: str | Period = "prior_year",
        **options: Any,
    ) -> Bridge:
        """Where the change of net revenue comes from, to the cent: new, lost, volume, mix, price, currency, VAT, returns, free goods and
        money without units, by `item` (a dimension). EUR net. Errors: BadQuestion."""
        fiscal = running.calendar_of(self.database)
        query = build_query("sales_eur_net", (), where, period, compare, fiscal=fiscal, **options)
        return bridging.bridge(running.run(self.database, bridging.bridge_query(query, item), self.scope))

    def forecast(
        self,
        measure: str = "sales_eur_net",
        where: Conditions | None = None,
        horizon: int = 3,
        by: str = "reseller",
        *,
        grain: Grain = "month",
        today: date | None = None,
    ) -> Forecast:
        """What comes in the next `horizon` months (or weeks) after the newest data, from complete covered months, with its back-test: `rows`,
        `total` and `parts` (by `by`) with their ranges, `errors` by way (WAPE, MAE, MASE), `held`, and a `verdict` that says whether anything
        better than a baseline is known. EUR or units; no fact. `core.sales.forecast_words` makes tables and sentences. Errors: BadQuestion."""
        filters = build_query(measure, (), where).where
        return run_forecast(self.database, ForecastQuestion(measure, filters, horizon, by, grain), self.scope, today).forecast

    def movers(
        self,
        by: str = "product",
        where: Conditions | None = None,
        period: str | Period | None = None,
        compare: str | Period = "prior_year",
        *,
        measure: str = "sales_eur_net",
        **options: Any,
    ) -> Movers:
        """What rose, fell, came and went by a dimension, over what both periods cover: `rows` (item, before, now, change, change_pct, points,
        side, reasons on net revenue), `on("up")`, `uncompared`. EUR or units. Errors: BadQuestion."""
        query = build_query(measure, (), where, period, compare, fiscal=running.calendar_of(self.database), **options)
        return running_items.find_movers(self.database, query, by, measure, self.scope)

    def declining(
        self,
        by: str = "product",
        where: Conditions | None = None,
        period: str | Period | None = None,
        *,
        measure: str = "sales_eur_net",
        months: int = 3,
        today: date | None = None,
    ) -> Declining:
        """What fell every month over the last complete months up to the end of `period`: `found` with the figure of each month, the largest
        fall first, and `unknown`, where a reseller that carries it was not wholly heard of. EUR or units. Errors: BadQuestion."""
        query, day = build_query(measure, (), where, period, fiscal=running.calendar_of(self.database)), today or date.today()
        covered = covering.covered_in(self.database, self.scope)
        return running_pace.find_declining(self._ask(day), covered, query, find_item(by), measure, day, months)

    def pace(
        self,
        by: str = "product",
        where: Conditions | None = None,
        period: str | Period | None = None,
        *,
        today: date | None = None,
    ) -> Pace | None:
        """Units of what is on sale over the last 30 and 90 days up to the end of `period` (1 and 3 complete months where months are stated):
        `fastest`, `slowest`, and `rows` of all. None where nothing is stated. Errors: BadQuestion."""
        return self._on_sale(running_pace.find_pace, by, where, period, today or date.today())

    def asleep(
        self,
        by: str = "product",
        where: Conditions | None = None,
        period: str | Period | None = None,
        *,
        today: date | None = None,
    ) -> Asleep:
        """What is on sale and did not sell in the last six complete months up to the end of `period`: `found` with the month of the last sale
        (None: never), longest asleep first, and `unknown`, where a reseller that carries it was not wholly heard of. Errors: BadQuestion."""
        return self._on_sale(running_pace.find_asleep, by, where, period, today or date.today())

    def classes(
        self,
        by: str = "product",
        where: Conditions | None = None,
        period: str | Period | None = None,
        compare: str | Period | None = "prior_year",
        *,
        measure: str = "sales_eur_net",
        cuts: Cuts | tuple[int, int] | None = None,
        **options: Any,
    ) -> Classes:
        """ABC classes by a dimension (A to 80 %, B to 95 %): `rows`, `apart`, and with a comparison `moved` and `matrix()`, over what both
        periods cover. `cuts`: `(80, 95)`, percent. EUR or units. `core.sales.classes` states the rule. Errors: BadQuestion."""
        ends = Cuts(*(Decimal(one) / 100 for one in cuts)) if isinstance(cuts, tuple) else cuts
        query = build_query(measure, (), where, period, compare, fiscal=running.calendar_of(self.database), **options)
        return running_items.find_classes(self.database, query, by, measure, ends or Cuts(), self.scope)

    def heat_map(
        self,
        by: str = "product",
        across: str = "month",
        where: Conditions | None = None,
        period: str | Period | None = None,
        compare: str | Period | None = None,
        *,
        measure: str = "sales_eur_net",
        most: int = 25,
        order: Order = "size",
        **options: Any,
    ) -> HeatMap:
        """Items by month, quarter, week or fiscal month: `rows` of cells with what is known of each, `frame()` as a table (null: not covered;
        0: covered, nothing sold). EUR or units. Errors: BadQuestion."""
        query = build_query(measure, (), where, period, compare, fiscal=running.calendar_of(self.database), **options)
        return running_items.draw_map(self.database, query, by, across, measure, most, order, self.scope)

    def launches(self, where: Conditions | None = None) -> pl.DataFrame:
        """Known launches, newest first: launch month, EUR net of it and with its first three full months, units of the same, and that sum
        against the median launch (ratio; null while the months are not complete). A product that sold in the first month of the data is
        none of them."""
        query = build_query(("units_sold", "sales_eur_net"), ("product", "month"), where)
        return launching.launch_table(launching.launches(running.run(self.database, query, self.scope)))

    def assortment(
        self,
        reseller: str,
        period: str | Period,
        compare: str | Period | None = "prior_year",
        where: Conditions | None = None,
    ) -> Assortment:
        """What a reseller carries of the brand: `products` with their state (carried, gained, lost, missing bestsellers), how many of how
        many, and the share of the brand's net revenue they make. Gained and lost are over what both periods cover. Errors: BadQuestion."""
        asked = build_query("units", (), where, period, compare, fiscal=running.calendar_of(self.database))
        assert asked.period is not None
        own, brand = assorting.assortment_queries(reseller, asked.where, asked.period, asked.compare)
        return assorting.assortment(*(running.run(self.database, query, self.scope) for query in (own, brand)))

    def stock(self, reseller: str, until: date | str | None = None) -> pl.DataFrame:
        """The reseller's last stated stock up to a day (`2025-06-30`), the shortest cover first: units in stock, units a week over what is
        stated of the last four weeks, weeks of cover (null where nothing sold), sell-through of the same weeks (ratio), and a state. Empty
        where it states none."""
        day = date.fromisoformat(until) if isinstance(until, str) else until
        held = stocks.read_stock(self.database, reseller, self.scope, day)
        if held is None:
            return pl.DataFrame(schema=stocks.COVER)
        return stocks.weeks_of_cover(held, running.run(self.database, stocks.recent_units_query(reseller, held), self.scope))

    def events(
        self,
        period: str | Period,
        where: Conditions | None = None,
        today: date | None = None,
        *,
        windows: Mapping[str, tuple[int, int]] | None = None,
    ) -> pl.DataFrame:
        """One row an event of the period (Easter, Black Friday, Mother's Day by country …): EUR net around it and around it the year before,
        change_aligned and change_same_dates (ratios), the resellers compared, and who is left out and why. `windows`: days before and after
        an event other than its own, `{"easter": (14, 1)}`. Errors: BadQuestion."""
        query = build_query("sales_eur_net", (), where, period, fiscal=running.calendar_of(self.database))
        assert query.period is not None
        calendar = read_calendar(self.database, self._ask(today), query.where, query.period, self.scope)
        return event_effects.effects_frame(event_effects.effects(calendar, query.period, today or date.today(), windows))

    def trading_days(
        self,
        period: str | Period,
        compare: str | Period = "prior_year",
        where: Conditions | None = None,
        today: date | None = None,
        **options: Any,
    ) -> pl.DataFrame:
        """By reseller and in all: EUR net now and before over what both cover, weighted trading days of both, the change and the change on
        equal trading days (ratios), and where the weights come from. Errors: BadQuestion."""
        query = build_query("sales_eur_net", (), where, period, compare, fiscal=running.calendar_of(self.database), **options)
        assert query.period is not None
        calendar = read_calendar(self.database, self._ask(today), query.where, query.period, self.scope)
        result = running.run(self.database, equal_days.trading_query(query), self.scope, today)
        return equal_days.equalised_frame(equal_days.equalise(result, calendar, today or date.today()))

    def anomalies(self, today: date | None = None) -> pl.DataFrame:
        """What looks odd in the last two years, the most money first: reason ('data', 'business', 'calendar'), kind, title, why, reseller,
        product, period, size_eur_net against what was expected with its range, evidence. Dismissed ones are in it too."""
        return anomalies_frame(find_anomalies(read_evidence(self.database, self.scope, today)).anomalies)

    def _on_sale(self, find: Callable[..., Found], by: str, where: Conditions | None, period: str | Period | None, today: date) -> Found:
        """What `find` says of the units of what is on sale."""
        query = build_query("units", (), where, period, fiscal=running.calendar_of(self.database))
        covered, offers = covering.covered_in(self.database, self.scope), offering.offers(self.database, find_item(by), self.scope)
        return find(self._ask(today), covered, query, by, today, offers, self.scope is None)

    def _ask(self, today: date | None) -> Callable[[SalesQuery], Result]:
        return lambda query: running.run(self.database, query, self.scope, today)

    def coverage(self, today: date | None = None) -> pl.DataFrame:
        """Reseller × period: received, partial, missing, late, restated, not expected."""
        return sales_coverage.coverage(self.database, self.scope, today or date.today())

    def trace(
        self,
        where: Conditions | None = None,
        period: str | Period | None = None,
        limit: int = 10_000,
        *,
        measure: str = "sales_eur_net",
        also: Sequence[tracing.State] = (),
    ) -> pl.DataFrame:
        """The lines behind a figure of `sales` (same `where`, `period`), the largest first: what each `adds` to the measure, file, sheet, row
        and cells, units, `amount_local` as printed and the `chain` from there to EUR net. `also`: 'held', 'superseded', 'taken back' lines,
        which do not count. Errors: BadQuestion."""
        query = build_query(measure, (), where, period, fiscal=running.calendar_of(self.database))
        return tracing.trace(self.database, query, self.scope, also=also, limit=limit).frame

    # Words ------------------------------------------------------------------------------------------------------------

    def ask(self, question: str, conversation: str | None = None, today: date | None = None) -> Answer:
        """Answer a question in words; follow-ups pass the `conversation_id` of the answer before."""
        model = models.open_model(self.settings)
        return answering.ask(
            self.database, self.settings, question, scope=self.scope, conversation_id=conversation, today=today, model=model
        )

    def check_sql(self, sql: str) -> sql_guard.Verdict:
        """Whether a statement may run: one SELECT over the published views."""
        return querying.check_sql(sql)

    def run_sql(self, sql: str) -> pl.DataFrame:
        """Run a guarded SELECT as the reader role. Errors: QueryRefused with the reason."""
        return querying.run_sql(
            self.database, sql, scope=self.scope, max_rows=self.settings.query_rows, max_cost=self.settings.query_cost
        ).frame

    def build_report(self, report_id: int, format: str = "pdf", today: date | None = None) -> bytes:
        """The bytes of a saved report as 'pdf', 'xlsx' or 'csv'. Errors: UnknownRecord."""
        return rendering.build_report(self.database, self.settings, report_id, format, self.scope, today or date.today())

    def _sees_everything(self) -> None:
        """Errors: NotAllowed where the workbench was opened for some resellers only: what is stored touches all of them."""
        if self.scope is not None:
            raise NotAllowed("This workbench sees some resellers only, and this changes what everybody sees. Open it without a scope.")

    # Life -------------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
