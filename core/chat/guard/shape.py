"""Every node of the parse tree, wherever it hides: its class, function, operator, type and size are on the list, or it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pglast import ast, enums

from core.chat.guard import bounds, offered
from core.chat.guard.refusals import Refusal


def children(node: Any) -> Iterator[Any]:
    """The nodes directly below, in every attribute, also inside tuples of tuples."""
    if isinstance(node, (tuple, list)):
        for item in node:
            yield from children(item) if isinstance(item, (tuple, list)) else ([item] if isinstance(item, ast.Node) else [])
    elif isinstance(node, ast.Node):
        for slot in type(node).__slots__:
            value = getattr(node, slot)
            if isinstance(value, ast.Node):
                yield value
            elif isinstance(value, (tuple, list)):
                yield from children(value)


VALUES = (ast.Integer, ast.Float, ast.String, ast.Boolean)  # the value inside a constant or a name is no node of its own


def refuse_shape(root: ast.Node, most_nodes: int, most_depth: int, most_steps: int) -> None:
    """Walk everything once without recursion."""
    waiting, count, series = [(root, 0)], 0, 0
    while waiting:
        node, depth = waiting.pop()
        count += not isinstance(node, VALUES)
        if count > most_nodes:
            raise Refusal("too_long")
        if depth > most_depth:
            raise Refusal("too_nested")
        refuse_node(node)
        if isinstance(node, ast.FuncCall) and node.funcname[-1].sval == "generate_series":
            bounds.refuse_series(node, most_steps)
            series += 1
            if series > 1:
                raise Refusal("series", most=most_steps)
        waiting.extend((child, depth + 1) for child in children(node))


def refuse_node(node: ast.Node) -> None:
    """One node by itself."""
    kind = type(node).__name__
    if kind not in offered.NODES:
        raise Refusal(offered.NODE_CODES.get(kind, "construct"))
    check = CHECKS.get(kind)
    if check is not None:
        check(node)


def name_of(parts: Any) -> str:
    """A dotted name for people."""
    return ".".join(str(part.sval) for part in parts if isinstance(part, ast.String))


def _function(node: ast.FuncCall) -> None:
    names = [part.sval for part in node.funcname]
    spelled = node.funcformat == enums.CoercionForm.COERCE_SQL_SYNTAX and names[-1] in offered.SPELLED
    escape = names[-1] in offered.ESCAPES
    if names[0] == "pg_catalog" and len(names) == 2 and (spelled or escape):
        _bounded(names[1], node)
        return
    if len(names) != 1 or names[0] not in offered.FUNCTIONS or node.func_variadic:
        raise Refusal("function", name=".".join(names))
    if node.agg_within_group != (names[0] in offered.ORDERED_SET):
        raise Refusal("function", name=names[0])
    if any(isinstance(a, ast.NamedArgExpr) for a in node.args or ()) and names[0] != "make_interval":
        raise Refusal("construct")
    _bounded(names[0], node)


def _bounded(name: str, node: ast.FuncCall) -> None:
    if name == "repeat" or name in offered.PADDING:
        bounds.refuse_repeats(node)
    if name in ("power", "pow"):
        bounds.refuse_power((node.args or (None,))[-1])
    if name in offered.PATTERNED and len(node.args or ()) > 1:
        bounds.refuse_pattern(node.args[1], regex=True)
    if name == "format":
        bounds.refuse_template(node)
    if name in ("substring", "substr") and len(node.args or ()) > 1 and bounds.text_of(node.args[1]) is not None:
        bounds.refuse_pattern(node.args[1], regex=True)
    if name in ("to_char", "to_date", "to_number", "to_timestamp", "array_to_string", "string_agg"):
        bounds.refuse_format(node)
    if name == "concat_ws" and bounds.text_of((node.args or (None,))[0]) is None:
        raise Refusal("too_large")


def _expression(node: ast.A_Expr) -> None:
    _operator(node.name, node.kind == enums.A_Expr_Kind.AEXPR_OP)
    name = node.name[-1].sval
    if name in offered.LIKES:
        bounds.refuse_pattern(node.rexpr, regex=False)
    if name in offered.REGEXES:
        bounds.refuse_pattern(node.rexpr, regex=True)
    if name == "^":
        bounds.refuse_power(node.rexpr)


def _operator(parts: Any, plain: bool = True) -> None:
    known = offered.OPERATORS if plain else offered.OPERATORS | offered.WORD_OPERATORS
    if len(parts) != 1 or parts[0].sval not in known:
        raise Refusal("operator", name=name_of(parts))


def _type(node: ast.TypeName) -> None:
    names = [part.sval for part in node.names]
    plain = names[1:] if names[0] == "pg_catalog" else names
    if len(plain) != 1 or plain[0] not in offered.TYPES or node.setof or node.pct_type or len(node.arrayBounds or ()) > 1:
        raise Refusal("cast", name=".".join(names))
    if any(bounds.number_of(modifier) is None for modifier in node.typmods or ()):
        raise Refusal("cast", name=".".join(names))


def _relation(node: ast.RangeVar) -> None:
    if node.catalogname:
        raise Refusal("relation", name=f"{node.catalogname}.{node.schemaname}.{node.relname}", known="the published views")


def _sample(node: ast.RangeTableSample) -> None:
    literal = all(bounds.number_of(a) is not None for a in (*node.args, *([node.repeatable] if node.repeatable else [])))
    if len(node.method) != 1 or node.method[0].sval not in offered.SAMPLE_METHODS or not literal:
        raise Refusal("construct")


def _subscripts(node: ast.A_Indirection) -> None:
    if not all(isinstance(step, ast.A_Indices) for step in node.indirection):
        raise Refusal("whole_row", name="this")


def _session_value(node: ast.SQLValueFunction) -> None:
    dates = enums.SQLValueFunctionOp
    if node.op not in (dates.SVFOP_CURRENT_DATE, dates.SVFOP_CURRENT_TIMESTAMP, dates.SVFOP_CURRENT_TIMESTAMP_N):
        raise Refusal("session")


def _set(node: ast.WithClause) -> None:
    if node.recursive:
        raise Refusal("recursion")


def _named(node: ast.CommonTableExpr) -> None:
    if not isinstance(node.ctequery, ast.SelectStmt):
        raise Refusal("writes")


def _collation(node: ast.CollateClause) -> None:
    if len(node.collname) != 1 or node.collname[0].sval not in offered.COLLATIONS:
        raise Refusal("collation", name=name_of(node.collname))


def _sorting(node: ast.SortBy) -> None:
    if node.useOp:
        _operator(node.useOp)


def _sublink(node: ast.SubLink) -> None:
    if node.operName:
        _operator(node.operName)
        name = node.operName[-1].sval
        if name in offered.LIKES | offered.REGEXES:
            raise Refusal("pattern")


def _rows(node: ast.RangeFunction) -> None:
    if node.coldeflist or any(columns for _, columns in node.functions):
        raise Refusal("construct")
    for call, _ in node.functions:
        if not isinstance(call, ast.FuncCall) or call.funcname[-1].sval not in offered.ROWS:
            raise Refusal("function", name=name_of(call.funcname) if isinstance(call, ast.FuncCall) else "this")


CHECKS: dict[str, Callable[[Any], None]] = {
    "FuncCall": _function,
    "A_Expr": _expression,
    "A_Const": bounds.refuse_constant,
    "TypeName": _type,
    "RangeVar": _relation,
    "RangeTableSample": _sample,
    "RangeFunction": _rows,
    "A_Indirection": _subscripts,
    "SQLValueFunction": _session_value,
    "WithClause": _set,
    "CommonTableExpr": _named,
    "CollateClause": _collation,
    "SortBy": _sorting,
    "SubLink": _sublink,
}
