"""Which test brings which state of which component about: the table "Components" of the pages' design, for what is built.

A cell holds the tests' names, file first; or, where the design has no such state, why there is none. `test_states` reads it.
"""

from typing import NamedTuple


class Component(NamedTuple):
    loading: tuple[str, ...] | str
    empty: tuple[str, ...] | str
    error: tuple[str, ...] | str
    disconnected: tuple[str, ...] | str


STALE_BOARD = ("board_page::a_board_that_is_not_live_says_so_and_is_never_a_frozen_green",)

COMPONENTS = {
    "call card": Component(
        loading=("agent_trouble::the_call_card_keeps_its_place_until_the_first_views_come",),
        empty=("agent_trouble::an_idle_card_says_what_comes_and_offers_to_call",),
        error=(
            "device::a_desk_without_a_microphone_says_so_and_is_repaired_there",
            "agent_trouble::a_desk_that_gets_no_telephone_says_why_and_asks_again_by_itself",
        ),
        disconnected=(
            "agent_call::without_the_service_the_card_says_so_and_goes_on_afterwards",
            "agent_call::a_lost_line_keeps_the_caller_and_comes_back_by_itself",
        ),
    ),
    "match bar": Component(
        loading=("agent_customer::a_slow_customer_store_delays_the_pop_and_never_the_call",),
        empty=("agent_customer::an_unknown_number_becomes_a_contact_while_it_rings",),
        error=("agent_customer::a_customer_store_that_is_away_leaves_the_call_by_its_number",),
        disconnected=("agent_customer::who_calls_stays_open_while_the_line_to_the_service_is_away",),
    ),
    "customer and timeline": Component(
        loading=("agent_customer::customer_and_timeline_load_and_come",),
        empty=(
            "agent_customer::an_exact_match_is_shown_with_all_that_is_known",
            "customer_page::a_customers_page_from_loading_to_an_empty_timeline",
        ),
        error=("agent_customer::customer_and_timeline_say_what_failed_and_try_again",),
        disconnected=("agent_customer::without_the_service_the_last_data_stay_and_say_how_old_they_are",),
    ),
    "notes": Component(
        loading="a new call's notes are empty at once; earlier text is put in when it comes",
        empty=("agent_call::notes_that_the_store_does_not_take_stay_here_and_go_later",),
        error=("agent_call::notes_that_the_store_does_not_take_stay_here_and_go_later",),
        disconnected=("agent_call::without_the_service_the_card_says_so_and_goes_on_afterwards",),
    ),
    "outcome keys": Component(
        loading=("agent_call::outcomes_wait_until_the_two_have_talked",),
        empty="a center without outcomes has no keys",
        error=(
            "agent_trouble::an_outcome_that_the_service_refuses_stays_pressed_until_it_is_taken",
            "agent_trouble::the_last_of_two_outcomes_counts_when_the_first_is_still_on_its_way",
        ),
        disconnected=(
            "agent_call::without_the_service_the_card_says_so_and_goes_on_afterwards",
            "agent_trouble::an_outcome_of_a_call_that_is_over_meanwhile_is_told_not_dropped",
        ),
    ),
    "transfer list": Component(
        loading=("agent_trouble::the_transfer_list_has_grey_rows_until_it_comes",),
        empty=("agent_call::the_transfer_list",),
        error=(
            "agent_trouble::a_transfer_list_that_cannot_come_is_tried_again",
            "agent_trouble::a_transfer_that_the_service_refuses_can_be_tried_again",
        ),
        disconnected=("agent_call::the_transfer_list",),
    ),
    "KPI tile": Component(
        loading=("board_page::frames_stand_before_the_figures",),
        empty=("board_page::an_empty_center_is_empty_and_not_broken",),
        error=(
            "board_page::figures_that_cannot_come_are_a_dash_and_the_reason",
            "board_page::curves_that_cannot_be_read_are_a_dash_and_the_live_figures_go_on",
        ),
        disconnected=(*STALE_BOARD, "board_page::a_service_that_cannot_decide_is_told"),
    ),
    "queue table": Component(
        loading=("board_page::frames_stand_before_the_figures",),
        empty=("board_page::an_empty_center_is_empty_and_not_broken",),
        error=("board_page::figures_that_cannot_come_are_a_dash_and_the_reason",),
        disconnected=STALE_BOARD,
    ),
    "agent grid": Component(
        loading=("board_page::frames_stand_before_the_figures",),
        empty=("board_page::an_empty_center_is_empty_and_not_broken",),
        error=("board_page::figures_that_cannot_come_are_a_dash_and_the_reason",),
        disconnected=STALE_BOARD,
    ),
    "chart and table": Component(
        loading=("statistics_page::loading_keeps_the_frame",),
        empty=("statistics_page::nothing_to_show_yet",),
        error=(
            "statistics_page::a_store_that_is_away_is_named_and_tried_again",
            "statistics_page::the_filter_that_failed_is_named",
        ),
        disconnected=("statistics_page::what_is_shown_stays_when_the_service_is_away",),
    ),
    "sign-in": Component(
        loading=(
            "signin_page::a_slow_database_is_waited_for_and_one_that_is_away_is_told",
            "signin_page::a_page_that_cannot_ask_who_is_signed_in_says_so_and_comes_by_itself",
        ),
        empty="its fields are empty to begin with",
        error=(
            "signin_page::a_wrong_password_says_what_to_do",
            "signin_page::a_slow_database_is_waited_for_and_one_that_is_away_is_told",
        ),
        disconnected=("signin_page::a_service_that_is_away_is_asked_again",),
    ),
    "list of customers": Component(
        loading=("customer_page::the_list_from_loading_to_nobody",),
        empty=("customer_page::the_list_from_loading_to_nobody",),
        error=("customer_page::the_list_says_what_failed_and_keeps_what_it_has",),
        disconnected=("customer_page::the_list_says_what_failed_and_keeps_what_it_has",),
    ),
    "campaign's panels": Component(
        loading=("campaigns_page::loading_empty_away_and_back",),
        empty=("campaigns_page::loading_empty_away_and_back",),
        error=("campaigns_page::loading_empty_away_and_back",),
        disconnected="as error: every panel asks by itself, and keeps what it has",
    ),
    "customer page": Component(
        loading=("customer_page::a_customers_page_from_loading_to_an_empty_timeline",),
        empty=("customer_page::a_customers_page_from_loading_to_an_empty_timeline",),
        error=(
            "customer_page::a_customers_page_without_the_store_and_without_the_service",
            "customer_page::a_change_that_the_store_does_not_take_stays_in_the_form",
        ),
        disconnected=("customer_page::a_customers_page_without_the_store_and_without_the_service",),
    ),
}
