import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dashboards.links import host_matches, pasted, read_link
from core.errors import BoardRefused

OWN = ("https://workbench.example.com", "http://localhost:8501")
REFUSED = [
    "",
    "   ",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "blob:https://app.powerbi.com/1",
    "file:///etc/passwd",
    "vbscript:x",
    "ftp://app.powerbi.com/view?r=1",
    "http://app.powerbi.com/view?r=1",
    "//app.powerbi.com/view?r=1",
    "/overview",
    "overview",
    "\\\\app.powerbi.com\\x",
    "https:\\\\app.powerbi.com/view",
    "https://app.powerbi.com\\@evil.example/",
    "https://user:secret@app.powerbi.com/view?r=1",
    "https://app.powerbi.com@evil.example/view?r=1",
    "https://:@app.powerbi.com/",
    "https://app.powerbi.com:8443/view?r=1",
    "https://app.powerbi.com:99999/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.5/dashboard/1",
    "https://localhost/",
    "https://app.localhost/",
    "https://db.internal/",
    "https://printer.local/",
    "https://intranet/",
    "https:///view",
    "https://",
    "https://-bad-.example.com/",
    "https://a..b.example/",
    "https://workbench.example.com/overview",
    "https://WORKBENCH.example.com./overview",
    "https://workbench.example.com:443/overview",
    "https://app.powerbi.com/view?r=1\nhttps://evil.example",
    "https://app.powerbi.com/\x00",
    "https://app.powerbi.com/view?r=\u202e1",
    "java\tscript:alert(1)",
    "https://app.powerbi.com/'onload='x",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<script src='https://evil.example/x.js'></script>",
    "https://example.com/" + "a" * 5000,
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_dangerous_link_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BoardRefused) as caught:
        read_link(text, OWN)
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://Public.Tableau.com/views/A/B", "https://public.tableau.com/views/A/B"),
        ("https://app.powerbi.com:443/view?r=abc", "https://app.powerbi.com/view?r=abc"),
        ("  https://example.com  ", "https://example.com/"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ('<iframe width="600" src="https://example.com/a?x=1&amp;y=2" onload="evil()"></iframe>', "https://example.com/a?x=1&y=2"),
        ("<p>hello</p><IFRAME SRC=https://example.com/a></IFRAME>", "https://example.com/a"),
        ("https://example.com/a?q=b%20c#d", "https://example.com/a?q=b+c#d"),
    ],
)
def test_a_good_link_is_rebuilt_from_its_parts(text: str, expected: str) -> None:
    assert str(read_link(text, OWN)) == expected


def test_plain_http_is_for_this_machine_in_development_only() -> None:
    assert str(read_link("http://localhost:3000/public/dashboard/1", OWN, loopback=True)) == "http://localhost:3000/public/dashboard/1"
    for text in ("http://localhost:3000/", "http://127.0.0.1:3000/"):
        with pytest.raises(BoardRefused):
            read_link(text, OWN)
    with pytest.raises(BoardRefused, match="itself"):
        read_link("http://localhost:8501/", OWN, loopback=True)


@pytest.mark.parametrize(
    ("host", "allowed", "matches"),
    [
        ("app.powerbi.com", "app.powerbi.com", True),
        ("evil-app.powerbi.com", "app.powerbi.com", False),
        ("app.powerbi.com.evil.example", "app.powerbi.com", False),
        ("eu.online.tableau.com", "*.online.tableau.com", True),
        ("online.tableau.com", "*.online.tableau.com", False),
        ("evilonline.tableau.com", "*.online.tableau.com", False),
    ],
)
def test_a_host_matches_whole_labels(host: str, allowed: str, matches: bool) -> None:
    assert host_matches(host, allowed) is matches


@given(st.text(max_size=200))
def test_whatever_is_pasted_is_an_https_link_or_a_refusal(text: str) -> None:
    try:
        link = read_link(text, OWN)
    except BoardRefused:
        return
    assert str(link).startswith("https://") and read_link(str(link), OWN) == link


@given(st.sampled_from(REFUSED[2:30]), st.sampled_from(["<iframe src='{}'>", '<iframe src="{}">', " {} ", "<iframe a=b src={}>"]))
def test_wrapping_a_dangerous_link_does_not_help(text: str, wrap: str) -> None:
    with pytest.raises(BoardRefused):
        read_link(wrap.format(text), OWN)


def test_only_the_source_of_an_embed_code_is_kept() -> None:
    assert pasted('<iframe title="x" src="https://example.com/a" allow="camera *" onload=evil()>') == "https://example.com/a"
