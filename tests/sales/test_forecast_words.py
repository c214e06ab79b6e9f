from __future__ import annotations

from core.sales import files, forecast_words
from core.sales.forecasting import forecast
from tests.sales.forecast_series import histories_of, noisy, season


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def known():
    blur = noisy(1, 0.05)
    return forecast(histories_of({"Liberty": [round(blur(1000.0 if i < 24 else 2000.0), 2) for i in range(36)]}), 3)


def test_a_method_that_beats_its_baselines_is_named_with_both_errors():
    found = known()
    assert forecast_words.verdict(found).startswith("Method: ") and "beat every baseline" in forecast_words.verdict(found)
    assert plain(forecast_words.errors_in_words(found)) == (
        f"Was off by {100 * found.errors['method'].wape:.1f} % on average over 23 back-tests; the same month of last year by "
        f"{100 * found.errors['same_last_year'].wape:.1f} %, last year's month at the pace of the last 3 months by "
        f"{100 * found.errors['at_recent_pace'].wape:.1f} %, the average of the last 12 months by {100 * found.errors['average'].wape:.1f} %."
    )


def test_a_baseline_is_called_one():
    found = forecast(histories_of({"Liberty": season(36)}), 3)
    assert forecast_words.verdict(found).startswith("This does not know better than the same month of last year")
    assert "as a baseline" in forecast_words.headline(found) and forecast_words.forecast_chart(found).series[0].name == "Baseline"


def test_what_is_too_short_says_what_is_needed_and_when():
    short = forecast_words.verdict(forecast(histories_of({"Liberty": season(18)}), 1))
    assert short.endswith(
        "needs 24 complete months of most of what is sold; the longest history has 18. From January 2024 on they can be there."
    )
    none = forecast_words.verdict(forecast(histories_of({"Liberty": season(8)}), 1))
    assert none.startswith("There is no forecast") and "It needs 13 complete months; the longest history has 8." in none


def test_the_interval_tells_its_level_and_how_often_it_held():
    found = known()
    inside, total = found.held
    assert plain(forecast_words.held_in_words(found)) == (
        f"The 80 % interval, made of earlier misses alone, held what came in {inside} of {total} tests ({round(100 * inside / total)} %)."
    )


def test_months_further_than_any_test_are_named():
    found = forecast(histories_of({"Liberty": season(24, noise=0.1)}), 12)
    assert forecast_words.untested(found).startswith("From September 2024 on nothing so far ahead could be tested")


def test_the_chart_keeps_what_was_sold_apart_from_what_is_foretold():
    found = known()
    spec = forecast_words.forecast_chart(found)
    ahead, _, sold = spec.series
    assert (ahead.role, sold.role, spec.subtitle) == ("ahead", "main", "Forecast, not a fact")
    assert sold.values[-3:] == (None,) * 3 and sold.values[-4] == ahead.values[-4] == found.history[-1][1]
    assert spec.bands[0].low[-1] == found.rows[-1].low and len(spec.categories) == 27


def test_the_file_says_that_it_is_a_forecast_and_how_wrong_it_was():
    found = known()
    seen = forecast_words.as_shown(found, forecast_words.rows_frame(found), "Forecast")
    about = dict(seen.about)
    assert about["Kind"] == "Forecast, not a fact" and "back-tests" in about["Error"] and "Data version" in about
    assert seen.frame.columns == ["month", "Reported already", "Forecast", "Low", "High", "Last year", "Tests"]
    assert b"Forecast, not a fact" in files.csv_bytes(seen)


def test_the_breakdown_adds_up_in_the_file():
    tracks = {"Liberty": season(36, noise=0.1), "Galilu": season(35, noise=0.1, seed=2)}
    found = forecast(histories_of(tracks), 3)
    frame = forecast_words.parts_frame(found)
    assert frame[frame.columns[1]].sum() == found.total.expected
    assert dict(forecast_words.as_shown(found, frame, "By reseller").totals)["Reseller"] == "Total"
