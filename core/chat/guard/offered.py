"""What a statement may be made of: node classes, functions, operators and types. What is not listed is refused."""

from __future__ import annotations

NODES = frozenset(
    """RawStmt SelectStmt WithClause CommonTableExpr ResTarget ColumnRef A_Star A_Const Integer Float String Boolean A_Expr BoolExpr NullTest
    BooleanTest TypeCast TypeName FuncCall NamedArgExpr CaseExpr CaseWhen CoalesceExpr MinMaxExpr SubLink SortBy WindowDef RangeVar
    RangeSubselect RangeFunction RangeTableSample JoinExpr Alias A_ArrayExpr A_Indirection A_Indices RowExpr CollateClause GroupingSet
    GroupingFunc SQLValueFunction""".split()
)

# A node class outside the list, and the code of its refusal; any other is 'construct'.
NODE_CODES = {
    "InsertStmt": "writes",
    "UpdateStmt": "writes",
    "DeleteStmt": "writes",
    "MergeStmt": "writes",
    "IntoClause": "into",
    "LockingClause": "locks",
    "ParamRef": "parameter",
    "CTESearchClause": "recursion",
    "CTECycleClause": "recursion",
}

COLLECTING = frozenset("string_agg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg".split())
ORDERED_SET = frozenset("percentile_cont percentile_disc mode".split())
AGGREGATES = COLLECTING | frozenset(
    """count sum avg min max stddev stddev_samp stddev_pop variance var_samp var_pop corr covar_pop covar_samp regr_slope regr_intercept
    regr_r2 regr_count regr_avgx regr_avgy regr_sxx regr_sxy regr_syy bool_and bool_or every any_value""".split()
)
WINDOWS = frozenset("row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value".split())
NUMBERS = frozenset("abs round ceil ceiling floor trunc sign mod div power pow sqrt cbrt ln log log10 exp pi width_bucket".split())
GROWING = frozenset("repeat replace regexp_replace concat concat_ws format array_append array_prepend array_cat".split())
PADDING = frozenset("lpad rpad".split())
PATTERNED = frozenset(  # their second argument is a regular expression
    """regexp_replace regexp_match regexp_matches regexp_like regexp_count regexp_substr regexp_instr regexp_split_to_array
    regexp_split_to_table""".split()
)
TEXTS = (GROWING | PADDING | PATTERNED) | frozenset(
    """lower upper initcap length char_length character_length octet_length btrim ltrim rtrim left right substring substr position
    strpos split_part starts_with reverse translate string_to_array array_to_string array_length array_position array_remove
    cardinality to_number""".split()
)
DATES = frozenset(
    """now date date_trunc date_part date_bin age make_date make_interval make_timestamp to_char to_date to_timestamp
    justify_days justify_hours justify_interval""".split()
)
JSON_BUILDING = frozenset("json_build_object jsonb_build_object json_build_array jsonb_build_array".split())
JSON = JSON_BUILDING | frozenset(
    """to_json to_jsonb row_to_json json_array_length jsonb_array_length json_extract_path_text jsonb_extract_path_text json_extract_path
    jsonb_extract_path json_typeof jsonb_typeof""".split()
)
# Functions that return rows → the names of their columns; an empty tuple: one column, named by the alias.
ROWS: dict[str, tuple[str, ...]] = {
    "generate_series": (),
    "unnest": (),
    "string_to_table": (),
    "regexp_split_to_table": (),
    "jsonb_array_elements": ("value",),
    "json_array_elements": ("value",),
    "jsonb_array_elements_text": ("value",),
    "json_array_elements_text": ("value",),
    "jsonb_each": ("key", "value"),
    "json_each": ("key", "value"),
    "jsonb_each_text": ("key", "value"),
    "json_each_text": ("key", "value"),
    "jsonb_object_keys": (),
    "json_object_keys": (),
}
FUNCTIONS = AGGREGATES | ORDERED_SET | WINDOWS | NUMBERS | TEXTS | DATES | JSON | frozenset(ROWS) | {"random"}

# Functions behind SQL's own spellings: the parser adds the schema pg_catalog to them, a person may not.
SPELLED = frozenset("extract timezone overlaps position substring btrim ltrim rtrim".split())
ESCAPES = frozenset({"like_escape", "similar_to_escape"})
WHOLE_ROW_READERS = frozenset("row_to_json to_json to_jsonb json_agg jsonb_agg count".split())
GROUPS_OF_COLUMNS = frozenset({"count", "overlaps"})  # functions that may take (a, b) as one argument

COMPARISONS = frozenset("= <> != < > <= >=".split())
LIKES = frozenset("~~ !~~ ~~* !~~*".split())
REGEXES = frozenset("~ !~ ~* !~*".split())
OPERATORS = COMPARISONS | LIKES | REGEXES | frozenset("+ - * / % ^ || -> ->> #> #>> @> <@ && ? ?| ?& @ |/".split())
WORD_OPERATORS = frozenset({"BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC"})

TYPES = frozenset(
    """text varchar bpchar int2 int4 int8 numeric float4 float8 bool date time timestamp timestamptz interval json jsonb
    integer bigint smallint decimal real boolean""".split()
)
COLLATIONS = frozenset({"C", "POSIX", "default", "ucs_basic", "unicode", "und-x-icu"})
SAMPLE_METHODS = frozenset({"bernoulli", "system"})
