"""The ledger against real SMTP: fired once, sent once, answers kept, crashes recovered, and what can not be known said."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pypdfium2
import pytest
import sqlalchemy as sa

from core.db.locking import try_lock
from core.db.tables import deliveries, email_logs, schedules, users
from core.errors import NotAllowed
from core.jobs.queue import queue_status
from core.people.permissions import SYSTEM, Person
from core.reports.definition import Block, ReportDefinition
from core.reports.deliveries import count_troubles, fire_due, list_deliveries, read_delivery, recover, resend, send_now, send_one_due
from core.reports.editions import fit
from core.reports.records import save_report, save_schedule, switch_schedule
from core.reports.rendering import Document
from core.reports.schedules import Rule
from tests.conftest import make_settings
from tests.mail.server import Mailbox, running

ANNA = Person("anna", "Anna", "analyst")
MONDAY = Rule("week", time(8), "mon")
DUE = datetime(2025, 6, 9, 6, tzinfo=UTC)  # Monday 08:00 in Berlin
SMALL = ReportDefinition("Small report", blocks=(Block("kpis"), Block("table", by=("reseller",))))


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def server(mailbox, tmp_path):
    """Settings that lead to `mailbox`."""
    with running(mailbox) as port:
        yield make_settings(tmp_path, SMTP_HOST="127.0.0.1", SMTP_PORT=port, SMTP_SECURITY="none", SMTP_SECONDS=2, MAIL_ATTEMPTS=3)


@pytest.fixture
def report(filled, database) -> int:
    return save_report(database, SYSTEM, SMALL)


def plan(database, report, recipients=("anna@example.com",), formats=("pdf",), now=DUE - timedelta(days=1), by=SYSTEM):
    return save_schedule(database, by, report, MONDAY, "Europe/Berlin", recipients, formats, now)


def send_all(database, settings, now=DUE):
    return sum(1 for _ in iter(lambda: send_one_due(database, settings, now), False))


def lines(database):
    with database.read() as connection:
        return {line.recipient: line for line in list_deliveries(connection)}


def test_a_due_schedule_is_fired_once_and_moves_on(database, report):
    schedule = plan(database, report, ("anna@example.com", "ben@example.com"))
    assert fire_due(database, DUE - timedelta(seconds=1)) == 0
    assert fire_due(database, DUE) == 2
    assert fire_due(database, DUE) == 0
    with database.read() as connection:
        row = connection.execute(sa.select(schedules).where(schedules.c.id == schedule)).one()
        assert (row.last_fired, row.next_due) == (DUE, DUE + timedelta(days=7))
        assert queue_status(connection).waiting == 1


def test_two_schedulers_at_once_fire_once(database, report):
    plan(database, report, tuple(f"person{i}@example.com" for i in range(5)))
    fired: list[int] = []
    threads = [threading.Thread(target=lambda: fired.append(fire_due(database, DUE))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fired) == 5
    assert len(lines(database)) == 5


def test_after_a_long_silence_a_report_goes_out_once_and_says_it_is_late(database, report, server, mailbox):
    plan(database, report)
    later = DUE + timedelta(days=17)
    assert fire_due(database, later) == 1
    assert send_all(database, server, later) == 1
    assert "was due on 9 June 2025 at 08:00 and goes out late" in mailbox.messages[0].get_body(("plain",)).get_content()
    with database.read() as connection:
        assert connection.execute(sa.select(schedules.c.next_due)).scalar_one() > later


def test_a_paused_schedule_makes_nothing_up(database, report):
    schedule = plan(database, report)
    switch_schedule(database, SYSTEM, schedule, False, DUE - timedelta(hours=1))
    assert fire_due(database, DUE + timedelta(days=1)) == 0
    switch_schedule(database, SYSTEM, schedule, True, DUE + timedelta(days=1))
    assert fire_due(database, DUE + timedelta(days=1)) == 0


def test_a_report_arrives_with_its_figures_documents_and_the_servers_answer_kept(database, report, server, mailbox):
    plan(database, report, formats=("pdf", "xlsx", "csv"))
    fire_due(database, DUE)
    assert send_all(database, server) == 1
    line, message = lines(database)["anna@example.com"], mailbox.messages[0]
    assert (line.status, line.server_reply, line.attempts) == ("sent", "250 2.0.0 queued as TEST1", 1)
    assert message["Message-ID"] == line.message_id
    assert "unsubscribe" not in message["Subject"]
    assert message["List-Unsubscribe"].startswith("<mailto:workbench@localhost?subject=")
    files = {part.get_content_type(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert next(iter(files)) == "application/pdf"
    assert len(files) == 3
    figure = "€ 4\u202f607".replace(" ", "\u202f")
    assert figure in message.get_body(("plain",)).get_content()
    assert figure in pypdfium2.PdfDocument(files["application/pdf"])[0].get_textpage().get_text_range()


def test_every_recipient_gets_the_same_edition_alone(database, report, server, mailbox):
    plan(database, report, ("anna@example.com", "ben@example.com"))
    fire_due(database, DUE)
    send_one_due(database, server, DUE)
    with database.write() as connection:
        connection.execute(sa.text("update sellout_entries2 set sales_eur_net = sales_eur_net * 2"))
    send_all(database, server)
    bodies = [message.get_body(("plain",)).get_content() for message in mailbox.messages]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert sorted(tuple(to) for _, to in mailbox.envelopes) == [("anna@example.com",), ("ben@example.com",)]
    assert [message["To"] for message in mailbox.messages] == ["anna@example.com", "ben@example.com"]


def test_many_senders_at_once_send_each_line_once(database, report, server, mailbox):
    plan(database, report, tuple(f"person{i}@example.com" for i in range(6)))
    fire_due(database, DUE)
    threads = [threading.Thread(target=lambda: send_all(database, server)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(to for _, (to,) in mailbox.envelopes) == [f"person{i}@example.com" for i in range(6)]


def test_a_temporary_refusal_is_tried_later_and_given_up_at_last(database, report, server, mailbox):
    mailbox.refuse["anna@example.com"] = "451 4.7.1 try later"
    plan(database, report)
    fire_due(database, DUE)
    now = DUE
    for attempt, pause in ((1, 1), (2, 5)):
        assert send_all(database, server, now) == 1
        line = lines(database)["anna@example.com"]
        assert (line.status, line.attempts) == ("pending", attempt)
        assert send_all(database, server, now + timedelta(seconds=30)) == 0
        now += timedelta(minutes=pause)
    assert send_all(database, server, now) == 1
    line = lines(database)["anna@example.com"]
    assert (line.status, line.attempts) == ("failed", 3)
    assert "451 4.7.1 try later" in line.server_reply


def test_a_refused_recipient_fails_alone_and_can_be_sent_again(database, report, server, mailbox):
    mailbox.refuse["ghost@example.com"] = "550 no such user"
    plan(database, report, ("ghost@example.com", "anna@example.com"))
    fire_due(database, DUE)
    send_all(database, server)
    assert {r: line.status for r, line in lines(database).items()} == {"ghost@example.com": "failed", "anna@example.com": "sent"}
    with database.read() as connection:
        assert count_troubles(connection, DUE) == 1
    mailbox.refuse.clear()
    failed = lines(database)["ghost@example.com"]
    assert resend(database, SYSTEM, failed.id, DUE) == failed.id
    send_all(database, server)
    assert lines(database)["ghost@example.com"].status == "sent"
    assert len(mailbox.messages) == 2


def test_who_asked_for_the_report_hears_of_the_failure(database, report, server, mailbox):
    mailbox.refuse["ghost@example.com"] = "550 no such user"
    with database.write() as connection:
        connection.execute(
            sa.insert(users).values(username="anna", name="Anna", email="anna@example.com", password_hash="x", role="analyst")
        )
    plan(database, report, ("ghost@example.com",), by=ANNA)
    fire_due(database, DUE)
    send_all(database, server)
    assert mailbox.messages[0]["Subject"] == "NORDLYS Parfum: “Small report” did not reach ghost@example.com"
    assert mailbox.messages[0]["To"] == "anna@example.com"


def test_a_sent_report_is_repeated_byte_for_byte_as_a_new_message(database, report, server, mailbox):
    plan(database, report)
    fire_due(database, DUE)
    send_all(database, server)
    with database.write() as connection:
        connection.execute(sa.text("update sellout_entries2 set sales_eur_net = 0"))
    line = lines(database)["anna@example.com"]
    assert resend(database, SYSTEM, line.id, DUE + timedelta(hours=1)) != line.id
    send_all(database, server, DUE + timedelta(hours=1))
    first, second = mailbox.messages
    assert first["Message-ID"] != second["Message-ID"]
    assert [p.get_payload() for p in first.iter_attachments()] == [p.get_payload() for p in second.iter_attachments()]


def test_without_a_mail_server_reports_lie_in_the_outbox(database, report, settings):
    send_now(database, SYSTEM, report, ["anna@example.com"], ["pdf"], DUE)
    send_all(database, settings)
    assert lines(database)["anna@example.com"].status == "outbox"
    with database.read() as connection:
        row = connection.execute(sa.select(email_logs)).one()
    assert (row.kind, row.status, row.delivery_id) == ("report", "outbox", lines(database)["anna@example.com"].id)
    assert (settings.outbox / row.outbox_file).exists()


def leave_behind(database, delivery, handed_over):
    """A line as a killed sender leaves it."""
    with database.write() as connection:
        values = {"status": "sending", "attempts": 1, "message_id": "<own@localhost>", "handed_over_at": handed_over}
        connection.execute(sa.update(deliveries).where(deliveries.c.id == delivery).values(values))


def test_a_sender_that_died_before_handing_over_is_followed_by_another(database, report, server, mailbox):
    (line,) = send_now(database, SYSTEM, report, ["anna@example.com"], ["pdf"], DUE)
    leave_behind(database, line, None)
    assert send_all(database, server) == 1
    assert [message["Message-ID"] for message in mailbox.messages] == ["<own@localhost>"]


def test_a_sender_that_died_while_handing_over_is_never_followed_by_itself(database, report, server, mailbox):
    (line,) = send_now(database, SYSTEM, report, ["anna@example.com"], ["pdf"], DUE)
    leave_behind(database, line, DUE)
    assert send_all(database, server) == 0
    with database.read() as connection:
        found = read_delivery(connection, line)
    assert found.status == "unknown"
    assert "may or may not" in found.server_reply
    resend(database, SYSTEM, line, DUE)
    send_all(database, server)
    assert [message["Message-ID"] for message in mailbox.messages] == ["<own@localhost>"]


def test_a_line_that_is_being_sent_is_left_alone(database, report, server):
    (line,) = send_now(database, SYSTEM, report, ["anna@example.com"], ["pdf"], DUE)
    leave_behind(database, line, DUE)
    with try_lock(database, f"delivery:{line}") as held:
        assert held
        assert recover(database, server) == 0
    assert recover(database, server) == 1


def test_a_report_that_kills_its_builder_is_given_up(database, report, server):
    (line,) = send_now(database, SYSTEM, report, ["anna@example.com"], ["pdf"], DUE)
    leave_behind(database, line, None)
    with database.write() as connection:
        connection.execute(sa.update(deliveries).values(attempts=3))
    assert send_all(database, server) == 0
    assert lines(database)["anna@example.com"].status == "failed"


def test_a_report_of_somebody_who_left_is_not_sent(database, filled, server, mailbox):
    report = save_report(database, ANNA, SMALL)
    send_now(database, ANNA, report, ["anna@example.com"], ["pdf"], DUE)
    send_all(database, server)
    assert mailbox.messages == []
    assert "account is not active any more" in lines(database)["anna@example.com"].server_reply


def test_a_report_is_sent_with_its_owners_resellers(database, filled, server, mailbox):
    with database.write() as connection:
        scope = [filled.resellers["galilu"]]
        connection.execute(sa.insert(users).values(username="anna", name="A", password_hash="x", role="analyst", reseller_scope=scope))
    definition = replace(SMALL, period="2025-04")
    report = save_report(database, ANNA, definition)
    send_now(database, SYSTEM, report, ["x@example.com"], ["csv"], DUE)
    send_all(database, server)
    text = mailbox.messages[0].get_body(("plain",)).get_content()
    assert "Galilu" in text
    assert "Skins" not in text


def test_somebody_who_sees_less_can_not_send_the_report_to_himself(database, report):
    narrow = Person("ben", "Ben", "analyst", (1,))
    with pytest.raises(NotAllowed):
        send_now(database, narrow, report, ["ben@example.com"], ["pdf"], DUE)
    with pytest.raises(NotAllowed):
        plan(database, report, by=Person("eve", "Eve", "viewer"))


def test_what_is_too_large_for_a_mail_stays_in_the_workbench():
    small, large = (Document(name, "application/pdf", b"x" * size) for name, size in (("a", 100), ("b", 2_000_000)))
    assert fit((large, small), 1) == ((small,), (large,))


def test_the_ledger_shows_the_newest_lines_first(database, report, server):
    for hour in (1, 2):
        send_now(database, SYSTEM, report, ["anna@example.com"], ["pdf"], DUE + timedelta(hours=hour))
    with database.read() as connection:
        assert [line.due_at.hour for line in list_deliveries(connection, report)] == [8, 7]
        assert list_deliveries(connection, report)[0].report == "Small report"


def test_the_report_counts_its_period_from_the_due_day(database, report, server, mailbox):
    plan(database, report, now=datetime(2025, 5, 1, tzinfo=UTC))
    fire_due(database, datetime(2025, 6, 20, tzinfo=UTC))
    send_all(database, server, datetime(2025, 6, 20, tzinfo=UTC))
    assert mailbox.messages[0]["Subject"].endswith("Small report, April 2025")
    assert date(2025, 5, 5).weekday() == 0
