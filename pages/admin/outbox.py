"""Outbox: mails written to a folder while no mail server is set."""

from core.mail import outbox
from pages.components import cached, empty, frame, outbox_view

frame.head("Outbox", "Mails are written here while no mail server is set; each is the very message that would have been sent.")
folder = cached.settings().outbox
found = outbox.entries(folder)
if not found:
    empty.say("The outbox is empty", "Mails appear here when a report is due or an upload is announced and SMTP_HOST is not set.")
else:
    outbox_view.draw(folder, found)
