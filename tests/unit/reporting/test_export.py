"""CSV that a spreadsheet opens well and does not run."""

import csv
import io
from datetime import datetime

import pytest

from callcenter.kernel.clock import HOUR, instant
from callcenter.kernel.ids import CallId
from reporting import export
from reporting.counters import Counters
from reporting.tally import Calendar
from tests.unit.reporting.histories import NINE, center

CALENDAR = Calendar(center().tz())


@pytest.mark.parametrize("cell", ["=1+2", "+44", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "=HYPERLINK(\"x\")"])
def test_a_cell_that_a_spreadsheet_would_run_is_kept_text(cell):
    assert export.safe(cell) == f"'{cell}"
    text = export.csv_text(["a"], [[cell]])
    assert list(csv.reader(io.StringIO(text.removeprefix(export.BOM), newline="")))[1] == [f"'{cell}"]
    assert text.endswith("\r\n\"'" + cell.replace('"', '""') + '"\r\n'), "and the cell is quoted"


def test_a_telephone_number_keeps_its_plus_and_all_its_digits():
    assert export.csv_text(["n"], [["+8613912345678", 5]]).endswith("\r\n\"'+8613912345678\",5\r\n")


def test_cells_are_quoted_where_the_format_asks_for_it():
    text = export.csv_text(["a", "b"], [["one, two", 'say "hi"'], ["two\nlines", None], [-1.5, ""]])
    assert text == export.BOM + 'a,b\r\n"one, two","say ""hi"""\r\n"two\nlines",\r\n-1.5,\r\n'
    assert list(csv.reader(io.StringIO(text.removeprefix(export.BOM), newline="")))[1] == ["one, two", 'say "hi"']


def test_numbers_stay_numbers_and_words_stay_words():
    cells = (-5, 0.5, None, "Billing", "a=b", CallId("c1"))
    assert [export.safe(cell) for cell in cells] == ["-5", "0.5", "", "Billing", "a=b", "c1"]


def test_a_table_has_its_mark_its_heads_and_a_row_for_each():
    of = Counters(offered=4, answered=3, answered_in_time=2, handle_talk_ms=90_400, handled=1)
    columns = ["offered", "service_level", "aht", "abandon_rate", "asa"]
    english = export.table_csv("Queue", [("Billing, west", of), ("=Evil", Counters())], columns, "en")
    assert english.encode().startswith(b"\xef\xbb\xbf")
    assert english.removeprefix(export.BOM).split("\r\n") == [
        "Queue,Offered,Service level,Handle time (s),Abandon rate,Speed of answer (s)",
        '"Billing, west",4,0.5,90,0.0,0',
        "\"'=Evil\",0,,,,",
        "",
    ]
    chinese = export.table_csv("队列", [("账单", of)], columns, "zh")
    assert chinese.removeprefix(export.BOM).startswith("队列,进入队列,服务水平,平均处理时间 （秒）,放弃率")


def test_intervals_are_written_in_the_center_s_time():
    text = export.series_csv({NINE: Counters(talk_ms=61_000)}, ["talk_ms"], CALENDAR, "en")
    assert text.removeprefix(export.BOM) == (
        "Interval start,Offset,Talk time (s)\r\n2026-04-14 09:00,UTC-04:00,61\r\n"
    )
    assert export.moment(NINE + 61_000, CALENDAR) == "2026-04-14 09:01:01"
    assert export.moment(None, CALENDAR) == ""


def test_the_hour_that_the_clock_has_twice_is_told_apart():
    first = instant(datetime(2026, 11, 1, 1, 0, tzinfo=CALENDAR.zone))
    hours = {first + number * HOUR: Counters() for number in range(3)}
    text = export.series_csv(hours, ["offered"], CALENDAR, "zh")
    assert text.removeprefix(export.BOM).split("\r\n")[:4] == [
        "时段开始,时差,进入队列",
        "2026-11-01 01:00,UTC-04:00,0",
        "2026-11-01 01:00,UTC-05:00,0",
        "2026-11-01 02:00,UTC-05:00,0",
    ]


def test_an_unknown_column_is_an_error_and_not_an_empty_one():
    with pytest.raises(KeyError):
        export.heading("profit", "en")
