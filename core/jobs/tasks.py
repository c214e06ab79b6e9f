"""Which jobs exist: name, queue, patience. What each of them does stands in `core.work`, one floor up, and is handed to the workers."""

from __future__ import annotations

from dataclasses import dataclass

IMPORTS, MAIL = "imports", "mail"


@dataclass(frozen=True)
class Task:
    """A kind of job. `attempts`: how often at most. `pause`: seconds before the second attempt, doubled each time after."""

    name: str
    queue: str
    attempts: int = 3
    pause: int = 5
    priority: int = 0


PREVIEW_UPLOAD = Task("preview_upload", IMPORTS, priority=1)
STORE_UPLOAD = Task("store_upload", IMPORTS)
UNDO_UPLOAD = Task("undo_upload", IMPORTS, priority=2)
SEND_DELIVERIES = Task("send_deliveries", MAIL, attempts=2)
CHECK_ALERTS = Task("check_alerts", MAIL, attempts=2)
TELL_OF_UPLOAD = Task("tell_of_upload", MAIL, attempts=5, pause=30)
TELL_OF_ACCOUNT = Task("tell_of_account", MAIL, attempts=5, pause=30)

ALL = (PREVIEW_UPLOAD, STORE_UPLOAD, UNDO_UPLOAD, SEND_DELIVERIES, CHECK_ALERTS, TELL_OF_UPLOAD, TELL_OF_ACCOUNT)
TASKS = {task.name: task for task in ALL}
