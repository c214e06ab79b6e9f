"""Names that PostgreSQL gives: output columns without an alias, columns of functions in FROM. Pure, over parse nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pglast import ast, enums

from core.chat.guard import bounds, offered
from core.chat.guard.shape import children

LINKED = {
    enums.SubLinkType.EXISTS_SUBLINK: "exists",
    enums.SubLinkType.ARRAY_SUBLINK: "array",
}
VALUES = {enums.SQLValueFunctionOp.SVFOP_CURRENT_DATE: "current_date"}
UNNAMED = "?column?"


def column_name(node: Any) -> str:
    """The name of an output column that was given none."""
    if isinstance(node, ast.ColumnRef):
        return str(node.fields[-1].sval)
    if isinstance(node, ast.FuncCall):
        return str(node.funcname[-1].sval)
    if isinstance(node, ast.TypeCast):
        inner = column_name(node.arg)
        return inner if inner != UNNAMED else str(node.typeName.names[-1].sval)
    if isinstance(node, (ast.CollateClause, ast.A_Indirection)):
        return column_name(node.arg)
    if isinstance(node, ast.CaseExpr):
        default = column_name(node.defresult) if node.defresult else UNNAMED
        return default if default != UNNAMED else "case"
    return _other_name(node)


def _other_name(node: Any) -> str:
    if isinstance(node, ast.SubLink):
        target = _first_target(node.subselect)
        return LINKED.get(node.subLinkType) or (target if node.subLinkType == enums.SubLinkType.EXPR_SUBLINK else UNNAMED)
    if isinstance(node, ast.MinMaxExpr):
        return "greatest" if node.op == enums.MinMaxOp.IS_GREATEST else "least"
    if isinstance(node, ast.A_Expr) and node.kind == enums.A_Expr_Kind.AEXPR_NULLIF:
        return "nullif"
    if isinstance(node, ast.SQLValueFunction):
        return VALUES.get(node.op, "current_timestamp")
    plain = {"CoalesceExpr": "coalesce", "A_ArrayExpr": "array", "RowExpr": "row", "GroupingFunc": "grouping"}
    return plain.get(type(node).__name__, UNNAMED)


def _first_target(query: ast.SelectStmt) -> str:
    while query.larg is not None:
        query = query.larg
    if not query.targetList:
        return "column1"
    target = query.targetList[0]
    if isinstance(target.val, ast.ColumnRef) and isinstance(target.val.fields[-1], ast.A_Star):
        return UNNAMED
    return target.name or column_name(target.val)


def bare(node: ast.ColumnRef) -> str | None:
    """The name of a reference without a qualifier."""
    first = node.fields[0]
    return str(first.sval) if len(node.fields) == 1 and isinstance(first, ast.String) else None


def texts(parts: Any) -> list[str]:
    return [str(part.sval) for part in parts or ()]


def alias_of(alias: ast.Alias | None) -> tuple[str | None, list[str]]:
    return (alias.aliasname, texts(alias.colnames)) if alias else (None, [])


def aggregates(node: Any) -> bool:
    """Whether an aggregate stands in an expression, not counting those of queries inside it."""
    if isinstance(node, ast.SelectStmt):
        return False
    if isinstance(node, ast.FuncCall) and not node.over and node.funcname[-1].sval in offered.AGGREGATES | offered.ORDERED_SET:
        return True
    return any(aggregates(child) for child in children(node))


def is_random(node: Any) -> bool:
    return isinstance(node, ast.FuncCall) and texts(node.funcname) == ["random"] and not node.args


def row_columns(calls: Sequence[ast.FuncCall], name: str | None, ordinality: bool) -> list[str]:
    """Columns of a function (or ROWS FROM) in a FROM list."""
    columns: list[str] = []
    for call in calls:
        function = call.funcname[-1].sval
        width = max(1, len(call.args or ())) if function == "unnest" else 1
        single = name if name and len(calls) == 1 and width == 1 else function
        columns += offered.ROWS[function] or [str(single)] * width
    return [*columns, *(["ordinality"] if ordinality else [])]


def guessed_rows(calls: Sequence[ast.FuncCall]) -> float:
    """Rows that functions in a FROM list make: counted where literal, else some hundreds."""
    return max((_rows_of(call) for call in calls), default=1.0)


def _rows_of(call: ast.FuncCall) -> float:
    args = call.args or ()
    numbers = [n for n in (bounds.number_of(a) for a in args[:2]) if n is not None]
    if call.funcname[-1].sval == "generate_series" and len(numbers) == 2:
        return float(abs(numbers[1] - numbers[0]) + 1)
    return 400.0
