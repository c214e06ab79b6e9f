"""The known failures of this trade, each with the tests that prove it can not happen here: number → node ids of tests."""

from __future__ import annotations

FORMATS = "tests/ingest/formats"
DISTURBED = "tests/ingest/test_disturbed.py"

BEHAVIOURS: dict[str, tuple[str, ...]] = {
    # only the week's columns of the channels become facts
    "R1": (f"{FORMATS}/test_liberty.py::test_this_weeks_channels_are_the_facts", f"{FORMATS}/test_liberty.py::test_every_printed_total_of_the_week_is_met"),
    # what can not be placed is held and counts in the proof
    "R2": ("tests/ingest/test_reconciling.py::test_held_rows_count_in_the_proof_and_are_stated_apart", "tests/ingest/test_conformance.py::test_rows_and_proof_equal_the_truth"),
    # no row lost under the headers
    "R3": (f"{DISTURBED}::test_a_fact_that_grew_by_one_breaks_a_total", f"{FORMATS}/test_galilu.py::test_every_printed_total_is_met", "tests/ingest/test_storing.py::test_a_total_that_disagrees_waits_for_a_person"),
    # every month of a living workbook is compared
    "R4": ("tests/ingest/test_diffing.py::test_restated_cells_stand_before_new_ones", "tests/ingest/test_conformance.py::test_difference_list_equals_the_truth"),
    # one week under two names
    "R5": ("tests/ingest/test_importing.py::test_other_bytes_with_equal_cells_are_a_duplicate", "tests/ingest/test_conformance.py::test_every_order_ends_in_the_same_state"),
    # the same bytes again
    "R6": ("tests/ingest/test_importing.py::test_the_same_bytes_are_a_duplicate_under_any_name",),
    # odd dates in names
    "R7": ("tests/ingest/test_periods.py::test_days_in_file_names", f"{FORMATS}/test_liberty.py::test_the_week_is_read_from_the_name_or_asked"),
    # never today
    "R8": ("tests/ingest/test_periods.py::test_without_a_hint_the_period_is_asked_and_never_today", f"{DISTURBED}::test_a_name_without_date_or_of_another_vendor_is_no_proof"),
    # a week's month by the visible rule
    "R9": ("tests/ingest/test_valuing.py::test_a_week_belongs_to_the_month_its_rule_says", f"{FORMATS}/test_liberty.py::test_the_week_is_read_from_the_name_or_asked"),
    # derived money is units × list price and proven
    "R10": ("tests/ingest/test_valuing.py::test_units_are_valued_by_the_list_price_of_their_month", f"{FORMATS}/test_galilu.py::test_money_stands_by_store_and_month_and_volume_beside_it", "tests/test_money_changes.py::test_revenue_from_list_prices_survives_being_worked_out_anew"),
    # a price counts only for amounts in its own currency
    "R11": ("tests/ingest/test_known_failures.py::test_a_list_price_counts_only_for_amounts_in_its_own_currency", "tests/ingest/test_known_failures.py::test_amounts_far_above_the_list_price_are_said", "tests/ingest/fresh/test_aromateque.py::test_money_in_another_currency_proves_no_euro"),
    # no rate is no rate
    "R12": ("tests/ingest/test_valuing.py::test_no_rate_leaves_eur_empty_and_never_one", "tests/test_money_changes.py::test_what_a_rate_moves_is_foretold_by_reseller_and_month"),
    # the rate, its month and its source stand on the row
    "R13": ("tests/ingest/test_known_failures.py::test_each_row_says_its_rate_its_month_and_its_source", "tests/catalogue/test_rates.py::test_an_override_wins_over_the_shipped_history", "tests/catalogue/test_rates.py::test_complete_months_are_kept_where_people_see_them"),
    # net and gross are two figures, the vendor's channel is kept
    "R14": ("tests/ingest/test_valuing.py::test_both_figures_are_exact_and_rounded_once", f"{FORMATS}/test_boxnox.py::test_every_line_is_a_fact_of_its_own_month"),
    # identical till lines are all kept
    "R15": (f"{FORMATS}/test_skins_sa.py::test_every_till_line_is_a_fact_also_the_repeated_one", "tests/ingest/test_storing.py::test_identical_lines_are_sales_of_their_own"),
    "R16": ("tests/ingest/test_storing.py::test_identical_lines_are_sales_of_their_own", "tests/ingest/test_importing.py::test_the_same_bytes_are_a_duplicate_under_any_name"),
    # returns and zero-unit corrections
    "R17": (f"{FORMATS}/test_skins_sa.py::test_money_decides_the_sign_and_the_month_column_the_month", "tests/ingest/test_normalising.py::test_one_rule_decides_the_kind_of_a_line"),
    # 0 is a value
    "R18": ("tests/ingest/test_normalising.py::test_a_zero_is_a_value", f"{FORMATS}/test_liberty.py::test_zeros_are_counted_and_are_no_facts"),
    # totals by place and shape
    "R19": (f"{DISTURBED}::test_a_product_that_sounds_like_a_total_is_a_product", f"{DISTURBED}::test_a_new_display_name_stays_a_product_of_galilu", f"{FORMATS}/test_boxnox.py::test_a_product_called_total_is_no_total_row", "tests/ingest/fresh/test_cdlc.py::test_a_store_may_be_called_total_and_a_region_may_have_one"),
    # columns by their headers
    "R20": (f"{DISTURBED}::test_a_foreign_column_changes_nothing", f"{DISTURBED}::test_columns_in_another_order_mean_the_same", f"{DISTURBED}::test_the_same_facts_wherever_they_stand"),
    # one reseller, however it is written
    "R21": ("tests/ingest/test_known_failures.py::test_one_reseller_under_many_spellings_is_one", "tests/catalogue/test_catalogue.py::test_resellers_keep_their_vendor_key_and_known_rules"),
    # American dates
    "R22": (f"{DISTURBED}::test_order_dates_of_skins_sa_are_american_in_every_spelling", "tests/ingest/test_dates.py::test_a_column_is_read_in_one_order_or_asked", "tests/ingest/fresh/test_online.py::test_dates_that_make_a_month_only_when_read_month_first_are_asked"),
    # numbers in every spelling
    "R23": ("tests/ingest/test_numbers.py::test_spellings_of_a_number", f"{DISTURBED}::test_a_number_written_as_text_is_the_same_number"),
    # None and nan are no keys
    "R24": (f"{DISTURBED}::test_an_ean_that_lost_its_digits_is_never_guessed", "tests/ingest/test_normalising.py::test_no_ean_is_no_key"),
    # EANs in every spelling, nothing padded
    "R25": (f"{DISTURBED}::test_an_ean_in_any_spelling_is_its_digits", "tests/ingest/test_normalising.py::test_short_codes_are_never_padded"),
    # unknown products are held
    "R26": ("tests/ingest/test_matching.py::test_what_is_not_known_is_held_with_its_key", "tests/ingest/test_inbox.py::test_one_answer_places_the_key_in_every_file_and_in_later_ones"),
    "R27": ("tests/ingest/test_suggesting.py::test_another_size_or_form_is_never_suggested",),
    # recognised by content
    "R28": ("tests/ingest/test_recognising.py::test_content_decides_whatever_the_name_says", f"{DISTURBED}::test_a_name_without_date_or_of_another_vendor_is_no_proof"),
    "R29": ("tests/ingest/test_reading.py::test_a_workbook_is_read_whatever_its_name_says", f"{DISTURBED}::test_the_same_facts_wherever_they_stand"),
    "R30": ("tests/ingest/test_importing.py::test_what_holds_no_sales_is_refused_with_a_sentence",),
    # exactly the file's slices
    "R31": ("tests/ingest/test_storing.py::test_another_resellers_month_is_untouched", f"{FORMATS}/test_galilu.py::test_each_view_claims_the_months_it_states"),
    "R32": ("tests/ingest/test_storing.py::test_undo_restores_exactly_what_was_there",),
    # stores as stated
    "R33": (f"{DISTURBED}::test_a_new_store_keeps_its_own_name", "tests/ingest/test_matching.py::test_what_is_not_known_is_held_with_its_key", "tests/ingest/fresh/test_selfridges.py::test_rows_under_no_store_are_held_and_never_given_to_another_one"),
    # free goods are no sales
    "R34": ("tests/ingest/test_normalising.py::test_one_rule_decides_the_kind_of_a_line", "tests/ingest/test_valuing.py::test_bulk_is_many_units_far_below_list_price"),
    # orders keep their numbers, and their value is by order
    "R35": ("tests/sales/test_running.py::test_average_order_value_is_per_order_not_per_line", f"{FORMATS}/test_online.py::test_each_line_is_a_fact_of_its_day_with_its_order_number", "tests/chat/test_answering.py::test_order_value_is_per_order_never_per_line"),
    # an order's fee counts once
    "R36": (f"{FORMATS}/test_online.py::test_the_fee_counts_once_an_order_and_is_shared_by_amount", f"{FORMATS}/test_online.py::test_shares_add_up_to_each_orders_fee_to_the_cent", "tests/sales/test_running.py::test_payment_fee_counts_the_shares_on_gifts_too"),
    # a missing week is seen
    "R37": ("tests/ingest/test_reconciling.py::test_a_missing_week_is_named_by_its_worth",),
    # one file under the next month's name
    "R38": ("tests/ingest/test_importing.py::test_the_same_bytes_of_another_month_are_never_booked", "tests/ingest/test_conformance.py::test_one_file_under_the_next_months_name_changes_no_figure"),
    # one question type, exact sums, every line once
    "R39": ("tests/sales/test_oracle.py::test_random_questions_agree_with_a_loop_over_the_lines", "tests/sales/test_oracle.py::test_periods_that_split_the_calendar_count_every_line_once", "tests/sales/test_running.py::test_sums_are_exact_decimals", "tests/sales/test_running.py::test_a_week_counts_where_its_rule_puts_it_and_is_never_split"),
    # a shortened list shows its remainder
    "R40": ("tests/sales/test_running.py::test_a_limit_with_others_still_adds_up", "tests/sales/test_running.py::test_a_limit_without_others_says_that_it_shortened", "tests/sales/test_oracle.py::test_the_remainder_is_the_same_from_rollup_and_facts", "tests/reports/test_definition.py::test_a_shortened_table_adds_the_rest_as_one_row", "tests/chat/test_querying.py::test_a_long_list_is_cut_and_says_so"),
}  # fmt: skip
