"""Which column means what: a person's word, the answer for an earlier file like this, the header, the values. Two columns for one meaning, or a
meaning that only the values suggest, are a question; nothing is merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from core.ingest import dates
from core.ingest.formats import store_columns
from core.ingest.formats.generic_layout import Band, Column, Found
from core.ingest.formats.meanings import AMOUNTS, BY_STORE, DAYS, MEANINGS, PRODUCT_KEYS, STORE_AMOUNT, STORE_TOTAL, STORE_UNITS
from core.ingest.normalising import collapse, fold
from core.ingest.numbers import read_number
from core.ingest.shapes import Choice, ColumnChoice, Question, column_letters

YOURS, BEFORE, NAME = "you said so", "same as last time for files like this", "name"
MONTHS = "months"  # the key of all columns under periods together
SOFT = ("code", "sku", "text", "channel", "country", "brand")  # a second such column changes no figure
FALLBACKS: Mapping[str, tuple[str, ...]] = {  # a meaning the list lacks ← kinds of values that suggest it
    "units": ("units",),
    "amount": ("amount", "units"),
    "product": ("ean", "code", "text"),
    "day": ("date", "period", "month"),
    "currency": ("currency",),
}


@dataclass(frozen=True)
class Mapped:
    """The columns of a list with their meanings. `question` None: nothing is open. `equal`: columns that repeat another one, cell by cell.
    `strange`: columns a person named that are not there. `stores`: columns that are one store each (`label` its name), and their totals."""

    choices: tuple[ColumnChoice, ...]
    places: Mapping[str, int]
    headers: Mapping[str, Column]
    question: Question | None
    strange: tuple[str, ...] = ()
    stores: tuple[Band, ...] = ()

    def money(self) -> str | None:
        """The meaning of the column the money is taken from; the price of one unit where there is no amount."""
        return next((name for name in (*AMOUNTS, "unit_price") if name in self.places), None)


def map_columns(found: Found, said: Mapping[str, str], before: Mapping[str, str]) -> Mapped:
    """`said` and `before` map columns (header or letter) to meanings; see MEANINGS."""
    chosen = {column.place: _first_reading(column, said, before, found) for column in found.columns}
    chosen = _settle_rivals(found, chosen)
    chosen = _by_store(found, chosen)
    chosen = _fill_gaps(found, chosen)
    chosen = _units_or_money(found, chosen)
    chosen = _several_alike(found, chosen)
    if found.header_row < 0 or not found.named:
        chosen = {place: _opened(choice) for place, choice in chosen.items()}
    choices = tuple(chosen.values())
    if found.bands:
        choices = (*choices, _months(found, said, before))
    answered = bool(said) and not _rivals(choices)
    apart = ("ignore", *BY_STORE)
    places = {choice.meaning: place for place, choice in reversed(chosen.items()) if choice.meaning not in apart}
    headers = {choice.meaning: column for column in found.columns if (choice := chosen[column.place]).meaning not in apart}
    known = {fold(key) for column in found.columns for key in (column.key, column_letters(column.place))} | {MONTHS}
    strange = tuple(key for key in said if fold(key) not in known)
    stores = store_columns.store_bands(found, {place: choice.meaning for place, choice in chosen.items()}) if _stores(chosen) else ()
    return Mapped(choices, places, headers, None if answered else _question(found, choices), strange, stores)


def _first_reading(column: Column, said: Mapping[str, str], before: Mapping[str, str], found: Found) -> ColumnChoice:
    """What one column means by itself: said, answered before, or by its header where the values do not contradict it."""
    for answers, reason in ((said, YOURS), (before, BEFORE)):
        if (meaning := answer_for(column, answers)) in MEANINGS:
            return ColumnChoice(column.key, column.header, column.samples, str(meaning), reason)
    meaning, reason, doubt = _by_name(column, found)
    return ColumnChoice(column.key, column.header, column.samples, meaning, reason, doubt)


def answer_for(column: Column, answers: Mapping[str, str]) -> str | None:
    """The meaning an answer gives this column, by its header or by its letter."""
    folded = {fold(collapse(key)): meaning for key, meaning in answers.items()}
    return folded.get(fold(column.key)) or folded.get(fold(column_letters(column.place)))


def _by_name(column: Column, found: Found) -> tuple[str, str, bool]:
    """(meaning, reason, doubtful) by the header, as far as the values bear it out."""
    meaning, kind = column.said.meaning, column.kind
    if column.said.beside:
        return "ignore", "another figure beside the sales", False
    if meaning is None:
        return "ignore", f"unknown header; {kind.reason}" if column.header else kind.reason, False
    if (
        meaning in ("units", *AMOUNTS, "unit_price")
        and column.samples
        and not kind.number
        and kind.meaning != "ean"
        and not _any_number(column)
    ):
        return "ignore", f"the name says {MEANINGS[meaning].lower()}, the values are {kind.reason}", True
    if meaning in ("code", "text", "sku") and kind.meaning == "ean":
        return "ean", f"{kind.reason}", False
    if meaning == "text" and (kind.number or kind.meaning == "code"):
        return "code", f"name; {kind.reason}", False
    if meaning in ("month", "date") and kind.meaning == "period":
        return "period", f"name; {kind.reason}", False
    if meaning == "week" and kind.meaning == "date":
        return *_week_day(column), True
    return meaning, NAME, False


def _any_number(column: Column) -> bool:
    return any(read_number(sample).state in ("value", "ambiguous") for sample in column.samples)


def _week_day(column: Column) -> tuple[str, str]:
    """Days in a column of weeks: the first or the last of the seven? The weekday they all are proposes."""
    days = [read[0] for sample in column.samples if (read := dates.read_dates_of(sample))]
    weekdays = {day.weekday() for day in days}
    if weekdays == {0}:
        return "week_start", "days, all of them Mondays"
    return "week_end", f"days, all of them {_name(days[0])}s" if len(weekdays) == 1 and days else "days"


def _name(day: date) -> str:
    return f"{day:%A}"


# Two columns, one meaning ---------------------------------------------------------------------------------------------


def _group(meaning: str) -> str:
    return "amount" if meaning in AMOUNTS else meaning


def _settle_rivals(found: Found, chosen: dict[int, ColumnChoice]) -> dict[int, ColumnChoice]:
    """Of several columns with one meaning: the one a person named, else the first where the others repeat it, else all are open."""
    settled = dict(chosen)
    groups: dict[str, list[int]] = {}
    for place, choice in chosen.items():
        if choice.meaning not in ("ignore", *BY_STORE):
            groups.setdefault(_group(choice.meaning), []).append(place)
    for meaning, places in groups.items():
        if len(places) < 2:
            continue
        named = [place for place in places if chosen[place].reason in (YOURS, BEFORE)]
        if len(named) == 1 or meaning in SOFT or (meaning == "unit_price" and "amount" in groups):
            winner = (named or places)[0]
            for place in places:
                if place != winner:
                    settled[place] = replace(chosen[place], meaning="ignore", reason=f"“{chosen[winner].key}” says it")
        elif meaning != "amount" and _equal(found, places):
            for place in places[1:]:
                settled[place] = replace(chosen[place], meaning="ignore", reason=f"repeats “{chosen[places[0]].key}” in every row")
        else:
            others = {place: " and ".join(f"“{chosen[other].key}”" for other in places if other != place) for place in places}
            for place in places:
                settled[place] = replace(chosen[place], reason=f"{chosen[place].reason}; so does {others[place]}", open=True)
    return _one_day(settled)


def _one_day(chosen: dict[int, ColumnChoice]) -> dict[int, ColumnChoice]:
    """A day, or a period with its year, needs no coarser column beside it."""
    present = {choice.meaning for choice in chosen.values()}
    finest = next((name for name in DAYS if name in present), None)
    if finest in (None, "week", "month"):
        return chosen
    coarser = {"month", "year", *DAYS[DAYS.index(finest) + 1 :]}
    return {
        place: replace(choice, meaning="ignore", reason=f"the {MEANINGS[finest].lower()} says it")
        if choice.meaning in coarser and choice.reason != YOURS
        else choice
        for place, choice in chosen.items()
    }


def _equal(found: Found, places: list[int]) -> bool:
    first, *others = (found.body[f"c{place}"].str.strip_chars() for place in places)
    return all(bool(first.eq_missing(other).all()) for other in others)


def _rivals(choices: Iterable[ColumnChoice]) -> bool:
    groups = [_group(choice.meaning) for choice in choices if choice.meaning not in ("ignore", *SOFT) and choice.key != MONTHS]
    apart = [group for group in groups if group not in BY_STORE]
    return len(apart) != len(set(apart)) or bool(_beside_stores(groups))


def _beside_stores(meanings: Iterable[str]) -> set[str]:
    """Meanings that no list with one column for each store can have: figures and names of stores for the whole line."""
    found = set(meanings)
    return found & {"units", "amount", *AMOUNTS, "store"} if found & {STORE_UNITS, STORE_AMOUNT} else set()


def _stores(chosen: Mapping[int, ColumnChoice]) -> list[int]:
    return [place for place, choice in chosen.items() if choice.meaning in (STORE_UNITS, STORE_AMOUNT)]


# One column for each store --------------------------------------------------------------------------------------------


def _by_store(found: Found, chosen: dict[int, ColumnChoice]) -> dict[int, ColumnChoice]:
    """Columns that may be one store each, proposed together; where a person said so, only their totals are found."""
    answered = {place for place, choice in chosen.items() if choice.reason in (YOURS, BEFORE)}
    others = {place for place, choice in chosen.items() if choice.meaning not in ("ignore", "units", *AMOUNTS)}
    said = {chosen[place].meaning for place in answered}
    read = dict(chosen)
    if not said & {"units", *AMOUNTS, STORE_UNITS, STORE_AMOUNT}:
        known = any(_is_known_figure(column, chosen[column.place]) for column in found.columns)
        for place, meaning in store_columns.propose(found, answered | others, known).items():
            why = (
                "the sum of the other columns"
                if meaning == STORE_TOTAL
                else "one of several columns with figures alike; perhaps a store each"
            )
            read[place] = replace(read[place], meaning=meaning, reason=why, open=True)
    stores = _stores(read)
    parts = [column for column in found.columns if column.place in stores]
    for column in found.columns if parts else ():
        free = column.place not in (*answered, *stores) and column.place not in others and not column.said.beside
        if free and read[column.place].meaning != STORE_TOTAL and store_columns.is_sum(found, column, parts):
            read[column.place] = replace(read[column.place], meaning=STORE_TOTAL, reason="a total beside the stores", open=False)
    return read


def _is_known_figure(column: Column, choice: ColumnChoice) -> bool:
    return choice.meaning in ("units", *AMOUNTS) and not store_columns.is_total_label(column.header)


# What the list lacks --------------------------------------------------------------------------------------------------


def _fill_gaps(found: Found, chosen: dict[int, ColumnChoice]) -> dict[int, ColumnChoice]:
    """Columns nobody knows, proposed by their values for what the list lacks; each is a question, but for a column of currency codes."""
    filled = dict(chosen)
    taken = {choice.meaning for choice in chosen.values()}
    figures = bool(found.bands) or bool(_stores(chosen))
    lacking = {
        "units": not figures and "units" not in taken,
        "amount": not figures and not taken & {*AMOUNTS, "unit_price"},
        "product": not taken & set(PRODUCT_KEYS),
        "day": not found.bands and not taken & {"date", "week_end", "week_start", "week", "period", "month"},
        "currency": "currency" not in taken,
    }
    for need, kinds in FALLBACKS.items():
        if lacking[need] and (column := _candidate(found, filled, kinds)) is not None:
            if need in ("units", "amount") and len(alike := _alike(found, filled, column)) > 1:
                filled |= {place: replace(filled[place], reason="one of several columns with figures alike", open=True) for place in alike}
                continue
            meaning = need if need in ("units", "amount") else str(column.kind.meaning)
            sure = meaning == "currency"
            reason = column.kind.reason if sure or not column.header else f"unknown header; {column.kind.reason}"
            filled[column.place] = replace(filled[column.place], meaning=meaning, reason=reason, open=not sure)
    return filled


def _units_or_money(found: Found, chosen: dict[int, ColumnChoice]) -> dict[int, ColumnChoice]:
    """A lone “Sales” of small whole numbers may count pieces: asked."""
    if found.bands or any(choice.meaning in ("units", "unit_price", *BY_STORE) for choice in chosen.values()):
        return chosen
    return {
        column.place: replace(chosen[column.place], reason=f"name; {column.kind.reason}", open=True)
        if chosen[column.place].meaning == "amount"
        and chosen[column.place].reason == NAME
        and column.kind.meaning == "units"
        and column.said.currency is None
        else chosen[column.place]
        for column in found.columns
    }


def _candidate(found: Found, chosen: Mapping[int, ColumnChoice], kinds: tuple[str, ...]) -> Column | None:
    free = [c for c in found.columns if chosen[c.place].meaning == "ignore" and not c.said.beside and not c.said.meaning]
    free = [c for c in free if not store_columns.names_a_period(c)]
    ranked = [column for kind in kinds for column in free if column.kind.meaning == kind]
    open_to_doubt = [c for c in ranked if chosen[c.place].reason not in (YOURS, BEFORE)]
    return open_to_doubt[0] if open_to_doubt else None


def _alike(found: Found, chosen: Mapping[int, ColumnChoice], column: Column) -> list[int]:
    """Places of the unknown columns under headers whose figures have the shape of `column`; none of them alone is the units or the money."""
    taken = {place for place, choice in chosen.items() if choice.meaning != "ignore" or choice.reason in (YOURS, BEFORE)}
    free = store_columns.unnamed_figures(found, taken) if found.header_row >= 0 else []
    return [other.place for other in free if store_columns.shape_of(other) == store_columns.shape_of(column)]


def _several_alike(found: Found, chosen: dict[int, ColumnChoice]) -> dict[int, ColumnChoice]:
    """Several unknown columns with figures like those that are read: offered, for each may be a store."""
    columns = [column for column in found.columns if chosen[column.place].meaning in ("units", *AMOUNTS)]
    alike = {place for column in columns for place in _alike(found, chosen, column)}
    if len(alike) < store_columns.FEW:
        return chosen
    return chosen | {place: replace(chosen[place], open=True) for place in alike}


def _opened(choice: ColumnChoice) -> ColumnChoice:
    return choice if choice.reason in (YOURS, BEFORE) else replace(choice, open=True)


# Figures under periods ------------------------------------------------------------------------------------------------


def _months(found: Found, said: Mapping[str, str], before: Mapping[str, str]) -> ColumnChoice:
    """What the figures under the months are: said in the headers, or proposed by their values."""
    periods = [band for band in found.bands if not band.total]
    label = f"{periods[0].label} … {periods[-1].label}"
    values = [value for band in periods[:12] for value in found.body[f"c{band.place}"].head(50).to_list() if value]
    samples = tuple(dict.fromkeys(collapse(value) for value in values))[:3]
    for answers, reason in ((said, YOURS), (before, BEFORE)):
        if answers.get(MONTHS) in MEANINGS:
            return ColumnChoice(MONTHS, label, samples, answers[MONTHS], reason)
    if all(band.said.meaning for band in periods):
        meanings = dict.fromkeys(str(band.said.meaning) for band in periods)
        return ColumnChoice(
            MONTHS, label, samples, next(iter(meanings)), "the headers say " + " and ".join(MEANINGS[m].lower() for m in meanings)
        )
    whole = all((reading := read_number(value, ".")).value is None or reading.value == int(reading.value) for value in values)
    return ColumnChoice(
        MONTHS, label, samples, "units" if whole else "amount", "whole numbers" if whole else "numbers with decimals", open=True
    )


# The question ---------------------------------------------------------------------------------------------------------


def _question(found: Found, choices: tuple[ColumnChoice, ...]) -> Question | None:
    """One sentence for what is open; None when nothing is."""
    open_ones = [choice for choice in choices if choice.open]
    if not open_ones and not _beside_stores(choice.meaning for choice in choices):
        return None
    names = ", ".join(f"“{choice.header or choice.key}”" for choice in open_ones[:4])
    if found.header_row < 0:
        text = "This list has no header row. What does each column mean?"
    elif beside := _beside_stores(choice.meaning for choice in choices):
        twice = next(c for c in choices if c.meaning in beside)
        text = f"Columns of one store each stand beside “{twice.header or twice.key}”, which is of no single store. Is it a total, or not read?"
    elif any(choice.meaning in (STORE_UNITS, STORE_AMOUNT) for choice in open_ones):
        stores = [f"“{choice.header or choice.key}”" for choice in choices if choice.meaning in (STORE_UNITS, STORE_AMOUNT)]
        text = f"Is each of these columns one store: {', '.join(stores[:4])}{' …' if len(stores) > 4 else ''}? Units or money?"
    elif _rivals(choices):
        twice = next(c for c in choices if c.open)
        text = f"Several columns could be {MEANINGS[twice.meaning].split(',')[0].lower()}: {names}. Which one counts?"
    elif any(choice.key == MONTHS for choice in open_ones):
        text = "Are the figures under the months units or money?"
    else:
        text = f"What does each column mean? Not certain: {names}."
    return Question("columns", text, meaning_choices(), choices)


def meaning_choices() -> tuple[Choice, ...]:
    return tuple(Choice(key, label) for key, label in MEANINGS.items())
