import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.frame import escaped, plain


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b"])
def test_what_a_file_wrote_never_becomes_markup(text: str) -> None:
    assert not set('<>"') & set(escaped(text))


@given(st.text())
def test_plain_text_keeps_its_letters(text: str) -> None:
    shown = plain(text)
    assert "".join(shown[i] for i in range(len(shown)) if shown[i] != "\\" or (i and shown[i - 1] == "\\")).replace(
        "\\", ""
    ) == text.replace("\\", "")


def test_links_and_pictures_in_names_are_plain_text() -> None:
    assert plain("[x](https://evil.example)") == r"\[x\]\(https\://evil\.example\)"
    assert plain(":red[x] $y$") == r"\:red\[x\] \$y\$"
