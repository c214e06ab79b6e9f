"""Walk a SELECT with its scopes: which relation, which column, whether joins have conditions, how large a value may grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pglast import ast, enums

from core.chat.guard import bounds, naming, offered
from core.chat.guard.refusals import Refusal
from core.chat.guard.shape import children, name_of
from core.chat.guard.sources import MANY, SOME, STORED, Columns, Output, Scope, Size, Source, combined_rows, joined, written

Named = Mapping[str, Output]  # the WITH queries visible at a place
MOST_GROWTH = 22.0
MOST_WEIGHT = 4_000


class Resolver:
    """Resolves one statement against the readable relations; raises Refusal at the first thing that is not allowed."""

    def __init__(self, readable: Mapping[str, Collection[str]], schemas: Sequence[str], most_relations: int) -> None:
        self.readable, self.schemas, self.left = readable, schemas, most_relations
        self.touched: set[int] = set()

    # Queries ----------------------------------------------------------------------------------------------------------

    def select(self, node: ast.SelectStmt, named: Named, outer: Scope | None) -> Output:
        """Check a query inside `outer`; returns what it offers."""
        named = self._with(node.withClause, named, outer)
        if node.op != enums.SetOperation.SETOP_NONE:
            return self._set_operation(node, named, outer)
        if node.valuesLists:
            return self._values(node, named, outer)
        return self._plain(node, named, outer)

    def _with(self, clause: ast.WithClause | None, named: Named, outer: Scope | None) -> Named:
        visible = dict(named)
        for query in clause.ctes if clause else ():
            output = self.select(query.ctequery, visible, outer)  # its own name is not visible inside it
            visible[query.ctename] = output.renamed(naming.texts(query.aliascolnames))
        return visible

    def _set_operation(self, node: ast.SelectStmt, named: Named, outer: Scope | None) -> Output:
        left, right = self.select(node.larg, named, outer), self.select(node.rarg, named, outer)
        pairs = zip(left.columns.items(), [*right.columns.values(), *([STORED] * len(left.columns))], strict=False)
        columns = {name: Size.around(pair) for name, *pair in ((name, size, other) for (name, size), other in pairs)}
        self._ordering(node, columns, Scope((), outer), named)
        return Output(columns, left.explicit and right.explicit, self._limited(node, left.rows + right.rows), left.views + right.views)

    def _values(self, node: ast.SelectStmt, named: Named, outer: Scope | None) -> Output:
        scope = Scope((), outer)
        rows = [[self.visit(value, scope, named) for value in row] for row in node.valuesLists]
        columns = {f"column{i + 1}": Size.around(sizes) for i, sizes in enumerate(zip(*rows, strict=False))}
        self._ordering(node, columns, scope, named)
        return Output(columns, True, float(len(rows)))

    def _plain(self, node: ast.SelectStmt, named: Named, outer: Scope | None) -> Output:
        sources: list[Source] = []
        links: list[set[int]] = []
        for item in node.fromClause or ():
            sources += self._from(item, named, outer, sources, links)
        scope = Scope(tuple(sources), outer)
        links += self._conditions(node.whereClause, scope, named)
        rows = combined_rows(sources, links)
        columns, explicit = self._targets(node.targetList or (), scope, named)
        for clause in (node.havingClause, *(node.windowClause or ())):
            self.visit(clause, scope, named)
        self._ordering(node, columns, scope, named)
        views: Counter[str] = sum((s.output.views for s in sources), Counter())
        made = self._rows_of(node, rows)
        output = Output(columns, explicit, made, views if made >= MANY else Counter())
        return output.settled() if made == 1.0 or node.groupClause or node.distinctClause or node.limitCount else output

    def _rows_of(self, node: ast.SelectStmt, rows: float) -> float:
        if not node.groupClause and (node.havingClause or any(naming.aggregates(t) for t in node.targetList or ())):
            return 1.0
        return self._limited(node, min(rows, SOME) if node.groupClause or node.distinctClause else rows)

    @staticmethod
    def _limited(node: ast.SelectStmt, rows: float) -> float:
        limit = bounds.number_of(node.limitCount)
        return min(rows, max(float(limit), 1.0)) if limit is not None else rows

    def _targets(self, targets: Sequence[ast.ResTarget], scope: Scope, named: Named) -> tuple[Columns, bool]:
        columns: Columns = {}
        explicit = True
        for target in targets:
            if isinstance(target.val, ast.ColumnRef) and isinstance(target.val.fields[-1], ast.A_Star):
                explicit = False
                columns = {**columns, **self._star(target.val, scope)}
            else:
                columns[target.name or naming.column_name(target.val)] = self.visit(target.val, scope, named)
        return columns, explicit

    def _star(self, node: ast.ColumnRef, scope: Scope) -> Columns:
        if node.location is None or node.location < 0:
            raise Refusal("table_command")
        qualifier = written(node.fields[:-1])
        sources = scope.sources if not qualifier else tuple(s for s in scope.sources if s.name == qualifier[-1])
        if not sources or len(qualifier) > 1:
            raise Refusal("column", name=".".join([*qualifier, "*"]))
        self.touched |= {id(s) for s in sources}
        return joined(None, sources).output.columns

    def _ordering(self, node: ast.SelectStmt, columns: Columns, scope: Scope, named: Named) -> None:
        """ORDER BY, GROUP BY and DISTINCT ON may name an output column; LIMIT and OFFSET see the queries around only."""
        for item in (*(node.sortClause or ()), *(node.groupClause or ()), *(node.distinctClause or ())):
            key = item.node if isinstance(item, ast.SortBy) else item
            sampling = isinstance(item, ast.SortBy) and node.limitCount is not None and naming.is_random(key)
            if not sampling and not (isinstance(key, ast.ColumnRef) and naming.bare(key) in columns):
                self.visit(key, scope, named, rows=True)
        for limit in (node.limitCount, node.limitOffset):
            self.visit(limit, Scope((), scope.outer), named)

    # FROM -------------------------------------------------------------------------------------------------------------

    def _from(self, item: Any, named: Named, outer: Scope | None, seen: Sequence[Source], links: list[set[int]]) -> list[Source]:
        if isinstance(item, ast.JoinExpr):
            return self._join(item, named, outer, seen, links)
        if isinstance(item, ast.RangeTableSample):
            item = item.relation
        self.left -= 1
        if self.left < 0:
            raise Refusal("too_many_relations")
        if isinstance(item, ast.RangeVar):
            return [self._relation(item, named)]
        if isinstance(item, ast.RangeSubselect):
            return [self._derived(item, named, Scope(tuple(seen), outer) if item.lateral else outer, links)]
        if isinstance(item, ast.RangeFunction):
            return [self._rows(item, named, Scope(tuple(seen), outer), links)]
        raise Refusal("construct")

    def _relation(self, node: ast.RangeVar, named: Named) -> Source:
        alias, columns = naming.alias_of(node.alias)
        if node.schemaname is None and node.relname in named:
            return Source(alias or node.relname, named[node.relname].renamed(columns))
        if (node.schemaname is not None and node.schemaname not in self.schemas) or node.relname not in self.readable:
            name = f"{node.schemaname}.{node.relname}" if node.schemaname else node.relname
            raise Refusal("relation", name=name, known=", ".join(sorted(self.readable)))
        output = Output(dict.fromkeys(self.readable[node.relname], STORED), False, MANY, Counter({node.relname: 1}))
        return Source(alias or node.relname, output.renamed(columns), view=None if alias else node.relname)

    def _derived(self, node: ast.RangeSubselect, named: Named, outer: Scope | None, links: list[set[int]]) -> Source:
        output, met = self._touching(lambda: self.select(node.subquery, named, outer))
        alias, columns = naming.alias_of(node.alias)
        source = Source(alias, output.renamed(columns))
        links.append(met | {id(source)})
        return source

    def _rows(self, node: ast.RangeFunction, named: Named, scope: Scope, links: list[set[int]]) -> Source:
        calls = [call for call, _ in node.functions]
        sizes, met = self._touching(lambda: [self.visit(call, scope, named) for call in calls])
        alias, columns = naming.alias_of(node.alias)
        name = alias or (calls[0].funcname[-1].sval if len(calls) == 1 else None)
        offers = naming.row_columns(calls, name, node.ordinality)
        output = Output(dict.fromkeys(offers, Size.around(sizes)), True, naming.guessed_rows(calls)).renamed(columns)
        source = Source(name, output, scalar=len(calls) == 1 and len(offers) == 1)
        links.append(met | {id(source)})
        return source

    def _join(self, node: ast.JoinExpr, named: Named, outer: Scope | None, seen: Sequence[Source], links: list[set[int]]) -> list[Source]:
        own: list[set[int]] = []
        left = self._from(node.larg, named, outer, seen, own)
        right = self._from(node.rarg, named, outer, [*seen, *left], own)
        own += self._using(node, left, right)
        own += self._conditions(node.quals, Scope((*left, *right), outer), named)
        alias, columns = naming.alias_of(node.alias)
        if alias is None:
            links += own
            return [*left, *right]
        combined_rows([*left, *right], own)
        merged = joined(alias, [*left, *right])
        return [Source(alias, merged.output.renamed(columns))]

    @staticmethod
    def _using(node: ast.JoinExpr, left: Sequence[Source], right: Sequence[Source]) -> list[set[int]]:
        names = naming.texts(node.usingClause)
        if node.isNatural:
            names = [n for s in left for n in s.output.columns if any(n in other.output.columns for other in right)]
        links = []
        for name in names:
            sides = [next((s for s in side if name in s.output.columns), None) for side in (left, right)]
            if None in sides:
                raise Refusal("column", name=name)
            links.append({id(s) for s in sides})
        return links

    # Expressions ------------------------------------------------------------------------------------------------------

    def _conditions(self, node: Any, scope: Scope, named: Named) -> list[set[int]]:
        """The sources that each AND-ed condition brings together."""
        if node is None:
            return []
        if isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.AND_EXPR:
            return [link for part in node.args for link in self._conditions(part, scope, named)]
        if isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.OR_EXPR:
            branches = [self._touching(lambda part=part: self.visit(part, scope, named))[1] for part in node.args]
            return [set.intersection(*branches)]
        return [self._touching(lambda: self.visit(node, scope, named))[1]]

    def _touching(self, step: Any) -> tuple[Any, set[int]]:
        """Run `step`; returns its result and the sources whose columns it used."""
        before, self.touched = self.touched, set()
        result = step()
        met, self.touched = self.touched, before | self.touched
        return result, met

    def visit(self, node: Any, scope: Scope, named: Named, *, rows: bool = False) -> Size:
        """Check an expression; returns its size. `rows`: a list of columns (a, b) may stand here."""
        if node is None:
            return STORED
        if isinstance(node, ast.ColumnRef):
            return self._column(node, scope)
        if isinstance(node, ast.SelectStmt):
            return Size.around(self.select(node, named, scope).columns.values())
        if isinstance(node, ast.RowExpr) and not rows:
            raise Refusal("construct")
        size = self._call(node, scope, named) if isinstance(node, ast.FuncCall) else self._parts(node, scope, named)
        if size.growth > MOST_GROWTH or size.weight > MOST_WEIGHT:
            raise Refusal("too_large")
        return size

    def _parts(self, node: Any, scope: Scope, named: Named) -> Size:
        rows = isinstance(node, (ast.SubLink, ast.GroupingSet, ast.WindowDef, ast.SortBy)) or (
            isinstance(node, ast.A_Expr) and name_of(node.name) in offered.COMPARISONS | offered.WORD_OPERATORS
        )
        sizes = [self.visit(child, scope, named, rows=rows) for child in children(node)]
        if isinstance(node, ast.A_ArrayExpr) or (isinstance(node, ast.A_Expr) and name_of(node.name) == "||"):
            return Size.around(sizes, bounds.summed([s.growth for s in sizes]))
        return Size.around(sizes)

    def _column(self, node: ast.ColumnRef, scope: Scope) -> Size:
        if isinstance(node.fields[-1], ast.A_Star):
            raise Refusal("star")
        source, size = scope.find(written(node.fields), self.schemas)
        self.touched.add(id(source))
        return size

    def _call(self, node: ast.FuncCall, scope: Scope, named: Named) -> Size:
        name = node.funcname[-1].sval
        if name == "random":
            raise Refusal("random")
        args = node.args or ()
        sizes = [self._argument(arg, name, scope, named) for arg in args]
        beside = [self.visit(e, scope, named, rows=True) for e in (*(node.agg_order or ()), node.agg_filter, node.over) if e is not None]
        return Size.around([*sizes, *beside], _growth(name, args, [s.growth for s in sizes]))

    def _argument(self, node: Any, function: str, scope: Scope, named: Named) -> Size:
        """An argument; a derived row whose columns were all named may be turned into JSON as a whole."""
        if function in offered.WHOLE_ROW_READERS and isinstance(node, ast.ColumnRef) and naming.bare(node):
            source = scope.named(naming.bare(node) or "")
            if source is not None and source.output.explicit and source.name not in source.output.columns:
                self.touched.add(id(source))
                sizes = source.output.columns.values()
                return Size.around(sizes, bounds.summed([s.growth for s in sizes]))
        return self.visit(node, scope, named, rows=function in offered.GROUPS_OF_COLUMNS)


def _growth(name: str, args: tuple[Any, ...], grown: list[float]) -> float:
    """The growth of a function's value."""
    if name in offered.COLLECTING:
        return bounds.summed(grown) + bounds.COLLECTED
    if name in offered.GROWING or name in offered.JSON_BUILDING:
        return bounds.growth_of(name, args, grown)
    return 0.0 if name in ("count", "sum", "avg") else max(grown, default=0.0)
