"""Stock of a file that was stored before stock was read: read again from the kept original, and taken away again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import uploads
from core.ingest import restocking
from core.sales.formatting import format_number
from pages.components import cached, cached_files, errors, session


def offer(batch: dict[str, Any]) -> None:
    """A button where the file may state stock that nobody has read, or where reading it again has added some."""
    if batch["vendor"] not in restocking.STATES_STOCK:
        return
    state = restocking.state(cached.database(), batch["id"])
    if state == "missing" and session.may_do("import_files"):
        _read(batch)
    if state == "added" and session.may_do("undo_imports"):
        _take_away(batch)


def _read(batch: dict[str, Any]) -> None:
    told = "Reads the kept file again and adds the stock it states; its sales stay as they are."
    if st.button("Read its stock", icon=":material/inventory_2:", help=told, key=f"stock_read_{batch['id']}"):
        with errors.boundary():
            found = uploads.read_stock_again(cached.database(), cached.settings(), session.person(), batch["id"])
            lines = f"{format_number(found.lines)} {'line' if found.lines == 1 else 'lines'} of stock added; the sales are as they were."
            session.notify(lines if found.lines else found.why)
            cached_files.forget_batches()
            st.rerun()


def _take_away(batch: dict[str, Any]) -> None:
    told = "Takes away the stock that was read from the kept file later; its sales stay as they are."
    if st.button("Take its stock away", icon=":material/undo:", help=told, key=f"stock_away_{batch['id']}"):
        with errors.boundary():
            removed = uploads.take_stock_away(cached.database(), session.person(), batch["id"])
            session.notify(f"{format_number(removed)} {'line' if removed == 1 else 'lines'} of stock taken away.")
            cached_files.forget_batches()
            st.rerun()
