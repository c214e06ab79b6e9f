"""One file, one card: what it is and why, whether its totals agree, what would change, what a person has to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import streamlit as st

from core import uploads
from core.ingest.shapes import ImportReport
from core.sales.formatting import format_number
from core.sales.naming import name_list
from core.sales.query import Period
from core.uploads import Upload
from pages.components import cached, cached_files, choosing, empty, errors, held_on_card, proof, proof_tables, session, upload_questions
from pages.components.frame import plain
from pages.components.uploading import size_words

STATES = {
    "queued": ("waits", "gray"),
    "reading": ("is being read", "blue"),
    "storing": ("is being stored", "blue"),
    "preview": ("ready to store", "blue"),
    "needs_decision": ("needs your word", "orange"),
    "stored": ("stored", "green"),
    "duplicate": ("already loaded", "gray"),
    "refused": ("refused", "red"),
    "discarded": ("discarded", "gray"),
    "undone": ("taken back", "gray"),
    "failed": ("failed", "red"),
}
FINISHED = ("stored", "duplicate", "refused", "failed", "undone")
HIDDEN = "upload.hidden"
PROTECTED = "This file has a password. Type it here, or save the file without one and drop that."


def state(status: str, taking_back: bool = False) -> tuple[str, str]:
    """A status in words, and the colour of its badge."""
    return ("is being taken back", "blue") if taking_back else STATES.get(status, (status, "gray"))


def all_current() -> None:
    """The open files, and after them those finished lately."""
    hidden = session.recall(HIDDEN, frozenset())
    files = [file for file in uploads.current(cached.database(), session.person().username) if (file.id, file.revision) not in hidden]
    files.sort(key=lambda file: file.status in FINISHED and not file.works)
    if not files:
        empty.say(
            "No file is waiting",
            "Drop a vendor's file above. What is stored already stands under History.",
            url="history",
            label="Open history",
        )
        return
    _summary(files)
    for file in files:
        with st.container(border=True, key=f"upload_{file.id}"):
            _draw(file)


def _summary(files: list[Upload]) -> None:
    """How many wait for what, and the two things to do with many at once."""
    ready = [file for file in files if file.status == "preview"]
    finished = [file for file in files if file.status in FINISHED and not file.works]
    counts = (("being worked on", sum(f.works for f in files)), ("ready to store", len(ready)))
    counts += (("waiting for your word", sum(f.status == "needs_decision" for f in files)), ("finished", len(finished)))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(name_list([f"{n} {words}" for words, n in counts if n])).capitalize(), width="stretch")
        if len(ready) > 1 and session.may_do("import_files") and st.button(f"Store all {len(ready)} that are ready", key="store_all"):
            for file in ready:
                uploads.accept(cached.database(), session.person(), file.id)
            st.rerun()
        if finished and st.button("Clear finished", key="clear_finished", type="tertiary"):
            session.remember(HIDDEN, session.recall(HIDDEN, frozenset()) | {(file.id, file.revision) for file in finished})
            st.rerun()


def _draw(file: Upload) -> None:
    if file.works:
        st.fragment(_watch, run_every=1.0, key=f"watch_{file.id}")(file.id)
    else:
        card(file)


def _head(file: Upload, *, protected: bool = False) -> None:
    word, colour = ("needs its password", "orange") if protected else state(file.status, file.taking_back)
    with st.container(horizontal=True, vertical_alignment="center", key=f"filehead_{file.id}"):
        st.markdown(f"**{plain(file.file_name)}**", width="stretch")
        st.badge(word, color=colour, width="content")  # type: ignore[arg-type]


def _watch(batch_id: int) -> None:
    """A card that a worker is busy with, drawn anew by itself; the whole page once the worker is done."""
    file = uploads.find(cached.database(), batch_id)
    if not file.works:
        cached_files.forget_batches()
        st.rerun()
    _head(file)
    share, words = progress(file, datetime.now(UTC))
    st.progress(share, text=words)
    if file.status == "queued":
        _discard_button(file)


def progress(file: Upload, now: datetime) -> tuple[float, str]:
    """How far the present step is (0 to 1) and the step in words: rows where they are counted, else size and seconds."""
    step = file.step
    if step is None or step.words == "Waiting":
        return 0.0, "Waiting for a worker"
    if step.total:
        return min(step.done / step.total, 1.0), f"{step.words}: {format_number(step.done)} of {format_number(step.total)} rows"
    seconds = max(int((now - step.since).total_seconds()), 0) if step.since else 0
    return 0.0, f"{step.words} ({size_words(file.file_size)})" + (f", {seconds} s" if seconds else "")


def card(file: Upload) -> None:
    """The story of one file, and what can be done now."""
    report = cached_files.batch_report(file.id, file.revision)
    _head(file, protected=_protected(report))
    drawn: dict[str, Callable[[Upload, ImportReport], None]] = {
        "preview": _to_store,
        "needs_decision": _to_decide,
        "stored": _stored,
        "duplicate": _duplicate,
        "undone": _undone,
    }
    drawn.get(file.status, _refused)(file, report)


def _story(file: Upload, report: ImportReport, change: bool = False) -> None:
    """Who, when, how much; why (with the way to overrule it); the proof; what is held, with its answers."""
    background = cached_files.background(file.id, file.revision)
    proof.head(report, background)
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute", key=f"reading_{file.id}"):
        proof.why(report)
        if change:
            upload_questions.change_reading(file, report)
    proof.proven(report, background)
    if report.rows_held:
        held_on_card.answers(file, report, background)
    proof.noticed(report)


def _to_store(file: Upload, report: ImportReport) -> None:
    _story(file, report, change=True)
    with st.container(horizontal=True, vertical_alignment="center", key=f"do_{file.id}"):
        if session.may_do("import_files") and st.button("Store these rows", type="primary", key=f"store_{file.id}"):
            upload_questions.store(file)
        _discard_button(file)
        proof_tables.downloads(file.id, report)
    proof_tables.details(report, file.id)


def _to_decide(file: Upload, report: ImportReport) -> None:
    _story(file, report, change=bool(report.vendor) and not any(question.key == "vendor" for question in report.questions))
    upload_questions.ask(file, report)
    with st.container(horizontal=True, vertical_alignment="center", key=f"do_{file.id}"):
        upload_questions.accept_button(file, report)
        _discard_button(file)
        proof_tables.downloads(file.id, report)
    proof_tables.details(report, file.id)


def _stored(file: Upload, report: ImportReport) -> None:
    _story(file, report)
    with st.container(horizontal=True, vertical_alignment="center", key=f"do_{file.id}"):
        empty.link("overview", "Open in overview", query=overview_query(report))
        if session.may_do("undo_imports") and st.button("Undo", icon=":material/undo:", key=f"undo_{file.id}"):
            uploads.take_back(cached.database(), session.person(), file.id)
            st.rerun()
        empty.link("history", "Open in history", query={"upload": str(file.id)})
        proof_tables.downloads(file.id, report)
    proof_tables.details(report, file.id)


def overview_query(report: ImportReport) -> dict[str, str]:
    """The overview narrowed to what a file states."""
    if not report.reseller or not report.period_start or not report.period_end:
        return {}
    return {"reseller": report.reseller, "period": choosing.period_text(Period(report.period_start, report.period_end))}


def _duplicate(file: Upload, report: ImportReport) -> None:
    st.markdown(plain(report.reason))
    with st.container(horizontal=True):
        if report.duplicate_of:
            empty.link("history", "Open the first upload", query={"upload": str(report.duplicate_of)})


def _undone(file: Upload, report: ImportReport) -> None:
    st.markdown("Taken back: what was there before it is live again. Nothing was deleted.")
    with st.container(horizontal=True, vertical_alignment="center"):
        load_again_button(file.id)
        empty.link("history", "Open in history", query={"upload": str(file.id)})


def _refused(file: Upload, report: ImportReport) -> None:
    st.markdown(PROTECTED if _protected(report) else plain(report.reason or "Nothing was stored."))
    upload_questions.ask(file, report)
    if report.problems.height > 1:
        proof_tables.problems(report)
    with st.container(horizontal=True, vertical_alignment="center"):
        if file.status == "failed" and session.may_do("import_files") and st.button("Try again", type="primary", key=f"again_{file.id}"):
            uploads.read_again(cached.database(), session.person(), file.id)
            st.rerun()
        _discard_button(file)
        if report.problems.filter(pl.col("rule").is_in(["not_a_sales_report", "no_rows"])).height:
            upload_questions.change_reading(file, report)
        proof_tables.downloads(file.id, report)


def _protected(report: ImportReport) -> bool:
    return any(question.key == "password" for question in report.questions)


def load_again_button(batch_id: int) -> None:
    """The kept original once more through the whole flow."""
    if session.may_do("import_files") and st.button("Load it again", icon=":material/replay:", key=f"reload_{batch_id}"):
        uploads.load_again(cached.database(), cached.settings(), session.person(), batch_id)
        session.notify("The file is read again; its card is on the Upload page.")
        cached_files.forget_batches()
        st.rerun()


def _discard_button(file: Upload) -> None:
    if session.may_do("import_files") and st.button("Discard", key=f"discard_{file.id}"):
        with errors.boundary():
            uploads.discard(cached.database(), session.person(), file.id)
            session.notify(f"{file.file_name} was put aside; nothing was stored.")
            cached_files.forget_batches()
            st.rerun()
