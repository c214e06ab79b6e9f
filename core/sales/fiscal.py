"""The brand's own calendar: a fiscal year that starts in any month, of calendar months or of weeks in a 4-4-5 pattern. Pure.

A fiscal year carries the number of the calendar year it ends in; one that starts in January is the calendar year. With a week pattern it
is made of whole weeks, Monday to Sunday, and belongs to the year that holds the week's Thursday (as ISO 8601 numbers weeks), so that with
January it is the ISO year. Its 13-week quarters split 4-4-5, 4-5-4 or 5-4-4; a 53rd week lengthens the last month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.errors import BadQuestion
from core.sales.query import FiscalPart, Period, months, parse_period
from core.settings import FiscalMonths

Part = FiscalPart
WEEK = timedelta(days=7)
MONTH_START = "date_trunc('month', {on})::date"


@dataclass(frozen=True)
class FiscalCalendar:
    """`start_month`: 1 to 12. `pattern`: how months are made."""

    start_month: int = 1
    pattern: FiscalMonths = "months"

    @property
    def by_weeks(self) -> bool:
        return self.pattern != "months"

    def year(self, number: int) -> Period:
        """The fiscal year that ends in the calendar year `number` (that is it, when it starts in January)."""
        return Period(self._start(number), self._start(number + 1) - timedelta(days=1))

    def quarter(self, year: int, number: int) -> Period:
        """`number`: 1 to 4. Errors: BadQuestion."""
        if not 1 <= number <= 4:
            raise BadQuestion(f"A fiscal year has quarters 1 to 4, not {number}.")
        return Period(self.month(year, number * 3 - 2).start, self.month(year, number * 3).end)

    def month(self, year: int, number: int) -> Period:
        """`number`: 1 to 12, the first month of the fiscal year being 1. Errors: BadQuestion."""
        if not 1 <= number <= 12:
            raise BadQuestion(f"A fiscal year has months 1 to 12, not {number}.")
        start = self._start(year)
        if not self.by_weeks:
            first = start.year * 12 + start.month - 2 + number
            return months(first // 12, first % 12 + 1, 1)
        quarter, inside = divmod(number - 1, 3)
        monday = start + (13 * quarter + sum(self._weeks[:inside])) * WEEK
        end = self._start(year + 1) if number == 12 else monday + self._weeks[inside] * WEEK
        return Period(monday, end - timedelta(days=1))

    def year_of(self, day: date) -> int:
        """The number of the fiscal year a day lies in."""
        ruling = day - timedelta(days=day.weekday() - 3) if self.by_weeks else day
        return ruling.year + (1 if self.start_month > 1 and ruling.month >= self.start_month else 0)

    def part_of(self, day: date, part: Part) -> Period:
        """The fiscal year, quarter or month that holds a day."""
        year = self.year_of(day)
        if part == "year":
            return self.year(year)
        count, find = (4, self.quarter) if part == "quarter" else (12, self.month)
        return next(span for span in (find(year, n) for n in range(1, count + 1)) if span.start <= day <= span.end)

    def parse(self, text: str) -> Period:
        """As `parse_period`, fiscal periods by this calendar. Errors: BadQuestion."""
        return parse_period(text, self)

    def sql(self, part: Part, on: str) -> str:
        """The first day of the fiscal part that holds the day of SQL expression `on`; the same rules as `part_of`."""
        if not self.by_weeks:
            shift = f"interval '{self.start_month - 1} months'"
            return f"(date_trunc('{part}', {on} - {shift}) + {shift})::date"
        start, week = self._year_sql(on), f"date_trunc('week', {on})::date"
        if part == "year":
            return start
        quarter = f"least(({week} - {start}) / 91, 3)"
        if part == "quarter":
            return f"({start} + 91 * {quarter})"
        weeks = f"(({week} - {start}) / 7 - 13 * {quarter})"
        first, second = self._weeks[0], self._weeks[0] + self._weeks[1]
        inside = f"case when {weeks} < {first} then 0 when {weeks} < {second} then {first} else {second} end"
        return f"({start} + 91 * {quarter} + 7 * ({inside}))"

    def label(self, part: Part) -> str:
        """SQL over a line (`{on}`, `{day}` as in `dimensions`). With weeks, what states a month counts where that holds the whole month."""
        value = self.sql(part, "{on}")
        if not self.by_weeks:
            return value
        whole = f"period_end - period_start < 31 and {self.sql(part, MONTH_START)} = {value}"
        return f"case when {{day}} is not null or period_end - period_start < 7 or ({whole}) then {value} end"

    @property
    def _weeks(self) -> tuple[int, int, int]:
        first, second, third = (int(part) for part in self.pattern.split("-"))
        return first, second, third

    def _start(self, number: int) -> date:
        first = date(number - (self.start_month > 1), self.start_month, 1)
        if not self.by_weeks:
            return first
        fourth = first + timedelta(days=3)
        return fourth - timedelta(days=fourth.weekday())

    def _year_sql(self, on: str) -> str:
        shift = f"interval '{self.start_month - 1} months'"
        return f"date_trunc('week', date_trunc('year', date_trunc('week', {on}) + interval '3 days' - {shift}) + {shift} + interval '3 days')::date"


def name_part(calendar: FiscalCalendar, day: date, part: Part) -> str:
    """`FY2026`, `FY2026 Q2`, `FY2026 P03`: the fiscal part that begins on `day`."""
    year = calendar.year_of(day)
    if part == "year":
        return f"FY{year}"
    count, find, sign = (4, calendar.quarter, "Q") if part == "quarter" else (12, calendar.month, "P")
    number = next(n for n in range(1, count + 1) if find(year, n).start <= day <= find(year, n).end)
    return f"FY{year} {sign}{number if sign == 'Q' else f'{number:02d}'}"
