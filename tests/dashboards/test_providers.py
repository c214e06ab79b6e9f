import pytest

from core.dashboards.links import read_link
from core.dashboards.providers.registry import PROVIDERS, recognise
from core.errors import BoardRefused

PUBLIC = "2b1c0f0e-1111-4222-8333-abcdefabcdef"


@pytest.mark.parametrize(
    ("pasted", "provider", "framed"),
    [
        (
            "https://lookerstudio.google.com/reporting/0B5-x_9/page/p_1/edit?s=abc",
            "looker",
            "https://lookerstudio.google.com/embed/reporting/0B5-x_9/page/p_1",
        ),
        (
            "https://lookerstudio.google.com/u/0/reporting/0B5/page/1M/preview",
            "looker",
            "https://lookerstudio.google.com/embed/reporting/0B5/page/1M",
        ),
        ("https://datastudio.google.com/embed/reporting/0B5", "looker", "https://lookerstudio.google.com/embed/reporting/0B5"),
        (
            "https://acme.cloud.looker.com/dashboards/42?Country=GB",
            "looker",
            "https://acme.cloud.looker.com/embed/dashboards/42?Country=GB",
        ),
        (
            "https://public.tableau.com/app/profile/ada.berg/viz/Sales_17/Overview?publish=yes",
            "tableau",
            "https://public.tableau.com/views/Sales_17/Overview?publish=yes&:embed=y&:showVizHome=no&:toolbar=bottom",
        ),
        (
            "https://prod-uk-a.online.tableau.com/#/site/acme/views/Sales/Overview?:iid=1",
            "tableau",
            "https://prod-uk-a.online.tableau.com/t/acme/views/Sales/Overview?:embed=y&:showVizHome=no&:toolbar=bottom",
        ),
        ("https://app.powerbi.com/view?r=eyJrIjoi&pageName=x", "powerbi", "https://app.powerbi.com/view?r=eyJrIjoi"),
        (
            "https://app.powerbi.com/groups/11-22/reports/33-44/ReportSection5?experience=power-bi&ctid=9",
            "powerbi",
            "https://app.powerbi.com/reportEmbed?reportId=33-44&groupId=11-22&ctid=9&pageName=ReportSection5&autoAuth=true",
        ),
        ("https://app.powerbi.com/groups/me/reports/33-44", "powerbi", "https://app.powerbi.com/reportEmbed?reportId=33-44&autoAuth=true"),
        (
            f"https://bi.example.com/public/dashboard/{PUBLIC}?country=GB",
            "metabase",
            f"https://bi.example.com/public/dashboard/{PUBLIC}?country=GB#bordered=false&titled=false",
        ),
        ("https://bi.example.com/dashboard/12-sell-out", "metabase", "https://bi.example.com/embed/dashboard"),
        ("https://example.com/any/page?a=1", "generic", "https://example.com/any/page?a=1"),
    ],
)
def test_a_pasted_link_becomes_the_embeddable_one(pasted: str, provider: str, framed: str) -> None:
    embed = recognise(read_link(pasted))
    assert (embed.provider, str(embed.link)) == (provider, framed)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://lookerstudio.google.com/s/abc123",
        "https://lookerstudio.google.com/navigation/reporting",
        "https://public.tableau.com/app/discover",
        "https://app.powerbi.com/home",
        "https://acme.cloud.looker.com/browse",
    ],
)
def test_a_link_that_names_no_board_says_what_to_copy(pasted: str) -> None:
    with pytest.raises(BoardRefused, match=r"copy|choose"):
        recognise(read_link(pasted))


def test_a_plain_metabase_link_needs_a_secret() -> None:
    embed = recognise(read_link("https://bi.example.com/question/7"))
    assert embed.needs_secret and embed.resource == {"question": 7}


def test_every_provider_has_the_same_shape() -> None:
    for provider in PROVIDERS:
        assert provider.KEY and provider.TITLE and isinstance(provider.HOSTS, tuple) and callable(provider.recognise)
    assert PROVIDERS[-1].KEY == "generic"


def test_the_embed_link_is_recognised_as_itself() -> None:
    for link in (
        "https://app.powerbi.com/reportEmbed?reportId=1&autoAuth=true",
        "https://lookerstudio.google.com/embed/reporting/x/page/y",
    ):
        assert str(recognise(read_link(link)).link) == link
