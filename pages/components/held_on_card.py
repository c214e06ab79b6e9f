"""The keys an upload waits for, on its card: what each most likely is, accepted with one press, or left for later."""

from __future__ import annotations

import streamlit as st

from core import uploads
from core.errors import WorkbenchError
from core.ingest import inbox
from core.ingest.inbox import Action, Decision, HeldKey
from core.ingest.shapes import ImportReport
from core.ingest.suggesting import Suggestion
from core.ingest.waiting import Background, WaitingKey
from core.people.permissions import require
from core.uploads import Upload
from pages.components import cached, cached_files, empty, errors, session
from pages.components.frame import escaped
from pages.components.held_keys import KEY_WORDS
from pages.components.proof import count_words, money

SHOWN = 3
LATER = "upload.later"


def answers(file: Upload, report: ImportReport, background: Background) -> None:
    """The first keys with their best candidate; the rest is a link to the inbox."""
    later: frozenset[object] = session.recall(LATER, frozenset())
    keys = [key for key in background.waiting if (file.id, key.key_kind, key.key) not in later]
    if not keys or background.reseller_id is None:
        return
    with st.container(key=f"onhold_{file.id}", gap="small"):
        for number, key in enumerate(keys[:SHOWN]):
            _one(file, report, key, background.reseller_id, number)
        if len(keys) > SHOWN:
            left = count_words(len(keys) - SHOWN, "more key")
            if file.status == "stored":
                empty.link("inbox", f"Answer {left} in the inbox")
            else:
                st.caption(f"{left.capitalize()} can be answered in the inbox once the file is stored.")


def _one(file: Upload, report: ImportReport, key: WaitingKey, reseller_id: int, number: int) -> None:
    wanted = HeldKey(reseller_id, key.key_kind, key.key) if key.key_kind and key.key else None
    best = _best(wanted, key)
    with st.container(horizontal=True, vertical_alignment="center", key=f"onhold_{file.id}_{number}"):
        st.html(f'<div class="held-key">{_words(key, best, report.currency)}</div>', width="stretch")
        if wanted is None or not session.may_do("decide_held_rows"):
            return
        if best and st.button("Match", key=f"match_{file.id}_{number}", help=f"{best.label} from now on, in every file of this reseller."):
            _match(file, wanted, key, best)
        if st.button("Later", key=f"later_{file.id}_{number}", type="tertiary", help="Its rows stay held; answer it in the inbox."):
            session.remember(LATER, session.recall(LATER, frozenset()) | {(file.id, key.key_kind, key.key)})
            st.rerun()


def _best(wanted: HeldKey | None, key: WaitingKey) -> Suggestion | None:
    if wanted is None:
        return None
    return next(iter(cached_files.candidates(wanted, key.key_text or "", key.product_text or key.store_text or "")), None)


def _words(key: WaitingKey, best: Suggestion | None, currency: str | None) -> str:
    kind = KEY_WORDS.get(key.key_kind or "", "line")
    text = key.product_text if key.product_text and key.product_text != key.text else ""
    size = ", ".join(
        part
        for part in (count_words(key.lines, "row"), money(key.amount, key.currency or currency) if key.amount is not None else "")
        if part
    )
    if best:
        looks = f"looks like <b>{escaped(best.label)}</b> <span>({escaped(best.reason)})</span>"
    elif key.key is None:
        looks = "nothing can be remembered for it: correct the file and load it again"
    else:
        looks = "nothing in the catalogue is near enough to suggest"
    what = f"{kind.capitalize() if kind != 'EAN' else kind} {escaped(key.text)}"
    return f"<div>{what}{f' “{escaped(text)}”' if text else ''} <span>· {escaped(size)}</span></div><div>{looks}</div>"


def _match(file: Upload, wanted: HeldKey, key: WaitingKey, best: Suggestion) -> None:
    """The answer is remembered; a file that only waits is read again with it, a stored one follows at once."""
    require(session.person(), "decide_held_rows")
    action: Action = "match_store" if wanted.key_kind == "store" else "match_product"
    try:
        done = inbox.resolve(cached.database(), wanted, Decision(action, best.target), session.person().username, key.key_text or key.text)
        if file.status != "stored":
            uploads.read_again(cached.database(), session.person(), file.id)
        session.notify(f"{key.text} is {best.label}. {done.reason}")
    except WorkbenchError as error:
        session.notify(errors.sentence(error), ":material/info:")
    cached_files.forget_held()
    cached_files.forget_batches()
    st.rerun()
