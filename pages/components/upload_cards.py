"""One file, one card: what it is and why, whether its totals agree, what would change, what a person has to say."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from core import uploads
from core.ingest import reporting
from core.ingest.shapes import ImportReport, Question
from core.uploads import Upload
from pages.components import cached, empty, proof, session
from pages.components.frame import plain

PERIOD_HELP = "2025-06, a day, or first and last day: 2025-06-09/2025-06-15"
STATES = {
    "queued": ("waits for a worker", "gray"),
    "reading": ("is being read", "blue"),
    "storing": ("is being stored", "blue"),
    "preview": ("ready to store", "blue"),
    "needs_decision": ("needs your word", "orange"),
    "stored": ("stored", "green"),
    "duplicate": ("already loaded", "gray"),
    "refused": ("refused", "red"),
    "undone": ("taken back", "gray"),
    "failed": ("failed", "red"),
}


def all_current() -> None:
    """The open files and those finished lately; drawn again every second while a worker is busy with one."""
    files = uploads.current(cached.database(), session.person().username)
    if not files:
        empty.say(
            "No file is waiting",
            "Drop a vendor's file above. What is stored already stands under History.",
            url="history",
            label="Open history",
        )
        return
    busy = any(file.works for file in files)
    st.fragment(_cards, run_every=1.0 if busy else None)(busy)


def _cards(was_busy: bool) -> None:
    files = uploads.current(cached.database(), session.person().username)
    for file in files:
        with st.container(border=True, key=f"upload_{file.id}"):
            card(file)
    if was_busy and not any(file.works for file in files):
        st.rerun()


def card(file: Upload) -> None:
    word, colour = STATES.get(file.status, (file.status, "gray"))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{plain(file.file_name)}**", width="content")
        st.badge(word, color=colour, width="content")  # type: ignore[arg-type]
    if file.works:
        _progress(file)
        return
    report = reporting.load_report(cached.database(), file.id)
    {
        "preview": _to_store,
        "needs_decision": _to_decide,
        "stored": _stored,
        "duplicate": _duplicate,
    }.get(file.status, _ended)(file, report)


def _progress(file: Upload) -> None:
    if file.progress is None:
        st.progress(0.0, text="Waiting for a worker" if file.status == "queued" else "Starting")
        return
    step, done, total = file.progress
    share = min(done / total, 1.0) if total else 0.0
    st.progress(share, text=f"{step}: {done:,} of {total:,} rows".replace(",", " ") if total else step)


def _to_store(file: Upload, report: ImportReport) -> None:
    proof.summary(report)
    proof.details(report, file.id)
    _change_reading(file, report)
    with st.container(horizontal=True):
        if st.button("Store these rows", type="primary", key=f"store_{file.id}", disabled=not session.may_do("import_files")):
            uploads.accept(cached.database(), session.person(), file.id)
            st.rerun()
        _discard_button(file)


def _to_decide(file: Upload, report: ImportReport) -> None:
    proof.summary(report)
    st.info(plain(report.reason), icon=":material/help:")
    with st.form(f"answers_{file.id}", border=False):
        answers = {question.key: _ask(file, question) for question in report.questions}
        accepts = [key for key, value in answers.items() if key == "accept_warnings"]
        label = "Store it all the same" if accepts and len(answers) == 1 else "Go on with this answer"
        sent = st.form_submit_button(label, type="primary", disabled=not session.may_do("import_files"))
    proof.details(report, file.id)
    _discard_button(file)
    if sent:
        uploads.answer(cached.database(), session.person(), file.id, answers)
        if accepts and len(answers) == 1:
            session.notify("Read again with your word; check the card and store it.")
        st.rerun()


def _ask(file: Upload, question: Question) -> Any:
    """One input per question: ranked choices with their reasons, or a text where nothing can be proposed."""
    key = f"answer_{file.id}_{question.key}"
    if question.key == "accept_warnings":
        st.markdown(plain(question.text))
        return True
    if question.key == "password":
        return st.text_input(question.text, type="password", key=key)
    labels = {choice.value: choice.label for choice in question.choices}
    if question.key == "vendor":
        labels |= {key: name for key, name in uploads.known_resellers(cached.database()).items() if key not in labels}
    reasons = "\n\n".join(f"{choice.label}: {choice.reason}" for choice in question.choices if choice.reason)
    if not labels:
        return st.text_input(question.text, key=key, placeholder=PERIOD_HELP if question.key == "period" else "")
    return st.selectbox(
        question.text,
        list(labels),
        index=0 if question.choices else None,
        format_func=lambda value: labels.get(value, value),
        accept_new_options=question.key == "period",
        placeholder=PERIOD_HELP if question.key == "period" else "Choose",
        help=reasons or None,
        key=key,
    )


def _change_reading(file: Upload, report: ImportReport) -> None:
    """Overrule vendor or period; the file is read again with it."""
    if not session.may_do("import_files"):
        return
    with st.popover("Change vendor or period", type="tertiary"), st.form(f"change_{file.id}", border=False):
        names = uploads.known_resellers(cached.database())
        keys = list(names)
        index = keys.index(report.vendor) if report.vendor in names else None
        vendor = st.selectbox("Vendor", keys, index=index, format_func=lambda key: names.get(key, key), key=f"vendor_{file.id}")
        period = st.text_input("Period", value="", placeholder=PERIOD_HELP, key=f"period_{file.id}")
        if st.form_submit_button("Read again"):
            uploads.answer(cached.database(), session.person(), file.id, {"vendor": vendor, "period": period.strip()})
            st.rerun()


def _stored(file: Upload, report: ImportReport) -> None:
    proof.summary(report)
    proof.details(report, file.id)
    with st.container(horizontal=True):
        if session.may_do("undo_imports") and st.button("Undo", icon=":material/undo:", key=f"undo_{file.id}"):
            uploads.take_back(cached.database(), session.person(), file.id)
            session.notify("The upload is being taken back; what was there before becomes live again.")
            st.rerun()
        empty.link("overview", "Open in overview")
        if report.rows_held:
            empty.link("inbox", f"{report.rows_held} held rows in the inbox")


def _duplicate(file: Upload, report: ImportReport) -> None:
    st.markdown(plain(report.reason))
    if report.duplicate_of:
        st.caption(f"First loaded as upload {report.duplicate_of}. No figure changes.")


def _ended(file: Upload, report: ImportReport) -> None:
    st.markdown(plain(report.reason) or "Nothing was stored.")
    if isinstance(report.problems, pl.DataFrame) and report.problems.height:
        proof.problems(report)
    proof.downloads(file.id, file.file_name)


def _discard_button(file: Upload) -> None:
    if session.may_do("import_files") and st.button("Discard", key=f"discard_{file.id}"):
        uploads.discard(cached.database(), session.person(), file.id)
        session.notify(f"{file.file_name} was put aside; nothing was stored.")
        st.rerun()
