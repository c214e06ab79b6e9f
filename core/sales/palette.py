"""The colours of charts on screen, on paper and in mail; `.streamlit/config.toml` repeats the series colours (a test compares them).

Chosen so that any two of the eight stay apart for people with protanopia, deuteranopia and tritanopia, in the same order light and dark.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """`series` in order of use; `rest` for remainder and "not stated"; `ramp` from little to much for heat maps."""

    series: tuple[str, ...]
    rest: str
    up: str
    down: str
    total: str
    ramp: tuple[str, str]
    background: str
    text: str
    quiet: str
    grid: str

    def color(self, number: int) -> str:
        """The colour of the series with this number, from 0; colours repeat after the last one."""
        return self.series[number % len(self.series)]


LIGHT = Palette(
    series=("#0f6b63", "#dd8a10", "#35399c", "#57abdd", "#8a1f45", "#5c5c14", "#a05fd6", "#c98a70"),
    rest="#b9bcbf",
    up="#1f78b4",
    down="#c4541c",
    total="#4d5358",
    ramp=("#eef4f2", "#0f6b63"),
    background="#ffffff",
    text="#1b1d1f",
    quiet="#5d6369",
    grid="#e4e3de",
)
DARK = Palette(
    series=("#4fb8a8", "#f0b34a", "#a6b3f2", "#c8454f", "#4674b4", "#f1efc4", "#a94be0", "#b5713f"),
    rest="#5d6369",
    up="#6fb7e9",
    down="#f0955e",
    total="#a9afb5",
    ramp=("#1d2a29", "#6fd0c0"),
    background="#131517",
    text="#e8e9e7",
    quiet="#a0a6ab",
    grid="#2c3034",
)


def palette(dark: bool = False) -> Palette:
    return DARK if dark else LIGHT


def blend(one: str, other: str, part: float) -> str:
    """A colour between two of `#rrggbb`; `part`: 0 is the one, 1 the other."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)
