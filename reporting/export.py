"""Statistics and calls as CSV files that open well in a spreadsheet: UTF-8 with its mark, headers in two languages.

A cell that a spreadsheet would run as a formula is kept text by an apostrophe before it, and quoted (OWASP ASVS V1.2.10); so a
telephone number keeps its plus and all its digits. Names and numbers are resolved by the caller; nothing here queries.
"""

from collections.abc import Iterable, Mapping, Sequence

from callcenter.kernel.center import Label
from callcenter.kernel.clock import local
from callcenter.kernel.words import Language
from reporting.counters import Counters
from reporting.metrics import METRICS, Metric
from reporting.tally import Calendar

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

COUNT_COLUMNS: dict[str, Label] = {
    "offered": Label("Offered", "进入队列"),
    "answered": Label("Answered", "已接听"),
    "answered_in_time": Label("Answered in time", "及时接听"),
    "abandoned": Label("Abandoned", "放弃"),
    "short_abandoned": Label("Early hang-ups", "过早挂断"),
    "flowed_out": Label("Flowed out", "转出队列"),
    "ended": Label("Ended by the system", "系统结束"),
    "handled": Label("Handled", "已处理"),
    "transferred": Label("Transferred calls", "转接数"),
    "offers": Label("Offers", "派发"),
    "accepted": Label("Accepted", "已接受"),
    "missed": Label("Missed", "未应答"),
    "rejected": Label("Rejected", "已拒绝"),
    "arrived": Label("Calls in", "来电"),
    "unadopted": Label("Unadopted (service was down)", "未接管（服务中断）"),
    "abandoned_in_ivr": Label("Hung up in the IVR", "语音导航中挂断"),
    "placed": Label("Placed", "呼出"),
    "reached": Label("Reached", "已接通"),
    "talk_ms": Label("Talk time", "通话时长"),
    "hold_ms": Label("Hold time", "保持时长"),
    "wrap_up_ms": Label("Wrap-up total", "话后处理总时长"),
    "idle_ms": Label("Idle time", "空闲时长"),
    "reserved_ms": Label("Ringing time", "振铃时长"),
    "dialing_ms": Label("Dialing time", "拨号时长"),
    "not_ready_ms": Label("Not-ready time", "未就绪时长"),
}
"""Plain counters that a table may show, times in seconds."""

SECONDS = Label("(s)", "（秒）")


def safe(cell: object) -> str:
    """A cell's text; an apostrophe keeps a spreadsheet from running it. Numbers, negative ones too, stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return str(cell)
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole CSV file (RFC 4180 line ends) as text; encode it as UTF-8."""
    return BOM + "".join(",".join(map(_quoted, row)) + "\r\n" for row in (header, *rows))


def _quoted(cell: object) -> str:
    text = safe(cell)
    if text.startswith("'") or any(letter in text for letter in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _word(label: Label, language: Language) -> str:
    return label.zh if language == "zh" else label.en


def heading(name: str, language: Language) -> str:
    """The column's head for a counter or metric; KeyError for an unknown name."""
    metric = METRICS.get(name)
    label = COUNT_COLUMNS[name] if metric is None else metric.label
    in_seconds = name.endswith("_ms") if metric is None else metric.unit == "ms"
    return _word(label, language) + (f" {_word(SECONDS, language)}" if in_seconds else "")


def _cell(name: str, of: Counters) -> object:
    metric: Metric | None = METRICS.get(name)
    if metric is None:
        value: float | None = getattr(of, name)
        return round(value / 1000) if name.endswith("_ms") and value is not None else value
    value = metric.value(of)
    if value is None:
        return None
    return round(value / 1000) if metric.unit == "ms" else round(value, 4)


def table_csv(first: str, rows: Iterable[tuple[str, Counters]], columns: Sequence[str], language: Language) -> str:
    """Counters by queue, agent, day or interval: `first` heads the first column, rates are 0 to 1, times whole seconds."""
    header = [first, *(heading(name, language) for name in columns)]
    return csv_text(header, ([label, *(_cell(name, of) for name in columns)] for label, of in rows))


def series_csv(
    quarters: Mapping[int, Counters], columns: Sequence[str], calendar: Calendar, language: Language
) -> str:
    """Counters by interval, the interval's begin in the center's time with its offset: the clock has one hour a year twice."""
    first = ["时段开始", "时差"] if language == "zh" else ["Interval start", "Offset"]
    rows = ([*_begin(start, calendar), *(_cell(name, of) for name in columns)] for start, of in quarters.items())
    return csv_text([*first, *(heading(name, language) for name in columns)], rows)


def _begin(start: int, calendar: Calendar) -> tuple[str, str]:
    at = local(start, calendar.zone)
    return at.strftime("%Y-%m-%d %H:%M"), f"UTC{at.isoformat()[-6:]}"


def moment(at: int | None, calendar: Calendar) -> str:
    """A time as a spreadsheet reads it, in the center's zone; empty for none."""
    return "" if at is None else local(at, calendar.zone).strftime("%Y-%m-%d %H:%M:%S")
