"""How a statement is refused: a stable code and a sentence for the person who asked."""

from __future__ import annotations

REASONS = {
    "empty": "There is no statement here. Write one SELECT.",
    "too_long": "This statement is too long. Shorten it, or ask for less at once.",
    "control_character": "This statement holds an invisible character. Type it again by hand.",
    "unicode_escape": "Names and texts written with U& can not be checked. Write them plainly.",
    "too_nested": "This statement is nested too deeply. Split it into named parts with WITH.",
    "syntax": "This is not a complete SQL statement. Check quotes, brackets and commas.",
    "many_statements": "Only one statement can run at a time. Remove everything after the first one.",
    "not_select": "Only SELECT can run here: nothing can be changed, and no setting can be read.",
    "writes": "Only reading is possible here. Remove the part that changes data.",
    "into": "A result can not be stored as a table. Remove INTO.",
    "locks": "Rows can not be locked here. Remove FOR UPDATE or FOR SHARE.",
    "table_command": "Name the columns you want with SELECT instead of TABLE.",
    "recursion": "Recursive queries are not possible. Use generate_series for a calendar.",
    "construct": "This part of SQL is not offered here. Use plain SELECT, JOIN, WHERE and GROUP BY.",
    "parameter": "There is a placeholder without a value. Write the value itself.",
    "session": "The session and its user can not be read. Ask about the sales data.",
    "relation": "There is no published view “{name}”. Choose one of: {known}.",
    "column": "There is no column “{name}” here. Look at the columns of the published views.",
    "whole_row": "Name the columns of “{name}” one by one instead of the whole row.",
    "star": "A star can stand only directly after SELECT or in count(*). Name the columns.",
    "function": "The function “{name}” is not offered here.",
    "operator": "The operator “{name}” is not offered here.",
    "cast": "A value can not be turned into “{name}” here. Use text, numeric, integer, date or timestamp.",
    "collation": "The collation “{name}” is not offered here.",
    "series": "generate_series may make up to {most} steps, from plain numbers or dates, once in a statement.",
    "too_large": "This would build a very large value. Use a smaller, plain number or a shorter text.",
    "pattern": "A search pattern has to be a short plain text without nested repetition.",
    "random": "Random values can not be repeated, so they may only order a short sample: ORDER BY random() LIMIT 20.",
    "join": "“{name}” is not joined with the rest by a condition. Add ON with columns of both sides.",
    "too_many_relations": "This statement reads too many views at once. Split the question.",
}


class Refusal(Exception):
    """Ends the check of a statement; never leaves the guard."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.reason = REASONS[code].format(**{key: str(value)[:200] for key, value in details.items()})
        super().__init__(self.reason)
