"""How large a value may become: plain numbers for repeats and series, short patterns, small powers. Pure, over parse nodes."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from math import log2
from typing import Any

from pglast import ast

from core.chat.guard.refusals import Refusal

LONGEST_TEXT = 2_000  # characters of one text literal
LONGEST_PATTERN = 120
MOST_REPEATS = 200  # repeat, lpad, rpad
MOST_POWER = 100
MOST_DIGITS = 60
COLLECTED = 16.0  # what an aggregate that collects rows adds to the growth of a value (powers of two)
TODAY_BETWEEN = (date(2018, 1, 1), date(2030, 1, 1))  # what a date that is not written out is taken for
DAYS = {"day": 1, "week": 7, "mon": 30, "month": 30, "quarter": 90, "year": 365}
FIELDS = {2: "month", 4: "year", 8: "day"}  # the parser's numbers for INTERVAL '…' MONTH, YEAR, DAY
NESTED_REPEAT = re.compile(r"[*+}]\s*\)\s*[*+{]|\\[1-9]|\{\s*\d{3,}|,\s*\d{3,}\s*\}|\(\?[=!<]")


def text_of(node: Any) -> str | None:
    """The text of a literal, also when it is cast."""
    node = _uncast(node)
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.String):
        return str(node.val.sval)
    return None


def number_of(node: Any) -> Decimal | None:
    """The value of a number literal, or of + - * / and unary minus over such."""
    node = _uncast(node)
    if isinstance(node, ast.A_Const):
        return _constant(node)
    if isinstance(node, ast.A_Expr) and len(node.name) == 1:
        right, left = number_of(node.rexpr), Decimal(0) if node.lexpr is None else number_of(node.lexpr)
        if left is not None and right is not None:
            return _calculated(node.name[0].sval, left, right)
    return None


def _constant(node: Any) -> Decimal | None:
    if isinstance(node.val, ast.Integer):
        return Decimal(node.val.ival or 0)
    if isinstance(node.val, ast.Float):
        try:
            return Decimal(node.val.fval.replace("_", ""))
        except InvalidOperation:
            return None
    return None


def _calculated(operator: str, left: Decimal, right: Decimal) -> Decimal | None:
    if operator == "/":
        return left / right if right else None
    sums = {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right}
    return sums[operator]() if operator in sums else None


def _uncast(node: Any) -> Any:
    while isinstance(node, ast.TypeCast):
        node = node.arg
    return node


def refuse_constant(node: ast.A_Const) -> None:
    """Texts and numbers of a size that people write."""
    if isinstance(node.val, ast.String) and len(node.val.sval or "") > LONGEST_TEXT:
        raise Refusal("too_large")
    if isinstance(node.val, ast.Float):
        value = _constant(node)
        if value is None or len(node.val.fval) > MOST_DIGITS or abs(value.adjusted()) > MOST_DIGITS:
            raise Refusal("too_large")


def refuse_pattern(node: Any, *, regex: bool) -> None:
    """A LIKE or regular expression pattern: one short literal, or a list of such."""
    node = _uncast(node)
    if isinstance(node, ast.A_ArrayExpr):
        for element in node.elements or ():
            refuse_pattern(element, regex=regex)
        return
    if isinstance(node, ast.A_Expr) and node.name[-1].sval == "||":
        refuse_pattern(node.lexpr, regex=regex)
        refuse_pattern(node.rexpr, regex=regex)
        return
    if isinstance(node, ast.FuncCall):  # LIKE … ESCAPE …, or lower('…')
        for argument in node.args or ():
            refuse_pattern(argument, regex=regex)
        return
    pattern = text_of(node)
    if pattern is None or len(pattern) > LONGEST_PATTERN or (regex and NESTED_REPEAT.search(pattern)):
        raise Refusal("pattern")


def refuse_repeats(node: ast.FuncCall) -> None:
    """repeat, lpad, rpad: the length is a small plain number."""
    args: tuple[Any, ...] = node.args or ()
    count = number_of(args[1]) if len(args) > 1 else None
    if count is None or count > MOST_REPEATS:
        raise Refusal("too_large")


def refuse_power(exponent: Any) -> None:
    value = number_of(exponent)
    if value is None or abs(value) > MOST_POWER:
        raise Refusal("too_large")


def refuse_format(node: ast.FuncCall) -> None:
    """The picture of to_char, to_date, to_number and the separators of text functions: a short literal."""
    args: tuple[Any, ...] = node.args or ()
    if len(args) > 1 and len(text_of(args[1]) or "x" * 99) > 60:
        raise Refusal("too_large")


def refuse_template(node: ast.FuncCall) -> None:
    """format(): a short literal with plain %s only, since %1000s would pad."""
    template = text_of((node.args or (None,))[0])
    if template is None or len(template) > MOST_REPEATS or re.search(r"%(?![s%])", template):
        raise Refusal("too_large")


def growth_of(name: str, args: tuple[Any, ...], grown: list[float]) -> float:
    """By which power of two the result of a text function may be longer than what goes in (`grown`: the same of each argument)."""
    if name == "repeat":
        return grown[0] + log2(max(2, float(number_of(args[1]) or MOST_REPEATS)))
    if name in ("replace", "regexp_replace"):
        longer = replacement_of(args)
        return grown[0] + log2(max(1.0, longer))
    return summed(grown)


def replacement_of(args: tuple[Any, ...]) -> float:
    if len(args) < 3:
        return 1.0
    text = text_of(args[2])
    if text is None or len(text) > MOST_REPEATS:
        raise Refusal("too_large")
    return len(text) / max(1, len(text_of(args[1]) or "x"))


def summed(grown: list[float]) -> float:
    """The growth of values put one after the other."""
    return log2(sum(2.0**g for g in grown)) if grown else 0.0


def refuse_series(node: ast.FuncCall, most: int) -> None:
    """generate_series: its bounds and step are literals, or dates around today with a step of a day or more."""
    args: tuple[Any, ...] = node.args or ()
    if len(args) not in (2, 3):
        raise Refusal("series", most=most)
    numbers = [number_of(argument) for argument in args]
    steps = _number_steps(numbers) if None not in numbers else _date_steps(args)
    if steps is None or steps > most:
        raise Refusal("series", most=most)


def _number_steps(numbers: list[Decimal | None]) -> Decimal | None:
    first, last, step = (*numbers, Decimal(1))[:3]
    assert first is not None and last is not None and step is not None
    return abs((last - first) / step) if step else None


def _date_steps(args: tuple[Any, ...]) -> Decimal | None:
    step = _step_of(args[2]) if len(args) == 3 else None
    first, last = date_range(args[0]), date_range(args[1])
    if step is None or step < 1 or first is None or last is None:
        return None
    return Decimal(max(abs((a - b).days) for a in first for b in last)) / step


def _step_of(node: Any) -> Decimal | None:
    """The days of a step: '1 month', or INTERVAL '1' MONTH with its unit as a number."""
    if isinstance(node, ast.TypeCast) and node.typeName.typmods:
        unit = FIELDS.get(int(number_of(node.typeName.typmods[0]) or 0))
        return days_of(f"{text_of(node)} {unit}") if unit else None
    return days_of(text_of(node))


def days_of(interval: str | None) -> Decimal | None:
    """The least number of days of an interval text like '1 month' or '-1 day'; None for anything finer or unknown."""
    found = re.fullmatch(r"\s*-?\s*(\d{1,4})\s+(day|week|mon|month|quarter|year)s?\s*", interval or "", re.I)
    return Decimal(found[1]) * DAYS[found[2].lower()] if found else None


def date_range(node: Any) -> tuple[date, date] | None:
    """The earliest and latest day an expression can be: a literal is itself, today and stored dates lie in TODAY_BETWEEN."""
    node = _uncast(node)
    if text := text_of(node):
        return _written_date(text)
    if isinstance(node, (ast.SQLValueFunction, ast.SubLink)):
        return TODAY_BETWEEN
    if isinstance(node, ast.FuncCall):
        return _function_range(node)
    if isinstance(node, ast.A_Expr) and node.name[0].sval in ("+", "-") and node.lexpr is not None:
        return _shifted(date_range(node.lexpr), node.rexpr)
    return None


def _written_date(text: str) -> tuple[date, date] | None:
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return (day, day)


def _function_range(node: ast.FuncCall) -> tuple[date, date] | None:
    name = node.funcname[-1].sval
    args: tuple[Any, ...] = node.args or ()
    if name in ("now", "min", "max"):
        return TODAY_BETWEEN
    if name == "date_trunc" and len(args) == 2:
        return date_range(args[1])
    if name == "make_date" and all(number_of(a) is not None for a in args) and len(args) == 3:
        return _written_date("{:04d}-{:02d}-{:02d}".format(*(int(number_of(a) or 0) for a in args)))
    return None


def _shifted(span: tuple[date, date] | None, by: Any) -> tuple[date, date] | None:
    days = days_of(text_of(by)) or number_of(by)
    if span is None or days is None or abs(days) > 10_000:
        return None
    return span[0] - timedelta(int(abs(days)) * 2), span[1] + timedelta(int(abs(days)) * 2)
