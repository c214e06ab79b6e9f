"""A conversation on the screen: threads at the side, turns from the oldest to the newest, the reading of each question in chips."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from core.chat import answering, memory, outdated
from core.chat.answers import Answer
from core.chat.memory import Turn
from core.db.engine import Scope
from core.sales import files, marking
from core.sales.relative import in_place
from pages.components import cached, cached_analyses, charts, empty, restated_rows, results, session, source_rows
from pages.components.frame import escaped, plain

NEW = "new"
PARAMETER = "conversation"
LONGEST = 1000
FEEDBACK = {0: -1, 1: 1, None: None}


def choose() -> str | None:
    """Draw the person's conversations in the side bar; returns the one of the URL, None for a new one."""
    username = session.person().username
    threads = memory.conversations_of(cached.database(), username)
    known = {thread.id: thread.title for thread in threads}
    current = st.query_params.get(PARAMETER)
    with st.sidebar:
        st.caption("Conversations")
        if st.button("New conversation", icon=":material/add:", type="tertiary", key="new_conversation"):
            _open(None)
        for thread in threads[:12]:
            label = thread.title if len(thread.title) <= 30 else thread.title[:29] + "…"
            if st.button(
                plain(label),
                key=f"thread_{thread.id}",
                type="secondary" if thread.id == current else "tertiary",
                width="stretch",
                help=plain(thread.title),
            ):
                _open(thread.id)
    if current and current not in known:
        st.info("This conversation does not exist or belongs to somebody else. A new one begins.", icon=":material/link_off:")
        return None
    return current


def _open(thread: str | None) -> None:
    if thread:
        st.query_params[PARAMETER] = thread
    elif PARAMETER in st.query_params:
        del st.query_params[PARAMETER]
    st.rerun()


def history(thread: str | None) -> None:
    """The turns so far; a new conversation shows good first questions instead."""
    if thread is None:
        _starters()
        return
    username = session.person().username
    _menu(thread, username)
    turns = memory.turns_of(cached.database(), username, thread)
    fresh: dict[tuple[str, int], Answer] = session.recall("chat.answers", {})
    for turn in turns:
        with st.chat_message("user", avatar=":material/person:"):
            st.markdown(plain(turn.question))
        with st.chat_message("assistant", avatar=":material/query_stats:"):
            answer = fresh.get((thread, turn.turn))
            draw(answer, thread) if answer else draw_kept(turn)
            _outdated(turn)
            _feedback(thread, turn)
    if turns and (answer := fresh.get((thread, turns[-1].turn))):
        _next_questions(answer)


def _starters() -> None:
    questions = answering.starters(cached.database(), cached.settings(), session.scope())
    if not questions:
        empty.no_sales()
        return
    st.caption("Ask about sales, products, resellers, periods. For example:")
    for row in range(0, len(questions), 2):
        for column, text in zip(st.columns(2), questions[row : row + 2], strict=False):
            if column.button(plain(text), key=f"starter_{row}_{text}", width="stretch"):
                session.remember("chat.asked", text)
                st.rerun()


def question(thread: str | None) -> str | None:
    """What was typed, or clicked among the proposals."""
    typed = st.chat_input("Ask a question about sales", max_chars=LONGEST)
    clicked = session.recall("chat.asked", None)
    session.forget("chat.asked")
    return typed or clicked


def ask(thread: str | None, text: str | None) -> None:
    """Answer the question as the next turn and show the conversation anew."""
    if not text:
        return
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(plain(text))
    with st.spinner("Reading the question and the figures …"):
        person = session.person()
        answer = answering.ask(
            cached.database(),
            cached.settings(),
            text,
            username=person.username,
            scope=person.scope,
            conversation_id=thread,
            model=cached.model(),
        )
    kept = session.recall("chat.answers", {})
    session.remember("chat.answers", {**dict(list(kept.items())[-40:]), (answer.conversation_id, answer.turn): answer})
    _open(answer.conversation_id)


def draw(answer: Answer, thread: str) -> None:
    """An answer of this session: chips, sentence, chart and table, what it covers, the SQL."""
    key = f"{thread}_{answer.turn}"
    _chips([f"{chip.text}" for chip in answer.chips])
    st.markdown(plain(answer.text))
    if answer.question_back:
        st.markdown(f"**{plain(answer.question_back)}**")
    _proposals(answer.suggestions, key)
    if answer.chart is not None:
        charts.draw(answer.chart, key=f"answer_{key}", height=300, title=True)
    if answer.frame.height > 1 or (answer.chart is None and answer.frame.width > 1):
        _table(answer, key)
    _quiet_line(answer.checked_numbers, f"{answer.data_through:%-d %B %Y}" if answer.data_through else "", answer.engine)
    _caveats(answer.caveats)
    _evidence(answer.statements or ((answer.sql,) if answer.sql else ()), key)
    if answer.frame.height:
        with st.container(horizontal=True):
            if answer.query is not None and not answer.refused:
                source_rows.button(answer.query, key=f"answer_{key}")
            st.download_button(
                "CSV",
                data=lambda: files.frame_csv(answer.frame),
                file_name="answer.csv",
                icon=":material/download:",
                key=f"csv_{key}",
                on_click="ignore",
                type="tertiary",
            )


