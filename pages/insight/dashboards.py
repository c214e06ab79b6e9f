"""Boards: dashboards of other tools, embedded."""

from core.dashboards import boards
from pages.components import board_view, cached, empty, errors, frame, session

frame.head("Boards", "Dashboards of other tools. They show that tool's own figures.")
found = boards.boards_for(cached.database(), session.person())
if found:
    board_view.show(board_view.chosen(found))
else:
    add = "Paste the link or embed code of a dashboard in Looker, Tableau, Power BI or Metabase, and it appears here."
    empty.say("No boards yet", add if session.may_do("edit_boards") else "A dashboard that somebody adds for you appears here.")
if session.may_do("edit_boards"):
    with errors.boundary():
        board_view.add_form()
    board_view.allowed_hosts()
