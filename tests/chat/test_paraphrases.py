"""Stability: five ways to say the same thing give the same reading, by kind of question."""

from __future__ import annotations

import pytest

from tests.chat.words import frame_of, read

SAME = {
    "total online": "How much did we sell online in May 2024?|web shop revenue May 2024|ONLINE SALES IN MAY 2024|what was the turnover of our online shop in may 2024|Umsatz im Onlineshop Mai 2024",
    "units": "how many units did we sell in 2024|units sold in 2024|number of pieces 2024|quantity in 2024|wie viele Stück 2024",
    "year to date": "web shop revenue this year so far|online revenue year to date|e-commerce turnover ytd|online sales this year|how much did the web shop make this year",
    "offline": "sell-out for March 2025|retail sales March 2025|brick and mortar revenue in March 2025|offline turnover in March 2025|in-store revenue in March 2025",
    "by country": "Online sales per country for 2024|online revenue by country in 2024|split online sales 2024 by market|2024 online sales for each country|web shop sales across countries in 2024",
    "by month": "sales by month in 2024|monthly sales 2024|revenue per month in 2024|sprzedaż w 2024 roku według miesięcy|chiffre d'affaires par mois 2024",
    "by quarter online": "ventes en ligne par trimestre 2024|online sales per quarter 2024|quarterly web shop revenue 2024|2024 online revenue quarter by quarter|Onlineumsatz pro Quartal 2024",
    "top products": "Top 10 products by revenue in 2024|the ten best products in 2024|10 best selling products in 2024|top ten articles by sales 2024|best 10 products by turnover in 2024",
    "top reseller": "Which reseller sells the most?|best reseller|who is the biggest reseller|which partner has the highest sales|strongest reseller by revenue",
    "second": "second best reseller in 2024|2nd best reseller in 2024|number two reseller in 2024 by revenue|the second strongest reseller 2024|second biggest reseller in 2024",
    "compare months": "May 2024 versus May 2023, sell-out|sell-out May 2024 vs May 2023|sell-out in May 2024 compared to May 2023|retail May 2024 against May 2023|offline sales May 2024 compared with May 2023",
    "compare names": "Liberty against Galilu last quarter|Liberty vs Galilu last quarter|compare Liberty and Galilu last quarter|last quarter: Liberty or Galilu|Liberty compared to Galilu in the last quarter",
    "channels": "Are we selling more in the web shop or in stores?|online vs offline|web shop against retail|compare online and offline|do we make more online or offline",
    "growth": "How much did we grow in 2024?|growth in 2024|how much did sales increase in 2024|sales growth 2024|by how much did revenue rise in 2024",
    "declining resellers": "resellers with falling sales|resellers with shrinking sales|shrinking resellers|resellers that are losing sales|which partners are falling",
    "declining products": "which products are declining|declining products|products in decline|products on the decline|what products are declining",
    "classes": "ABC analysis|abc|ABC classes|ABC classification|Pareto of products",
    "odd": "anything unusual?|anomalies|are there any outliers|what looks odd|show anomalies",
    "pace": "slow movers|slow moving|slow moving products|show the slow movers|slow mover",
    "alike": "like for like growth in 2024|like-for-like growth 2024|LFL growth 2024|same store growth in 2024|same-store sales growth 2024",
    "why": "Why did sales drop in February 2025?|what caused the drop in February 2025|reasons for the decline in February 2025|why did revenue fall in Feb 2025|explain the drop in sales in February 2025",
    "share": "share of each category in 2024|share by category 2024|what percentage does each category have in 2024|category shares in 2024|Anteil je Kategorie 2024",
    "part of the whole": "How much of our turnover comes from Germany?|share of Germany|what percentage of sales comes from Germany|Germany's share of revenue|what part of our revenue is from Germany",
    "average month": "average sales per month in 2024|mean monthly revenue in 2024|average monthly sales 2024|how much do we sell per month on average in 2024|monthly average revenue 2024",
    "order value": "average order value online|aov|average basket|avg order size|what is the mean order value",
    "price": "what does xFjord 30 ml sell for on average|average price of xFjord 30 ml|average selling price of xFjord 30ml|avg price xfjord 30 ml|price per unit of xFjord 30 ml",
    "trend": "How have sales developed over the last 12 months?|sales trend over the last 12 months|trend of revenue in the past 12 months|development of sales in the last twelve months|Umsatzentwicklung: Umsatz Entwicklung letzte 12 Monate",
    "never sold": "Which products never sold online?|products never sold online|products without sales online|which products did not sell online|online: products with no sales",
    "silent stores": "Stores that sold nothing in February 2025|stores without sales in February 2025|which stores had no sales in February 2025|doors with no sales in Feb 2025|stores with zero sales in February 2025",
    "six months": "products not sold in six months|products without sales in the last 6 months|which products have not sold in the last six months|products with no sales in the past 6 months|products not sold in the last 6 months",
    "forecast": "Forecast online sales for the next quarter|predict online sales for next quarter|online sales outlook next quarter|what will we sell online next quarter|expected online sales next quarter",
    "pairs": "what sells together with Summer Rain 100 ml online|products bought together with Summer Rain 100 ml|what is bought with Summer Rain 100 ml|which products go with Summer Rain 100 ml|basket analysis for Summer Rain 100 ml",
    "launches": "how did the launches perform|launch performance|how are the new products doing|how did launches do|performance of launches",
    "best of each": "Top product at each reseller|best product per reseller|best-selling product at each reseller|top product for each reseller|which product is best at each reseller",
    "returns": "Which product has the most returns?|product with most returns|which product is returned most|most returned product|which article has the highest returns",
    "volatile": "most volatile products|which products fluctuate most|products with the most volatile sales|most unstable products|products whose sales fluctuate the most",
    "best month": "best month ever|what was our best month ever|strongest month of all time|month with the highest sales|our best month",
    "typos": "sales by month in 2024|sales by mnoth in 2024|slaes by month in 2024|sales per month 2024|Sales By Month 2024",
    "last upload": "How many rows did the last upload add?|rows in the latest upload|last upload|what did the most recent upload bring|how many rows did the latest file add",
    "who is late": "who has not reported yet|which resellers have not reported|missing reports|which reports are missing|who is late",
    "held": "Any EANs in the sales that are missing from the product list?|unknown EANs|which products are not in the product list|unmatched products|what waits in the inbox",
    "catalogue": "How many resellers do we have per country?|number of resellers per country do we have|how many resellers are there per country|how many resellers do we have by country|how many partners do we have in each country",
}


@pytest.mark.parametrize("kind", SAME)
def test_other_words_give_the_same_reading(kind: str) -> None:
    first, *others = SAME[kind].split("|")
    expected = frame_of(read(first))
    assert expected[0] not in ("asked back", "refused")
    different = {question: frame_of(read(question)) for question in others if frame_of(read(question)) != expected}
    assert not different, f"{first!r} is {expected}"


def test_every_kind_has_five_wordings() -> None:
    assert all(text.count("|") == 4 for text in SAME.values())


def test_a_year_later_only_the_days_move() -> None:
    from datetime import date

    from core.chat.times import shift_years
    from core.sales.query import Period

    now, later = read("sales last month by product"), read("sales last month by product", today=date(2025, 3, 15))
    assert now.query is not None and later.query is not None
    assert (now.operation, now.query.by) == (later.operation, later.query.by)
    assert later.query.period == Period(date(2025, 2, 1), date(2025, 2, 28))
    assert shift_years(Period(date(2025, 2, 1), date(2025, 2, 28)), -1) == Period(date(2024, 2, 1), date(2024, 2, 29))
