"""A report on paper: A4, set by Typst, charts as vectors, the fonts inside. The only file that knows typst."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import font_source_sans_pro
import typst
import vl_convert

from core.reports.cells import head, rows_of, totals_of
from core.reports.content import ReportContent
from core.reports.parts import Chart, Figure, KeyFigures, Part, Table, Text
from core.sales.chart_spec import ChartSpec
from core.sales.palette import palette
from core.sales.vega import to_vega

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
FONTS = Path(font_source_sans_pro.font_directory)
FONT = "Source Sans Pro"
# Of the plot: labels come out at 9 to 10 pt, and two charts fit beside the key figures on the first page.
WIDTH, HEIGHT = 560, 155
MARKS_TOLD = 3
WIDEST = 16  # columns that a page across can hold in readable letters


def pictures(content: ReportContent, dots_per_inch: float = 96) -> tuple[bytes, ...]:
    """The same pages as PNG, one each, for a preview on the screen."""
    made = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"report": json.dumps(_plain(content), ensure_ascii=False)},
        font_paths=_fonts(),
        format="png",
        ppi=dots_per_inch,
    )
    return tuple(bytes(page) for page in made) if isinstance(made, list) else (bytes(made),)


def render(content: ReportContent) -> bytes:
    """The PDF. The same content gives the same bytes."""
    return bytes(
        typst.compile(
            TEMPLATE.read_bytes(),
            sys_inputs={"report": json.dumps(_plain(content), ensure_ascii=False)},
            font_paths=_fonts(),
            timestamp=content.built_at.replace(microsecond=0),
        )
    )


@cache
def _fonts() -> typst.Fonts:
    vl_convert.register_font_directory(str(FONTS))
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


def _plain(content: ReportContent) -> dict[str, Any]:
    missing = next((text for text in content.caveats if text.startswith("Not loaded yet")), "")
    return {
        "title": content.title,
        "brand": content.brand,
        "period": content.period_name,
        "filters": content.filters,
        "headline": content.headline,
        "missing": missing,
        "coverage": content.coverage,
        "comparison": content.comparison,
        "caveats": [text for text in content.caveats if text != missing],
        "definitions": [list(pair) for pair in content.definitions],
        "built": f"Built {content.built_at:%d %B %Y %H:%M} UTC",
        "link": content.link,
        "colours": _colours(),
        "parts": [_part(piece) for part in content.parts for piece in (pieces(part) if isinstance(part, Table) else (part,))],
    }


def pieces(table: Table) -> tuple[Table, ...]:
    """A table that is too wide for a page as several, one below the other, each with the columns that name its rows."""
    labels = tuple(takewhile(lambda column: not column.numeric, table.columns))
    rest, room = table.columns[len(labels) :], WIDEST - len(labels)
    if len(table.columns) <= WIDEST:
        return (table,)
    chunks = [(*labels, *rest[start : start + room]) for start in range(0, len(rest), room)]
    titles = [f"{table.title} ({number} of {len(chunks)})" for number in range(1, len(chunks) + 1)]
    return tuple(
        replace(table, title=title, columns=columns, frame=table.frame.select([c.name for c in columns]))
        for title, columns in zip(titles, chunks, strict=True)
    )


def _colours() -> dict[str, str]:
    colours = palette()
    return {"accent": colours.color(0), "text": colours.text, "quiet": colours.quiet, "grid": colours.grid}


def _part(part: Part) -> dict[str, Any]:
    match part:
        case KeyFigures():
            compared = part.compared_with
            return {"kind": "figures", "title": part.title, "period": part.period, "items": [_figure(f, compared) for f in part.figures]}
        case Chart():
            note = _marked(part.spec)
            return {"kind": "chart", "title": part.title, "period": part.period, "svg": draw(part.spec), "alt": part.title, "note": note}
        case Text():
            paragraphs = [line for line in part.text.split("\n\n") if line.strip()]
            return {"kind": "text", "title": part.title, "paragraphs": paragraphs}
        case _:
            return _table(part)


def _marked(spec: ChartSpec | None) -> str:
    """What the diamonds in a chart say, which on a screen stands in their hover."""
    told = [line for mark, _ in spec.marked() for line in f"{spec.texts[mark.place]}: {mark.text}".splitlines()] if spec else []
    more = f"; and {len(told) - MARKS_TOLD} more" if len(told) > MARKS_TOLD else ""
    return f"Diamond: restated by a later file. {'; '.join(told[:MARKS_TOLD])}{more}." if told else ""


def _figure(figure: Figure, compared_with: str) -> dict[str, str]:
    return {"label": figure.label, "value": figure.text, "change": figure.change_words(compared_with)}


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "title": table.title,
        "period": table.period,
        "heads": [head(column) for column in table.columns],
        "numeric": [column.numeric for column in table.columns],
        "rows": rows_of(table),
        "totals": _totals(table),
        "note": table.note,
    }


def _totals(table: Table) -> list[str] | None:
    totals = totals_of(table)
    return ["Total", *totals[1:]] if totals is not None else None


def draw(spec: ChartSpec | None) -> str:
    """The chart as SVG with text as text; '' when there is nothing to draw."""
    if spec is None:
        return ""
    _fonts()
    bars = len(spec.categories) * len(spec.series) if spec.kind == "horizontal_bar" else 0
    vega = to_vega(spec, WIDTH, height=max(90, min(16 * bars, 420)) if bars else HEIGHT)
    vega |= {"title": None, "padding": 2, "config": {**vega["config"], "font": FONT}}
    return str(vl_convert.vegalite_to_svg(vega))
