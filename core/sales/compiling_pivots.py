"""All groupings of a pivot → one SQL statement: cells, subtotals and totals are sums of the same lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.sales.asking import Asked, Relation
from core.sales.comparing import Pair
from core.sales.compiling import Group, Statement, statement_of
from core.sales.dimensions import OTHERS, Dimension

SEPARATOR = "\x1f"  # between the keys of a path; no key holds it
Listed = Mapping[str, frozenset[str]]


def path_text(keys: Sequence[str | None]) -> str:
    """The keys from the outermost group down to one, as one text."""
    return SEPARATOR.join(key or "" for key in keys)


def compile_pivot(
    asked: Asked,
    relation: Relation,
    pairs: Sequence[Pair] | None,
    axes: Sequence[Sequence[str]],
    sets: Sequence[Sequence[str]],
    listed: Listed,
    so_far: str = "",
) -> Statement:
    """`axes`: the groups in the rows and in the columns, outermost first. `sets`: the groups of each grouping. `listed`: by group, the paths
    (`path_text`) that stand on their own; what is not among them is the remainder, one group more. `so_far`: as in `statement_of`.

    Columns: `level` (as in `statement_of`), each dimension, `key_<dimension>` (text), each measure (with pairs also its four changes).
    """
    found = {d.name: d for d in asked.dimensions}
    texts = {name: _path(found, axis[: place + 1]) for axis in axes for place, name in enumerate(axis)}
    groups = tuple(_group(d, texts[d.name], d.name in listed) for d in asked.dimensions)
    names = (*(f'by_{g.name} as "{g.name}"' for g in groups), *(f"key_{g.name}::text as key_{g.name}" for g in groups), "level")
    statement = statement_of(asked, relation, pairs, groups, names, "", sets, so_far)
    return replace(statement, parameters=statement.parameters | {f"listed_{name}": sorted(paths) for name, paths in listed.items()})


def _group(dimension: Dimension, path: str, cut: bool) -> Group:
    if not cut:
        return Group(dimension.name, dimension.label, dimension.key, "")
    inside = f"{path} = any(%(listed_{dimension.name})s::text[])"
    key = f"coalesce(({dimension.key or dimension.label})::text, '')"
    return Group(
        dimension.name,
        f"case when {inside} then {dimension.label} else '{OTHERS}' end",
        f"case when {inside} then {key} else '{OTHERS}' end",
        "",
    )


def _path(dimensions: Mapping[str, Dimension], names: Sequence[str]) -> str:
    keys = (f"coalesce(({dimensions[name].key or dimensions[name].label})::text, '')" for name in names)
    return " || chr(31) || ".join(keys)
