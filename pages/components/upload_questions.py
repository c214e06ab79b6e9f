"""What a person has to say about a file: one form with ranked choices and their reasons, the password, another reading."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from core import uploads
from core.errors import WorkbenchError
from core.ingest.shapes import ImportReport, Question
from core.sales.query import parse_period
from core.uploads import Upload
from pages.components import cached, cached_files, column_form, errors, proof, session
from pages.components.frame import plain

PERIOD_HELP = "2025-06, a day, or first and last day: 2025-06-09/2025-06-15"
PLACEHOLDERS = {"period": PERIOD_HELP, "reseller": "Choose, or type a new name", "currency": "Choose, or type a code such as SEK"}
EITHER = ("vat_basis", "amount_is", "completeness", "decimal", "date_order")
EXPLAINED = ("amount_is", "completeness", "decimal", "date_order")  # their choices say what they would mean, not what speaks for them
NO_EVIDENCE = "no evidence"
MAY_NOT = "You may look at this file but not decide about it."


def ask(file: Upload, report: ImportReport) -> None:
    """The open questions of a file. Warnings are asked about last, alone: accepting them stores the file."""
    others = [question for question in report.questions if question.key != "accept_warnings"]
    if not report.questions:
        return
    if not session.may_do("import_files"):
        st.caption(MAY_NOT)
    elif any(question.key == "password" for question in others):
        _ask_password(file)
    elif others:
        _ask_all(file, others)
    else:
        _ask_to_accept(report)


def _ask_to_accept(report: ImportReport) -> None:
    for question in report.questions:
        st.warning(plain(proof.word_wanted(report, question)), icon=":material/rule:")


def accept_button(file: Upload, report: ImportReport) -> None:
    """Where nothing but warnings is asked: store the file in spite of them."""
    if {question.key for question in report.questions} != {"accept_warnings"} or not session.may_do("import_files"):
        return
    kind: Literal["primary", "secondary"] = "primary" if report.controls["agrees"].all() else "secondary"  # a wrong total is for the sender
    if st.button("Store it all the same", type=kind, key=f"accept_{file.id}"):
        if _password(file):
            _store_unlocked(file, accept_warnings=True)
        uploads.answer(cached.database(), session.person(), file.id, {"accept_warnings": True})
        st.rerun()


def _ask_all(file: Upload, questions: list[Question]) -> None:
    with st.form(f"answers_{file.id}", border=False):
        answers = {question.key: _input(file, question) for question in questions}
        sent = st.form_submit_button("Read it with this answer" if len(questions) == 1 else "Read it with these answers", type="primary")
    if not sent:
        return
    missing = [question for question in questions if _is_missing(question, answers[question.key])]
    if missing:
        st.warning(plain(f"Still open: {missing[0].text}"))
    elif _can_be_read(answers.get("period")):
        _say(file, answers)


def _is_missing(question: Question, answer: Any) -> bool:
    return column_form.missing(answer) if question.key == "columns" else not answer


def _say(file: Upload, answers: dict[str, Any]) -> None:
    if _password(file):
        with st.spinner("Reading"):
            uploads.unlock(cached.database(), cached.settings(), session.person(), file.id, _password(file), answers)
        st.rerun()
    uploads.answer(cached.database(), session.person(), file.id, answers)
    st.rerun()


def _can_be_read(period: Any) -> bool:
    """Whether a typed period is one; if not, the sentence stands under the form."""
    with errors.boundary():
        if period:
            parse_period(str(period))
        return True
    return False


def _input(file: Upload, question: Question) -> Any:
    """One input per question: ranked choices with their reasons, or a text where nothing can be proposed."""
    key = f"answer_{file.id}_{question.key}"
    labels = {choice.value: choice.label for choice in question.choices}
    if question.key == "vendor":
        labels |= {key: title for key, title in uploads.layouts().items() if key not in labels}
    if question.key == "reseller":
        labels |= {name: name for name in uploads.known_resellers(cached.database()).values() if name not in labels}
    st.markdown(f"**{plain(question.text)}**")
    if question.key == "columns":
        return column_form.draw(key, question)
    if question.key in EITHER and question.choices:
        return _either(key, question)
    reasoned = [choice for choice in question.choices[:4] if choice.reason not in ("", NO_EVIDENCE)]
    for choice in reasoned:
        st.caption(f"**{plain(choice.label)}**: {plain(choice.reason)}")
    if not labels:
        return st.text_input(question.key.capitalize(), key=key, placeholder=PERIOD_HELP, label_visibility="collapsed", width=420)
    return st.selectbox(
        question.key.replace("_", " ").capitalize(),
        list(labels),
        index=0 if reasoned and _proposed(question) else None,
        format_func=lambda value: labels.get(value, value),
        accept_new_options=question.key in ("period", "reseller", "currency"),
        placeholder=PLACEHOLDERS.get(question.key, "Choose"),
        label_visibility="collapsed",
        key=key,
        width=420,
    )


def _either(key: str, question: Question) -> Any:
    """Two or three answers side by side with what each would mean."""
    labels = {choice.value: plain(choice.label) for choice in question.choices}
    return st.radio(
        question.key.replace("_", " ").capitalize(),
        list(labels),
        index=0 if _proposed(question) and question.choices[0].reason else None,
        format_func=labels.__getitem__,
        captions=[plain(choice.reason) for choice in question.choices],
        label_visibility="collapsed",
        key=key,
    )


def _proposed(question: Question) -> bool:
    """Whether the first choice is more than the first of several explained ones."""
    return (
        question.key not in EXPLAINED
        or question.choices[0].reason.startswith("answered by")
        or "fits the period" in question.choices[0].reason
    )


def change_reading(file: Upload, report: ImportReport) -> None:
    """Overrule vendor or period; the file is read again with it."""
    if not session.may_do("import_files"):
        return
    with st.popover("Change vendor or period", type="tertiary"), st.form(f"change_{file.id}", border=False):
        names = uploads.layouts()
        index = list(names).index(report.vendor) if report.vendor in names else None
        vendor = st.selectbox("Vendor", list(names), index=index, format_func=names.__getitem__, key=f"vendor_{file.id}")
        period = st.text_input("Period", placeholder=PERIOD_HELP, key=f"period_{file.id}")
        if st.form_submit_button("Read again", type="primary") and _can_be_read(period.strip()):
            _say(file, {"vendor": vendor if vendor != report.vendor else None, "period": period.strip()})
    if report.columns:
        _change_columns(file, report)


def _change_columns(file: Upload, report: ImportReport) -> None:
    """How each column of an unknown list was read, and the way to change it."""
    with st.popover("Change columns", type="tertiary", width="content"), st.form(f"change_columns_{file.id}", border=False):
        question = Question("columns", "", uploads.meanings(), report.columns)
        answer = column_form.draw(f"column_{file.id}", question)
        if st.form_submit_button("Read again", type="primary") and not column_form.missing(answer):
            _say(file, {"columns": answer})


# A password is remembered by this browser session alone, from reading to storing ----------------------------------------


def _password(file: Upload) -> str:
    return session.recall(f"upload.password.{file.id}", "")


def _ask_password(file: Upload) -> None:
    with st.form(f"unlock_{file.id}", border=False, clear_on_submit=True), st.container(horizontal=True, vertical_alignment="bottom"):
        word = st.text_input("Password of the file", type="password", key=f"password_{file.id}", width=280, autocomplete="off")
        sent = st.form_submit_button("Open it", type="primary")
    st.caption("The password is used to read the file and is not kept.")
    if sent and word:
        with st.spinner("Reading"):
            report = uploads.unlock(cached.database(), cached.settings(), session.person(), file.id, word)
        if report.status != "refused":
            session.remember(f"upload.password.{file.id}", word)
        else:
            session.notify("This is not the file's password. Try another one.", ":material/lock:")
        st.rerun()


def _store_unlocked(file: Upload, accept_warnings: bool = False) -> None:
    with st.spinner("Storing"):
        uploads.store_unlocked(cached.database(), cached.settings(), session.person(), file.id, _password(file), accept_warnings)
    session.forget(f"upload.password.{file.id}")
    cached_files.forget_batches()
    st.rerun()


def store(file: Upload) -> None:
    """Store what was looked at."""
    if _password(file):
        _store_unlocked(file)
    try:
        uploads.accept(cached.database(), session.person(), file.id)
    except WorkbenchError as error:
        session.notify(errors.sentence(error), ":material/info:")
    st.rerun()
