from __future__ import annotations

import re

import pytest

from core.mail.messages import Attachment
from core.mail.writing import (
    FigureLine,
    Letterhead,
    ReportText,
    TableText,
    Upload,
    account_mail,
    alert_mail,
    reminder_mail,
    report_mail,
    upload_mail,
)

HEAD = Letterhead("NORDLYS Parfum", "https://workbench.example.com")
TO = ("anna@example.com",)


@pytest.mark.parametrize("status", ["stored", "needs_decision", "preview", "refused", "duplicate", "failed"])
def test_an_upload_notice_names_file_reason_and_what_to_do(status):
    mail = upload_mail(HEAD, TO, Upload(status, "June.xlsx", "One clear sentence.", "Liberty", "June 2025", batch_id=7))
    for body in (mail.text, mail.html):
        assert "June.xlsx" in body
        assert "One clear sentence." in body
        assert "https://workbench.example.com/history?batch=7" in body
    assert mail.kind == f"upload_{status}"


def test_facts_and_points_stand_in_both_bodies():
    mail = upload_mail(HEAD, TO, Upload("stored", "a.xlsx", facts=(("Totals", "15 of 15 agree"),), points=("1 row is held",)))
    assert all("15 of 15 agree" in body and "1 row is held" in body for body in (mail.text, mail.html))


def test_a_file_name_can_not_bring_html_or_a_header():
    mail = upload_mail(HEAD, TO, Upload("refused", "<img src=x>\r\nBcc: x@y.z.xlsx"))
    assert "<img" not in mail.html
    assert "\n" not in mail.subject


def test_a_report_mail_carries_the_key_figures_and_the_documents():
    report = ReportText(
        "Monthly sell-out report",
        "May 2025",
        (FigureLine("Net revenue", "€ 412 380", "+6.1 % vs May 2024"),),
        (TableText("Resellers", ("Reseller", "€"), (False, True), (("Liberty", "12 345"),)),),
        notes=("Galilu's May is missing.",),
    )
    mail = report_mail(HEAD, TO, report, (Attachment("r.pdf", b"%PDF", "application/pdf"),), unsubscribe="mailto:x@example.com")
    for text in ("€ 412 380", "+6.1 % vs May 2024", "12 345", "Galilu"):
        assert text in mail.text
        assert text.replace("'", "&#39;") in mail.html
    assert mail.subject == "NORDLYS Parfum: Monthly sell-out report, May 2025"
    assert (mail.unsubscribe, mail.attachments[0].name) == ("mailto:x@example.com", "r.pdf")


def test_no_mail_loads_anything_from_elsewhere():
    mails = [
        reminder_mail(HEAD, TO, "Sell-out report May 2025", "Dear Galilu team,\n\nit is late."),
        account_mail(HEAD, "a@example.com", "Anna", "anna", "created"),
        alert_mail(HEAD, TO, "Liberty below target", ("Net revenue was € 12.",)),
    ]
    for mail in mails:
        assert not re.search(r"<img|<link|@import|url\(|src=", mail.html)
        assert "prefers-color-scheme: dark" in mail.html


def test_a_reminder_says_what_a_person_approved_and_links_nowhere():
    mail = reminder_mail(HEAD, ("sales@galilu.example",), "NORDLYS: May\r\nBcc: x@y.z", "Dear team,\n\n<b>late</b>\nAnna Berg")
    assert mail.text == "Dear team,\n\n<b>late</b>\nAnna Berg\n" and "\n" not in mail.subject and mail.kind == "reminder"
    assert "&lt;b&gt;late&lt;/b&gt;<br>Anna Berg" in mail.html and "http" not in mail.text + mail.html


@pytest.mark.parametrize("what", ["created", "password_changed", "password_reset", "locked"])
def test_an_account_mail_says_what_happened(what):
    mail = account_mail(HEAD, "anna@example.com", "Anna", "anna", what)
    assert "anna" in mail.text
    assert "https://workbench.example.com" in mail.text
