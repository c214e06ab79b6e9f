"""Questions on a real database; every figure is computed again from the lines with polars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
import sqlalchemy as sa

from core.chat.answers import Answer
from core.db import tables as t
from core.db.engine import Database
from core.sales.formatting import format_money, format_number, format_ratio
from core.settings import Settings
from tests.chat.brand import D2C, NEVER_SOLD, SELL_OUT, SILENT_STORE, Brand, in_year, month_of

Ask = Callable[..., Answer]
EUR = pl.Decimal(38, 9)


def euros(value: Decimal) -> str:
    return format_money(value, 2)


def sums(frame: pl.DataFrame, by: str) -> dict[str, Decimal]:
    return dict(frame.group_by(by).agg(pl.col("net").sum()).iter_rows())


def test_online_total_names_figure_period_and_the_resellers_web_shops(ask: Ask, brand: Brand) -> None:
    answer = ask("How much did we sell online in May 2024?")
    assert euros(brand.net(D2C, month_of(2024, 5))) in answer.text
    assert euros(brand.net(SELL_OUT, pl.col("channel") == "online", month_of(2024, 5))) in answer.text
    assert "May 2024" in answer.text and answer.sql is not None and answer.engine == "rules"
    assert answer.data_through == date(2025, 4, 13)


def test_a_total_over_everything_is_split_by_source(ask: Ask, brand: Brand) -> None:
    answer = ask("sales 2024")
    assert answer.frame["sales_eur_net"].to_list() == [brand.net(in_year(2024))]
    for part in (D2C, SELL_OUT):
        assert euros(brand.net(part, in_year(2024))) in answer.text


def test_groups_add_up_to_the_total(ask: Ask, brand: Brand) -> None:
    answer = ask("Online sales per country for 2024")
    assert dict(answer.frame.select("country", "sales_eur_net").iter_rows()) == sums(brand.sold(D2C, in_year(2024)), "country")
    assert answer.frame["share"].sum() == pytest.approx(Decimal(1), abs=Decimal("0.00001"))


def test_a_bucket_holds_what_states_no_source(ask: Ask, brand: Brand) -> None:
    answer = ask("revenue by utm source in 2024")
    assert "not stated" in answer.frame["utm_source"].to_list()
    assert answer.frame["sales_eur_net"].sum() == brand.net(D2C, in_year(2024))


def test_the_winner_is_not_the_bucket_without_a_name(ask: Ask, brand: Brand) -> None:
    answer = ask("Which traffic source brings in the most money?")
    best = max(((v, k) for k, v in sums(brand.sold(D2C), "utm").items() if k is not None), default=(0, ""))[1]
    assert answer.frame["utm_source"].to_list() == [best]
    assert "not stated" in answer.text


def test_a_day_leaves_out_what_is_reported_by_month(ask: Ask, brand: Brand) -> None:
    answer = ask("Sales on 28 February 2025")
    assert euros(brand.net(D2C, pl.col("day") == date(2025, 2, 28))) in answer.text
    assert any("longer time" in caveat for caveat in answer.caveats)


def test_a_day_without_orders_says_so(ask: Ask) -> None:
    answer = ask("ecommerce turnover yesterday")
    assert answer.text.startswith("No net revenue of the own web shop on 14 April 2025")
    assert "13 April 2025" in answer.text


def test_months_without_data_are_told_from_months_without_sales(ask: Ask) -> None:
    frame = ask("retail sales per month for 2023").frame
    assert frame.height == 12
    assert frame.filter(pl.col("month") < date(2023, 11, 1))["sales_eur_net"].null_count() == 10


def test_average_price_is_a_ratio_of_sums(ask: Ask, brand: Brand) -> None:
    answer = ask("what does xFjord 30 ml sell for on average")
    sold = brand.lines.filter((pl.col("kind") == "sale") & (pl.col("ean") == "9524001002111"))
    expected = Decimal(sold["net"].sum()) / int(sold["quantity"].sum())
    assert answer.frame["average_unit_price"][0] == pytest.approx(expected, abs=Decimal("0.00001"))


def test_order_value_is_per_order_never_per_line(ask: Ask, brand: Brand) -> None:
    answer = ask("average order value online in 2024")
    shop = brand.sold(D2C, in_year(2024))
    assert answer.frame["aov"][0] == pytest.approx(Decimal(shop["net"].sum()) / shop["order"].n_unique(), abs=Decimal("0.00001"))


def test_margin_covers_lines_with_a_cost_and_says_how_many(ask: Ask, brand: Brand) -> None:
    answer = ask("What is our profit margin?")
    costed = brand.sold(D2C, pl.col("cost").is_not_null())
    margin = 1 - Decimal(costed["cost"].sum()) / Decimal(costed["net"].sum())
    assert answer.frame["margin"][0] == pytest.approx(margin, abs=Decimal("0.00001"))
    assert format_ratio(Decimal(costed["net"].sum()) / brand.net(D2C)) in answer.text
    assert "resellers state no costs" in answer.text


def test_top_products_with_shares(ask: Ask, brand: Brand) -> None:
    answer = ask("Top 10 products by revenue in 2024")
    expected = sorted(sums(brand.sold(in_year(2024)), "name").items(), key=lambda item: item[1], reverse=True)[:10]
    assert [p.split(" · ")[1] for p in answer.frame["product"]] == [name for name, _ in expected]
    assert answer.frame["sales_eur_net"].to_list() == [value for _, value in expected]
    assert "share" in answer.frame.columns and answer.chart is not None


def test_the_second_best_is_exactly_one_row(ask: Ask, brand: Brand) -> None:
    answer = ask("second best reseller in 2024")
    expected = sorted(sums(brand.sold(SELL_OUT, in_year(2024)), "reseller").items(), key=lambda item: item[1], reverse=True)[1]
    assert answer.frame.select("reseller", "sales_eur_net").rows() == [expected]


def test_a_longer_list_than_there_is_says_so(ask: Ask) -> None:
    answer = ask("top 1000 products")
    assert answer.frame.height == 12
    assert f"fewer than {format_number(1000)}" in answer.text


def test_without_a_reseller(ask: Ask, brand: Brand) -> None:
    answer = ask("sales per reseller in 2024 without Galilu")
    assert "Galilu" not in answer.frame["reseller"].to_list()
    assert answer.frame["sales_eur_net"].sum() == brand.net(in_year(2024), pl.col("reseller") != "Galilu")


def test_the_best_of_each_reseller(ask: Ask, brand: Brand) -> None:
    answer = ask("Top product at each reseller")
    sold = brand.sold(SELL_OUT).group_by("reseller", "name").agg(pl.col("net").sum())
    best = sold.sort("net", descending=True).group_by("reseller").first()
    assert {(r, p.split(" · ")[1]) for r, p in answer.frame.select("reseller", "product").iter_rows()} == set(
        best.select("reseller", "name").iter_rows()
    )


def test_two_names_side_by_side_with_the_gap(ask: Ask, brand: Brand) -> None:
    answer = ask("Liberty against Galilu last quarter")
    quarter = pl.col("month").is_between(date(2025, 1, 1), date(2025, 3, 1))
    liberty, galilu = (brand.net(quarter, pl.col("reseller") == name) for name in ("Liberty", "Galilu"))
    assert euros(abs(liberty - galilu)) in answer.text
    assert ("Liberty is ahead" if liberty > galilu else "Galilu is ahead") in answer.text


def test_two_months_with_difference_and_percent(ask: Ask, brand: Brand) -> None:
    answer = ask("March 2025 versus March 2024, sell-out")
    now, before = (brand.net(SELL_OUT, month_of(year, 3)) for year in (2025, 2024))
    assert answer.frame.select("now", "before", "change").row(0) == (now, before, now - before)
    assert answer.frame["change_pct"][0] == pytest.approx((now - before) / before, abs=Decimal("0.00001"))


def test_a_year_with_an_uncovered_base_is_compared_like_with_like(ask: Ask, brand: Brand) -> None:
    answer = ask("How much did we grow in 2024?")
    last = pl.col("month").is_in([date(2024, 11, 1), date(2024, 12, 1)])
    assert answer.frame["comparable_now"][0] == brand.net(last)
    assert answer.frame["before"][0] == brand.net(in_year(2023))
    assert "covered in both" in answer.text


def test_no_base_is_said_not_computed(ask: Ask) -> None:
    answer = ask("May 2024 versus May 2023, sell-out")
    assert "nothing is loaded for May 2023" in answer.text
    assert answer.frame["change_pct"].to_list() == [None]


def test_a_false_premise_is_corrected(ask: Ask, brand: Brand) -> None:
    assert brand.net(month_of(2024, 12)) > brand.net(month_of(2024, 11))
    assert "did not drop but rose" in ask("Why did sales drop in December 2024?").text


def test_why_adds_up_to_the_cent(ask: Ask, brand: Brand) -> None:
    answer = ask("Why did sales drop in February 2025?")
    change = brand.net(month_of(2025, 2)) - brand.net(month_of(2025, 1))
    for part in ("source", "reseller", "country", "product", "bridge"):
        assert answer.frame.filter(pl.col("part") == part)["change"].sum() == change
    assert answer.chart is not None and answer.chart.kind == "waterfall"


def test_movers_name_new_products_new(ask: Ask) -> None:
    frame = ask("growth by product in 2024 against 2023").frame
    assert frame.filter(pl.col("product").str.starts_with("NLXF30"))["status"].to_list() == ["new"]


def test_falling_resellers_come_biggest_fall_first(ask: Ask, brand: Brand) -> None:
    answer = ask("resellers with falling sales")
    assert answer.frame["change"].is_sorted()
    assert (answer.frame["change"] < 0).all()
    now, before = (
        pl.col("month").is_between(*span) for span in ((date(2025, 1, 1), date(2025, 3, 1)), (date(2024, 10, 1), date(2024, 12, 1)))
    )
    for name, change in answer.frame.select("reseller", "change").iter_rows():
        own = pl.col("reseller") == name
        assert change == brand.net(own, now) - brand.net(own, before)


def test_products_falling_three_months_in_a_row(ask: Ask, brand: Brand) -> None:
    answer = ask("Which products fell three months in a row?")
    table = brand.sold().group_by("name", "month").agg(pl.col("net").sum())
    values = {(name, month): net for name, month, net in table.iter_rows()}
    months = [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)]
    falling = {n for n in table["name"].unique() if values[n, months[0]] > values[n, months[1]] > values[n, months[2]]}
    assert {p.split(" · ")[1] for p in answer.frame["product"]} == falling


def test_average_month_states_its_divisor(ask: Ask, brand: Brand) -> None:
    answer = ask("Average monthly sales of Galilu in 2024")
    total = brand.net(in_year(2024), pl.col("reseller") == "Galilu")
    assert f"{euros(total / 12)} = {euros(total)} ÷ 12 complete months" in answer.text


def test_a_typical_month_is_a_median_and_says_so(ask: Ask, brand: Brand) -> None:
    answer = ask("What is a typical month for Aromateque?")
    months = brand.sold(pl.col("reseller") == "Aromateque").group_by("month").agg(pl.col("net").sum())["net"].sort().to_list()
    assert euros(months[len(months) // 2]) in answer.text and "median" in answer.text


def test_sales_of_a_store_and_month(ask: Ask, brand: Brand) -> None:
    answer = ask("How much does a store sell per month on average?")
    assert f"÷ {8 * 17} store-months" in answer.text
    assert euros(brand.net(SELL_OUT) / (8 * 17)) in answer.text


def test_best_month_ever_is_a_complete_one(ask: Ask, brand: Brand) -> None:
    answer = ask("best month ever")
    months = sums(brand.sold(pl.col("month") < date(2025, 4, 1)), "month")
    best = max(months, key=lambda month: months[month])
    assert answer.frame.select("month", "sales_eur_net").row(0) == (best, months[best])


def test_pareto_counts_until_80_percent(ask: Ask, brand: Brand) -> None:
    answer = ask("Which 20 products make 80% of sales?")
    values = sorted(sums(brand.sold(), "name").values(), reverse=True)
    running = [sum(values[: i + 1]) / sum(values) for i in range(len(values))]
    count = next(i for i, part in enumerate(running, 1) if part >= Decimal("0.8"))
    assert answer.text.startswith(f"{count} of 12 products make 80 %")


def test_a_silent_store_is_listed(ask: Ask) -> None:
    answer = ask("Stores that sold nothing in February 2025")
    assert answer.frame["store"].to_list() == [SILENT_STORE]


def test_products_without_a_sale_come_from_the_catalogue(ask: Ask) -> None:
    answer = ask("products not sold in six months")
    assert any(NEVER_SOLD == "9524001001909" and "Harbour Mirage" in name for name in answer.frame["product"])
    assert set(answer.frame["details"]) == {"perfume", "sample", "tester"}


def test_a_launch_with_its_first_months(ask: Ask, brand: Brand) -> None:
    answer = ask("how did the launches perform")
    own = pl.col("ean") == "9524001002111"
    row = answer.frame.row(0, named=True)
    assert row["launch"] == date(2024, 6, 1) and row["first_month"] == brand.net(own, month_of(2024, 6))
    assert row["first_three"] == brand.net(own, pl.col("month").is_between(date(2024, 6, 1), date(2024, 9, 1)))


def test_volatility_is_deviation_over_mean(ask: Ask, brand: Brand) -> None:
    row = ask("most volatile product").frame.row(0, named=True)
    own = brand.sold(pl.col("name") == row["product"].split(" · ")[1], pl.col("month") < date(2025, 4, 1))
    months = own.group_by("month").agg(pl.col("net").sum())["net"].cast(pl.Float64)
    assert float(row["coefficient"]) == pytest.approx(months.std() / months.mean(), rel=1e-6)


def test_moving_average_has_none_for_the_first_six_days(ask: Ask, brand: Brand) -> None:
    frame = ask("moving average of daily online sales in March 2025").frame
    assert frame["moving_average"][:6].null_count() == 6
    days = [brand.net(D2C, pl.col("day") == date(2025, 3, d)) for d in range(1, 8)]
    assert frame["moving_average"][6] == pytest.approx(sum(days) / 7, abs=Decimal("0.00001"))


def test_the_running_total_ends_at_the_total(ask: Ask, brand: Brand) -> None:
    answer = ask("Cumulative sales in 2024")
    assert answer.frame["running_total"][-1] == brand.net(in_year(2024))


def test_what_is_bought_together(ask: Ask, brand: Brand) -> None:
    answer = ask("what sells together with Summer Rain 100 ml online")
    orders = brand.sold(D2C, pl.col("ean") == "9524001001206")["order"].unique()
    others = brand.sold(D2C, pl.col("order").is_in(orders.to_list()), pl.col("ean") != "9524001001206")
    expected = dict(others.group_by("name").agg(pl.col("order").n_unique()).iter_rows())
    assert {p.split(" · ")[1]: n for p, n in answer.frame.iter_rows()} == expected


def test_orders_with_several_products(ask: Ask, brand: Brand) -> None:
    sizes = brand.sold(D2C).group_by("order").agg(pl.col("ean").n_unique().alias("n"))
    answer = ask("What percentage of orders contain more than one product?")
    assert format_ratio(Decimal(sizes.filter(pl.col("n") > 1).height) / sizes.height) in answer.text


def test_orders_with_more_than_two_products(ask: Ask, brand: Brand) -> None:
    sizes = brand.sold(D2C).group_by("order").agg(pl.col("ean").n_unique().alias("n"))
    answer = ask("orders with at least 2 products")
    assert f"{sizes.filter(pl.col('n') >= 2).height} of {sizes.height}" in answer.text


def test_slow_movers_begin_with_what_did_not_sell(ask: Ask) -> None:
    frame = ask("slow movers").frame
    assert frame["product"][0].startswith("NLHM100") and frame["last 3 complete months"][0] == 0
    assert frame["last 3 complete months"].is_sorted()


def test_weekends_only(ask: Ask, brand: Brand) -> None:
    answer = ask("online sales on Saturdays in 2024")
    assert answer.frame["sales_eur_net"][0] == brand.net(D2C, in_year(2024), pl.col("day").dt.weekday() == 6)


def test_the_largest_orders_with_their_days(ask: Ask, brand: Brand) -> None:
    answer = ask("five biggest online orders")
    expected = brand.sold(D2C).group_by("order").agg(pl.col("net").sum(), pl.col("day").min()).sort("net", descending=True).head(5)
    assert answer.frame["sales_eur_net"].to_list() == expected["net"].to_list()
    assert answer.frame["order_date"].null_count() == 0


def test_a_forecast_is_labelled_and_states_its_past_error(ask: Ask) -> None:
    answer = ask("What will we sell next month?")
    assert answer.text.startswith("Forecast, not a fact") and "between" in answer.text and "was off by" in answer.text
    assert answer.frame.filter(pl.col("forecast").is_not_null())["month"].to_list() == [date(2025, 5, 1)]


def test_a_forecast_far_beyond_the_data_is_declined_without_sql(ask: Ask) -> None:
    answer = ask("sales outlook 2030")
    assert answer.refused and answer.sql is None and "March 2026" in answer.text


def test_the_run_rate_shows_its_arithmetic(ask: Ask, brand: Brand) -> None:
    answer = ask("run rate for this month online")
    total = brand.net(D2C, month_of(2025, 4))
    assert f"{euros(total)} so far ÷ 13 complete days × 30 days" in answer.text


def test_a_day_that_is_not_over_is_no_part_of_the_run_rate(ask: Ask, brand: Brand) -> None:
    answer = ask("run rate for this month online", today=date(2025, 4, 13))
    complete = brand.net(D2C, month_of(2025, 4), pl.col("day") < date(2025, 4, 13))
    assert complete != brand.net(D2C, month_of(2025, 4)), "something is sold today"
    assert f"{euros(complete)} so far ÷ 12 complete days × 30 days" in answer.text
    assert answer.frame["run_rate"].to_list() == [round(complete / 12 * 30, 2)]
    assert any("Only complete days count, up to 12 April 2025" in caveat for caveat in answer.caveats)


def test_on_the_first_day_of_a_month_there_is_no_run_rate_yet(ask: Ask) -> None:
    answer = ask("run rate for this month online", today=date(2025, 4, 1))
    assert answer.text.startswith("No complete day of April 2025 is stated yet")


def test_catalogue_questions_run_on_the_catalogue(ask: Ask) -> None:
    assert dict(ask("How many resellers do we have per country?").frame.iter_rows()) == {"GB": 2, "ES": 1, "PL": 1, "UA": 1, "ZA": 1}
    assert ask("Give me the product list with category").frame.height == 15


def test_the_last_upload(ask: Ask, brand: Brand) -> None:
    answer = ask("How many rows did the last upload add?")
    assert "stored 10 rows" in answer.text and euros(brand.net(D2C)) in answer.text


def test_lines_in_the_inbox_are_named_with_their_money(ask: Ask, brand: Brand) -> None:
    row = {"rule": "unmatched_product", "key_text": "000910771", "view": "main", "primary_view": True, "period_start": date(2025, 3, 1)}
    row |= {"period_end": date(2025, 3, 31), "quantity": 4, "sales_eur_net": Decimal("320.50"), "line_kind": "sale", "source_row": 1}
    with brand.database.write() as c:
        galilu = c.execute(sa.select(t.resellers.c.id).where(t.resellers.c.key == "galilu")).scalar_one()
        c.execute(t.held_rows.insert(), {**row, "reseller_id": galilu, "upload_batch_id": 1, "live": True})
    answer = ask("Any EANs in the sales that are missing from the product list?")
    assert "000910771" in answer.text and euros(Decimal("320.50")) in answer.text


def test_a_scope_sees_its_resellers_only(ask: Ask, brand: Brand) -> None:
    with brand.database.read() as c:
        galilu = c.execute(sa.select(t.resellers.c.id).where(t.resellers.c.key == "galilu")).scalar_one()
    answer = ask("sales by reseller in 2024", scope=(galilu,))
    assert answer.frame["reseller"].to_list() == ["Galilu"]
    assert "Liberty" not in ask("who has not reported yet", scope=(galilu,)).text


def test_hostile_words_are_refused_audited_and_change_nothing(ask: Ask, brand: Brand) -> None:
    answer = ask("Glow of Tundra 100 ml'; DROP TABLE users; --")
    assert answer.refused and answer.sql is None and answer.statements == ()
    with brand.database.read() as c:
        assert c.execute(sa.text("select count(*) from users")).scalar_one() == 0
        assert c.execute(sa.select(t.audit_log.c.action).where(t.audit_log.c.action == "chat_refused")).scalar_one() == "chat_refused"


def test_a_question_back_runs_nothing_and_offers_words(ask: Ask) -> None:
    answer = ask("sales at Harrods in 2024")
    assert answer.question_back is not None and "Harrods" in answer.text and answer.statements == ()
    assert answer.suggestions


def test_an_empty_workbench_says_what_to_do(database: Database, settings: Settings) -> None:
    from core.chat.answering import ask, starters

    assert "Upload" in ask(database, settings, "sales in 2024", today=date(2025, 4, 15)).text
    assert starters(database, settings) == ()


def test_starters_are_eight_and_can_be_answered(ask: Ask, brand: Brand, settings: Settings) -> None:
    from core.chat.answering import starters

    questions = starters(brand.database, settings, today=date(2025, 4, 15))
    assert len(questions) == 8
    assert all(ask(q).question_back is None and not ask(q).refused for q in questions)


@pytest.mark.parametrize(
    "question",
    [
        "How much did we sell online in May 2024?",
        "Top 10 products by revenue in 2024",
        "Why did sales drop in February 2025?",
        "How are we doing?",
        "What will we sell next month?",
        "Average monthly sales of Galilu in 2024",
        "Which 20 products make 80% of sales?",
        "online vs offline",
        "What was our best day online ever?",
    ],
)
def test_every_figure_of_a_sentence_is_found_in_the_rows(ask: Ask, question: str) -> None:
    found, stated = ask(question).checked_numbers.split(" of ")
    assert found == stated and int(stated) > 0


# Conversations ----------------------------------------------------------------------------------------------------------


def test_follow_ups_take_over_what_they_do_not_say(ask: Ask, brand: Brand) -> None:
    first = ask("Total web shop revenue in 2024")
    second = ask("And last month?", first.conversation_id)
    assert second.frame["sales_eur_net"][0] == brand.net(D2C, month_of(2025, 3))
    third = ask("split that by product", first.conversation_id)
    assert third.frame["sales_eur_net"].sum() == brand.net(D2C, month_of(2025, 3))
    fourth = ask("only Germany", first.conversation_id)
    assert fourth.frame["sales_eur_net"].sum() == brand.net(D2C, month_of(2025, 3), pl.col("country") == "DE")
    assert (first.turn, second.turn, third.turn, fourth.turn) == (1, 2, 3, 4)


def test_a_comparison_is_added_to_the_answer_before(ask: Ask, brand: Brand) -> None:
    first = ask("sell-out for March 2025")
    second = ask("and compared with the year before?", first.conversation_id)
    assert second.frame.select("now", "before").row(0) == (brand.net(SELL_OUT, month_of(2025, 3)), brand.net(SELL_OUT, month_of(2024, 3)))


def test_and_last_year_means_the_same_month(ask: Ask, brand: Brand) -> None:
    first = ask("Liberty in March 2025")
    second = ask("and last year?", first.conversation_id)
    assert second.frame["sales_eur_net"][0] == brand.net(pl.col("reseller") == "Liberty", month_of(2024, 3))


def test_a_correction_keeps_the_rest(ask: Ask, brand: Brand) -> None:
    first = ask("units by category in 2024")
    second = ask("no, I meant 2023", first.conversation_id)
    assert second.query is not None and second.query.by == ("category",) and second.query.measures[0] == "units"
    assert second.frame["units"].sum() == brand.units(in_year(2023))


def test_a_chart_of_the_same_figures(ask: Ask) -> None:
    first = ask("sales by category in 2024")
    second = ask("plot it", first.conversation_id)
    assert second.frame.equals(first.frame) and second.chart is not None
    assert ask("as a table", first.conversation_id).chart is None


def test_a_value_is_taken_out(ask: Ask, brand: Brand) -> None:
    first = ask("sales per reseller in 2024")
    second = ask("exclude Galilu", first.conversation_id)
    assert second.frame["sales_eur_net"].sum() == brand.net(in_year(2024), pl.col("reseller") != "Galilu")


def test_a_follow_up_without_a_before_is_asked_back(ask: Ask) -> None:
    assert ask("split that by product").question_back is not None
    assert ask("compare them").question_back is not None
    assert ask("plot it").question_back is not None


def test_next_questions_can_be_asked_as_they_stand(ask: Ask) -> None:
    first = ask("sell-out for March 2025")
    assert first.next_questions
    for question in first.next_questions:
        assert ask(question, first.conversation_id).question_back is None
