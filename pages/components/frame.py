"""The frame around every page: browser title, the one style sheet, the title row, the footer line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.sales.palette import palette

STYLE, ICON = (Path(__file__).with_name(name) for name in ("frame.css", "icon.svg"))


def escaped(text: object) -> str:
    """Text for use inside `st.html`: nothing a file or a person wrote becomes markup."""
    return escape(str(text))


def plain(text: object) -> str:
    """Text for use inside Markdown: nothing a file or a person wrote becomes a link, a picture or formatting."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-.!|~$:&" else c for c in str(text))


def configure(title: str, *, wide: bool = True) -> None:
    """Browser title, width and style sheet; once a run, before anything is drawn."""
    st.set_page_config(page_title=title, page_icon=str(ICON), layout="wide" if wide else "centered")
    st.html(STYLE)
    colors = palette(is_dark())
    named = {"up": colors.up, "down": colors.down, "accent": colors.series[0], "on-accent": colors.background, "good": colors.series[0]}
    named |= {"bad": "#ff8a80", "mind": "#f0955e"} if is_dark() else {"bad": "#b3261e", "mind": "#b45309"}
    st.html(f"<style>:root {{ {'; '.join(f'--{name}: {value}' for name, value in named.items())} }}</style>")


def is_dark() -> bool:
    """Whether this browser shows the dark theme."""
    return st.context.theme.type == "dark"


def title(page: str) -> None:
    """The browser title, once the page of this URL is known."""
    st.set_page_config(page_title=page.split(" :")[0], page_icon=str(ICON))


def brand(name: str) -> None:
    """The brand at the top of the navigation."""
    text = json.dumps(name, ensure_ascii=True).replace("<", "\\3c ")
    st.html(f'<style>[data-testid="stSidebarHeader"]::before {{ content: {text}; }}</style>')


def head(title: str, lead: str = "") -> None:
    """The page's title and, if needed, one quiet line under it. The filter bar (`filters.bar`) comes next."""
    st.title(title, anchor=False)
    if lead:
        st.caption(lead)


def hint(text: str) -> None:
    """One quiet sentence, when there is something to say."""
    if text:
        st.caption(text)


def section(title: str, lead: str = "", *, help: str | None = None) -> None:
    """A heading inside a page."""
    st.subheader(title, anchor=False, help=help)
    if lead:
        st.caption(lead)


@contextmanager
def card(title: str = "", lead: str = "", *, key: str | None = None) -> Iterator[DeltaGenerator]:
    """A bordered box with a title and one quiet line; draw inside it."""
    with st.container(border=True, key=key, height="stretch") as box:
        if title:
            st.html(f'<div class="card-title">{escaped(title)}</div>' + (f'<div class="card-sub">{escaped(lead)}</div>' if lead else ""))
        yield box


def reload_browser() -> None:
    """Load the whole page anew in the browser, for what only a fresh load can learn (a newly allowed host)."""
    with st.container(key="unseen"):
        st.components.v2.component("workbench_reload", js="export default function () { window.location.reload(); }")(key="reload")


def focus(place: str) -> None:
    """Put the keyboard's focus on the first button or field inside the container `place` (its key): for what has just opened."""
    script = """export default function ({ data }) {
      const found = document.querySelector(`.st-key-${data} button, .st-key-${data} input`);
      if (found && !found.closest(`.st-key-${data}`).contains(document.activeElement)) found.focus();
    }"""
    with st.container(key=f"unseen_{place}"):
        st.components.v2.component("workbench_focus", js=script)(data=place, key=f"focus_{place}")


def give_back_focus(place: str) -> None:
    """Once the dialog that opens now is closed, put the focus on the first button inside the container `place`, which led to it."""
    script = """export default function ({ data }) {
      let opened = false;
      const watch = new MutationObserver(() => {
        const open = document.querySelector('[data-testid="stDialog"]') !== null;
        if (opened && !open) {
          watch.disconnect();
          const led = [...document.querySelectorAll(`.st-key-${data} button`)].find((one) => one.offsetParent !== null);
          setTimeout(() => { if (document.activeElement === document.body) led?.focus(); }, 50);
        }
        opened ||= open;
      });
      watch.observe(document.body, { childList: true, subtree: true });
      return () => watch.disconnect();
    }"""
    with st.container(key=f"unseen_{place}"):
        st.components.v2.component("workbench_give_back_focus", js=script)(data=place, key=f"give_back_{place}")


def bring_into_view(place: str, mark: str) -> None:
    """Scroll to the container `place` once for each `mark`: what a choice has drawn below the edge of the screen."""
    script = """export default function ({ data }) {
      const box = document.querySelector(`.st-key-${data.place}`);
      if (!box || box.dataset.mark === data.mark) return;
      box.dataset.mark = data.mark;
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      box.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    }"""
    with st.container(key=f"unseen_{place}"):
        st.components.v2.component("workbench_bring_into_view", js=script)(data={"place": place, "mark": mark}, key=f"view_{place}")


def footer(parts: Sequence[str]) -> None:
    """One quiet line at the end: how far the data reaches, how much of the world it covers, which version, when."""
    st.html(f'<div class="footer">{" · ".join(escaped(part) for part in parts if part)}</div>')
