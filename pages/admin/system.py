"""System: each part green, or a sentence that says what to do."""

from datetime import UTC, datetime

from core import status
from pages.components import cached, failed_jobs, frame, mail_check, tables

frame.head("System", "Every part the workbench needs, as it is now.")
tables.checks((*status.readiness(cached.database, datetime.now(UTC)), *status.surroundings(cached.settings())))
mail_check.draw()
frame.section("Jobs that failed")
failed_jobs.draw()
frame.section("Versions")
tables.facts(status.versions(cached.database()))
