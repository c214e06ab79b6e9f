"""Embedded boards: one frame at a time, a word on its health, and the form that turns a pasted link into a board."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import streamlit as st

from core.dashboards import allowing, boards
from core.dashboards.boards import Board, Proposal, Surroundings
from core.dashboards.health import Health
from core.dashboards.providers import registry
from core.people.permissions import ROLES
from pages.components import cached, frame, session

MINTED_FOR = timedelta(minutes=8)  # a signed link is kept that long, so that a click elsewhere on the page does not load the board anew
ICONS = {"works": ":material/check_circle:", "refuses": ":material/block:", "fails": ":material/error:", "unknown": ":material/help:"}


def around() -> Surroundings:
    """Where this workbench is reached, so that it is never framed inside itself."""
    settings = cached.settings()
    here = urlsplit(st.context.url or "")
    own = (
        settings.link,
        f"http://localhost:{settings.port}",
        f"http://127.0.0.1:{settings.port}",
        f"{here.scheme}://{here.netloc}" if here.netloc else "",
    )
    return Surroundings(own, loopback=settings.environment == "development")


def chosen(found: tuple[Board, ...]) -> Board:
    """One tab a board; the choice stands in the URL."""
    names = {str(board.id): board.name for board in found}
    stated = st.query_params.get("board", "")
    current = stated if stated in names else str(found[0].id)
    session.show_in("board", current)
    picked = st.segmented_control(
        "Board", list(names), format_func=names.__getitem__, key="board", label_visibility="collapsed", required=True
    )
    if picked != stated:
        st.query_params["board"] = picked
    session.settle()
    return next(board for board in found if str(board.id) == picked)


def show(board: Board) -> None:
    """The frame, or the reason why there is none and the way to open it."""
    url = _link(board)
    state = Health("unknown", "") if board.secret else cached.board_health(url, _own_origin())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{board.provider_title} · {frame.plain(urlsplit(board.url).netloc)}", width="stretch")
        st.link_button("Open in a new tab", url, icon=":material/open_in_new:", type="tertiary")
        if session.may_do("edit_boards"):
            _change(board)
    if state.state in ("refuses", "fails"):
        st.info(frame.plain(state.sentence), icon=ICONS[state.state])
    if state.state != "refuses":
        st.iframe(url, height=board.height)


def _link(board: Board) -> str:
    """Signed links are minted once per visit and kept for a few minutes."""
    now, name = datetime.now(UTC), f"board.{board.id}.{hash((board.url, board.secret))}"
    minted, url = session.recall(name, (datetime.min.replace(tzinfo=UTC), ""))
    if board.secret is None or now - minted > MINTED_FOR:
        url = boards.framed(cached.database(), board, cached.key(), around(), now)
        session.remember(name, (now, url))
    return url


def _own_origin() -> str:
    here = urlsplit(st.context.url or cached.settings().link)
    return f"{here.scheme}://{here.netloc}"


def add_form() -> None:
    """One field: paste a link or embed code; then name it, look at it, add it."""
    with st.expander("Add a board", icon=":material/add:", expanded=not boards.boards_for(cached.database(), session.person())):
        pasted = st.text_area(
            "Link or embed code",
            height=80,
            placeholder="Paste the link or the <iframe …> code from Looker, Tableau, Power BI, Metabase or any https page",
            key="board_paste",
        )
        if pasted.strip():
            _proposal(boards.propose(cached.database(), pasted, around()))


def _proposal(proposal: Proposal) -> None:
    embed = proposal.embed
    st.html(
        f'<dl class="facts"><dt>Recognised</dt><dd>{frame.escaped(embed.title)} {frame.escaped(embed.changed)}</dd>'
        f"<dt>Will show</dt><dd>{frame.escaped(embed.link)}</dd></dl>"
    )
    if embed.advice:
        st.caption(embed.advice)
    state = Health("unknown", "") if embed.needs_secret else cached.board_health(str(embed.link), _own_origin())
    if state.sentence:
        st.markdown(f"{ICONS[state.state]} {frame.plain(state.sentence)}")
    with st.form("add_board", border=False):
        left, right = st.columns([3, 1])
        name = left.text_input("Name", placeholder="Web shop traffic")
        height = right.number_input("Height in pixels", boards.LOWEST, boards.HIGHEST, 800, step=50)
        roles = st.multiselect("Who sees it", ROLES, placeholder="Everybody")
        secret = st.text_input("Embedding secret key", type="password", help="Kept encrypted.") if embed.needs_secret else ""
        allow = proposal.allowed or st.checkbox(f"Allow {embed.link.host} to be shown inside the workbench")
        if st.form_submit_button("Add board", type="primary"):
            added = boards.add(
                cached.database(),
                session.person(),
                proposal,
                name,
                cached.key(),
                height=height,
                roles=roles,
                secret=secret,
                allow_host=bool(allow),
            )
            session.forget("board_paste")
            _reload(f"Added “{name.strip()}”.", added if proposal.allowed else None)
    if proposal.allowed and not embed.needs_secret and state.state != "refuses" and st.toggle("Preview"):
        st.iframe(str(embed.link), height=420)


def _reload(sentence: str, board_id: int | None) -> None:
    """A newly allowed host is known to the browser only after the page was loaded again."""
    session.notify(sentence)
    if board_id is not None:
        st.query_params["board"] = str(board_id)
        st.rerun()
    frame.reload_browser()
    st.stop()


def _change(board: Board) -> None:
    with st.popover("Edit", icon=":material/edit:", type="tertiary"):
        with st.form(f"change_board_{board.id}", border=False):
            name = st.text_input("Name", board.name)
            height = st.number_input("Height in pixels", boards.LOWEST, boards.HIGHEST, board.height, step=50)
            roles = st.multiselect("Who sees it", ROLES, list(board.roles or ()), placeholder="Everybody")
            if st.form_submit_button("Save"):
                boards.change(cached.database(), session.person(), board.id, name=name, height=height, roles=roles)
                st.rerun()
        with st.container(horizontal=True):
            for words, icon, step in (("Move left", "arrow_back", -1), ("Move right", "arrow_forward", 1)):
                key = f"move_board_{board.id}_{step}"
                st.button(words, icon=f":material/{icon}:", type="tertiary", on_click=_move, args=(board, step), key=key)
        st.button(
            "Remove this board", icon=":material/delete:", type="tertiary", on_click=_remove, args=(board,), key=f"remove_board_{board.id}"
        )


def _move(board: Board, step: int) -> None:
    boards.move(cached.database(), session.person(), board.id, step)


def _remove(board: Board) -> None:
    link = boards.remove(cached.database(), session.person(), board.id)
    session.notify(f"Removed “{board.name}”. To have it back, paste its link again: {link}", ":material/delete:")


def allowed_hosts() -> None:
    """The hosts an administrator added, each with a way to take it off."""
    hosts = allowing.added_hosts(cached.database())
    with st.expander("Allowed hosts", icon=":material/verified_user:"):
        known = ", ".join(registry.KNOWN_HOSTS)
        st.caption(
            f"Always allowed: {frame.plain(known)}. Added here:"
            if hosts
            else f"Always allowed: {frame.plain(known)}. Others are added with their first board."
        )
        for host in hosts:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(frame.plain(host), width="stretch")
                st.button(
                    "Take off",
                    key=f"host_{host}",
                    type="tertiary",
                    on_click=allowing.remove,
                    args=(cached.database(), session.person(), host),
                )
