"""History: every file that was taken in, what became of it, and the way back."""

from pages.components import batch_list, cached_files, empty, frame, session

frame.head("History", "Every file, newest first. Choose one to see its proof, its changes, the original and what undoing it would do.")
batches = batch_list.visible(cached_files.batches(), session.scope())
if batches.is_empty():
    empty.no_files("No uploads yet", "Every file that is loaded is listed here, with its proof and an undo.")
else:
    batch_list.detail(batch_list.table(batch_list.narrowed(batches)))