def draw_kept(turn: Turn) -> None:
    """An answer of an earlier session as it was given then; its figures are those of its data version."""
    details = turn.details
    _chips([chip["text"] for chip in details.get("chips", [])])
    st.markdown(plain(turn.answer))
    if details.get("question_back"):
        st.markdown(f"**{plain(details['question_back'])}**")
    rows, columns = details.get("rows") or [], details.get("columns") or []
    if len(rows) > 1:
        st.dataframe(
            pl.DataFrame(rows, schema={files.column_title(name): pl.String for name in columns}, orient="row"),
            hide_index=True,
            height=min(36 * (len(rows) + 1), 320),
        )
    _quiet_line(details.get("checked_numbers", ""), details.get("data_through") or "", turn.engine, turn.data_version)
    _caveats(details.get("caveats", ()))
    _evidence((turn.sql,) if turn.sql else (), f"kept_{turn.turn}")


def _outdated(turn: Turn) -> None:
    """What a later file stated differently of the figures that were given then, with the old value and the new one."""
    told = _restated_since(turn, session.scope())
    if told:
        st.html(f'<div class="caveats">{"".join(f"<div>{marking.SIGN} {escaped(text)}</div>" for text in told)}</div>')


def _restated_since(turn: Turn, scope: Scope) -> tuple[str, ...]:
    if turn.query is None:
        return ()
    covered = cached.covered(scope)
    if not outdated.later(turn.query, turn.at, cached_analyses.restated(scope), covered):
        return ()
    return outdated.in_words(outdated.later(turn.query, turn.at, cached_analyses.restated_since(scope, None, turn.at), covered))


def _chips(texts: list[str]) -> None:
    if texts:
        st.html("".join(f'<span class="chip">{escaped(text)}</span>' for text in texts))


def _table(answer: Answer, key: str) -> None:
    """The rows; months (weeks, …) of them that a later file stated differently carry a mark, and each is told beneath."""
    frame = answer.frame
    names = [name for name in frame.columns if not name.endswith("_comparable")]
    marks = restated_rows.of_frame(frame, answer.query)
    st.dataframe(
        restated_rows.marked(results.shown(frame.select(names), stands=_stands(frame)), frame.select(names), marks),
        hide_index=True,
        key=f"rows_{key}",
        height=min(36 * (frame.height + 1), 420),
        column_config={name: files.column_title(name) for name in names},
        placeholder=results.placeholder(frame),
    )
    restated_rows.tell(frame, marks)


def _stands(frame: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """Where a change has no percentage: “new” or a dash."""
    return in_place(frame.iter_rows(named=True), frame.columns) if frame.height <= results.MOST_STYLED else {}


def _quiet_line(checked: str, through: str, engine: str, version: int | None = None) -> None:
    parts = [
        f"{checked} figures checked" if checked else "",
        f"data through {through}" if through else "",
        "with AI" if engine == "model" else "without AI",
    ]
    parts.append(f"as of version {version}" if version else "")
    st.html(f'<div class="caveats">{" · ".join(escaped(part) for part in parts if part)}</div>')


def _caveats(caveats: Any) -> None:
    if caveats:
        st.html(f'<div class="caveats">{"<br>".join(escaped(text) for text in caveats)}</div>')


def _evidence(statements: tuple[str, ...], key: str) -> None:
    if statements:
        with st.expander("SQL"):
            for statement in statements:
                st.code(statement, language="sql", wrap_lines=True)


def _proposals(suggestions: tuple[str, ...], key: str) -> None:
    for number, text in enumerate(suggestions):
        if st.button(plain(text), key=f"proposal_{key}_{number}"):
            session.remember("chat.asked", text)
            st.rerun()


def _next_questions(answer: Answer) -> None:
    with st.container(horizontal=True):
        for number, text in enumerate(answer.next_questions[:3]):
            if st.button(plain(text), key=f"next_{answer.turn}_{number}", type="tertiary", icon=":material/subdirectory_arrow_right:"):
                session.remember("chat.asked", text)
                st.rerun()


def _feedback(thread: str, turn: Turn) -> None:
    given = {-1: 0, 1: 1}.get(turn.feedback or 0)
    chosen = st.feedback("thumbs", default=given, key=f"feedback_{thread}_{turn.turn}")
    if FEEDBACK.get(chosen) != turn.feedback:
        memory.give_feedback(cached.database(), session.person().username, thread, turn.turn, FEEDBACK.get(chosen))


def _menu(thread: str, username: str) -> None:
    scope = session.scope()  # what is downloaded is made later, outside of this person's session
    with st.popover("This conversation", icon=":material/more_horiz:", type="tertiary"):
        title = st.text_input("Name", key=f"title_{thread}", placeholder="a new name")
        if title and st.button("Rename"):
            memory.rename(cached.database(), username, thread, title)
            _open(thread)
        st.download_button(
            "Download as text",
            data=lambda: memory.export(cached.database(), username, thread, lambda turn: _restated_since(turn, scope)),
            file_name="conversation.md",
            on_click="ignore",
        )
        if st.button("Put aside"):
            memory.archive(cached.database(), username, thread)
            _open(None)
