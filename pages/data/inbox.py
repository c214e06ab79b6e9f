"""Inbox: rows that wait because their product or store is not known yet. One answer places them in every file and is remembered."""

from pages.components import cached_files, empty, frame, held_keys, session

frame.head(
    "Inbox",
    "Rows wait here until somebody says what they are. One answer places every row with that key, in every file, and can be taken back.",
)
groups = held_keys.visible(cached_files.held_groups(), session.scope())
if groups.is_empty():
    empty.say("Nothing waits", "Every row of every file has its product and its store.", url="history", label="Open history")
else:
    held_keys.headline(groups)
    held_keys.decide(held_keys.table(groups), groups)
    held_keys.many(groups)
held_keys.decisions(session.scope())
