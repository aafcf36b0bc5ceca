"""Every figure's formula, once: the board, the statistics, the pages' tooltips and docs/statistics.md all read it here.

A metric is a fraction of quantities, each of which is a pure function of counters; so its formula can be written out, and
written out again with the numbers put in. Definitions and their sources: shared design, domain.md (Genesys, Asterisk, Wazo,
VICIdial and Amazon name the variants). What counts as offered, answered or handled is decided in `reporting.tally`.
"""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from callcenter.kernel.center import Label
from callcenter.kernel.words import Language
from reporting.counters import WAIT_EDGES_MS, Counters

Unit = Literal["count", "ms", "ratio"]
Sign = Literal["+", "−"]


class Quantity(Struct, frozen=True, kw_only=True):
    """A term of a formula. `of(counters, within_ms)` is its value; `within_ms` is None for the queue's own threshold."""

    name: str
    label: Label
    unit: Unit
    of: Callable[[Counters, int | None], int]


class Metric(Struct, frozen=True, kw_only=True):
    name: str
    label: Label
    unit: Unit
    above: tuple[tuple[Sign, Quantity], ...]
    below: tuple[tuple[Sign, Quantity], ...] = ()
    """Empty: the figure is the sum `above` itself."""
    note: Label
    """What counts, in a sentence or two."""
    threshold: bool = False
    """It takes `within_ms`."""

    def value(self, of: Counters, within_ms: int | None = None) -> float | None:
        """The figure (rates 0 to 1, times in ms); None when there is nothing to divide by.

        `within_ms` must be an edge of WAIT_EDGES_MS, else ValueError: other thresholds need the calls themselves.
        """
        above = _sum(self.above, of, within_ms)
        if not self.below:
            return above
        below = _sum(self.below, of, within_ms)
        return None if below <= 0 else above / below


def _sum(terms: tuple[tuple[Sign, Quantity], ...], of: Counters, within_ms: int | None) -> int:
    total = 0
    for sign, term in terms:
        amount = term.of(of, within_ms)
        total += amount if sign == "+" else -amount
    return total


def _within(waits: tuple[int, ...], within_ms: int) -> int:
    if within_ms not in WAIT_EDGES_MS:
        edges = ", ".join(str(edge // 1000) for edge in WAIT_EDGES_MS)
        raise ValueError(f"{within_ms} ms is no edge of a waiting-time bucket: use one of these seconds: {edges}")
    return sum(waits[: WAIT_EDGES_MS.index(within_ms) + 1])


def _field(name: str, en: str, zh: str, unit: Unit) -> Quantity:
    return Quantity(name=name, label=Label(en, zh), unit=unit, of=lambda of, _: int(getattr(of, name)))


def _answered_in(of: Counters, within_ms: int | None) -> int:
    return of.answered_in_time if within_ms is None else _within(of.answered_waits, within_ms)


def _abandoned_in(of: Counters, within_ms: int | None) -> int:
    return of.abandoned_in_time if within_ms is None else _within(of.abandoned_waits, within_ms)


OFFERED = _field("offered", "offered", "进入队列", "count")
ANSWERED = _field("answered", "answered", "已接听", "count")
ANSWERED_IN_TIME = Quantity(
    name="answered_in_time", label=Label("answered in time", "及时接听"), unit="count", of=_answered_in
)  # fmt: skip
ABANDONED = _field("abandoned", "abandoned", "放弃", "count")
ABANDONED_IN_TIME = Quantity(
    name="abandoned_in_time", label=Label("abandoned in time", "时限内放弃"), unit="count", of=_abandoned_in
)  # fmt: skip
SHORT = _field("short_abandoned", "early hang-ups", "过早挂断", "count")
WAIT_ANSWERED = _field("wait_answered_ms", "waits of answered calls", "已接听来电等待时间", "ms")
WAIT_ABANDONED = _field("wait_abandoned_ms", "waits of abandoned calls", "放弃来电等待时间", "ms")
WAIT_SHORT = _field("wait_short_ms", "waits of early hang-ups", "过早挂断等待时间", "ms")
LONGEST = _field("longest_wait_ms", "longest wait", "最长等待", "ms")
HANDLED = _field("handled", "handled", "已处理", "count")
HANDLE_TALK = _field("handle_talk_ms", "talk", "通话", "ms")
HANDLE_HOLD = _field("handle_hold_ms", "hold", "保持", "ms")
HANDLE_WRAP_UP = _field("handle_wrap_up_ms", "wrap-up", "话后处理", "ms")
TRANSFERRED = _field("transferred", "transferred", "已转接", "count")
HELD = _field("held", "with a hold", "有保持", "count")
OVERRUN = _field("overrun", "wrap-up over its limit", "话后处理超时", "count")
AGENT_HUNG_UP = _field("agent_hung_up", "ended by the agent", "坐席先挂断", "count")
TALK = _field("talk_ms", "talk", "通话", "ms")
HOLD = _field("hold_ms", "hold", "保持", "ms")
WRAP_UP = _field("wrap_up_ms", "wrap-up", "话后处理", "ms")
IDLE = _field("idle_ms", "idle", "空闲", "ms")
RESERVED = _field("reserved_ms", "reserved", "振铃", "ms")
DIALING = _field("dialing_ms", "dialing", "拨号", "ms")
NOT_READY = _field("not_ready_ms", "not ready", "未就绪", "ms")
OFFERS = _field("offers", "offers", "派发", "count")
ACCEPTED = _field("accepted", "accepted", "已接受", "count")
MISSED = _field("missed", "missed", "未应答", "count")
REJECTED = _field("rejected", "rejected", "已拒绝", "count")
PLACED = _field("placed", "placed", "呼出", "count")
REACHED = _field("reached", "reached", "已接通", "count")
ARRIVED = _field("arrived", "calls that came in", "来电", "count")
UNADOPTED = _field("unadopted", "unadopted calls", "未接管来电", "count")
IVR_ABANDONED = _field("abandoned_in_ivr", "abandoned in the IVR", "语音导航中放弃", "count")

WORKED: tuple[tuple[Sign, Quantity], ...] = (("+", TALK), ("+", HOLD), ("+", WRAP_UP))
BUSY: tuple[tuple[Sign, Quantity], ...] = (*WORKED, ("+", RESERVED), ("+", DIALING))
READY: tuple[tuple[Sign, Quantity], ...] = (*WORKED, ("+", IDLE), ("+", RESERVED), ("+", DIALING))
LOG_IN: tuple[tuple[Sign, Quantity], ...] = (*READY, ("+", NOT_READY))
HANDLE: tuple[tuple[Sign, Quantity], ...] = (("+", HANDLE_TALK), ("+", HANDLE_HOLD), ("+", HANDLE_WRAP_UP))

_ALL_HER_TIME = Label(
    "A queue's row holds all time of the agents who serve the queue, so rows do not add up.",
    "队列行包含服务该队列的坐席的全部时间，因此各行不能相加。",
)


def _note(en: str, zh: str) -> Label:
    return Label(en, zh)


def _joined(one: Label, other: Label) -> Label:
    return Label(f"{one.en} {other.en}", f"{one.zh}{other.zh}")


OCCUPANCY = Metric(
    name="occupancy", label=Label("Occupancy", "坐席占用率"), unit="ratio", above=WORKED, below=READY,
    note=_joined(_note(
        "Agent load. Ringing and dialing are not work, not-ready time is outside; calls and wrap-up count whatever the presence.",
        "坐席负荷。振铃与拨号不算工作，未就绪时间不计；通话与话后处理无论在席状态如何均计入。"), _ALL_HER_TIME),
)  # fmt: skip
BUSY_RATE = Metric(
    name="busy_rate", label=Label("Busy rate", "忙碌率"), unit="ratio", above=BUSY, below=READY,
    note=_joined(
        _note("As occupancy, with ringing and dialing counted as work.", "同占用率，但振铃与拨号算作工作。"), _ALL_HER_TIME
    ),
)  # fmt: skip
UTILISATION = Metric(
    name="utilisation", label=Label("Utilisation", "利用率"), unit="ratio", above=WORKED, below=LOG_IN,
    note=_joined(_note("Work as a share of the whole log-in time.", "工作时间占全部登录时间的比例。"), _ALL_HER_TIME),
)  # fmt: skip
ABANDON_RATE = Metric(
    name="abandon_rate", label=Label("Abandon rate", "放弃率"), unit="ratio",
    above=(("+", ABANDONED), ("−", SHORT)), below=(("+", OFFERED), ("−", SHORT)),
    note=_note(
        "Callers who hung up in the queue. Early hang-ups, under the queue's short-abandon limit (5 s unless set), are out of "
        "both numbers. Hang-ups in the IVR are a figure of their own.",
        "在队列中挂断的来电。短于队列过早挂断时限（默认 5 秒）的挂断从分子分母中扣除。语音导航中的挂断另计。"),
)  # fmt: skip
ABANDON_RATE_ALL = Metric(
    name="abandon_rate_all", label=Label("Abandon rate, early hang-ups included", "放弃率（含过早挂断）"), unit="ratio",
    above=(("+", ABANDONED),), below=(("+", OFFERED),),
    note=_note("Every hang-up in the queue.", "队列中的全部挂断。"),
)  # fmt: skip
IVR_ABANDON_RATE = Metric(
    name="ivr_abandon_rate", label=Label("Abandoned in the IVR", "语音导航放弃率"), unit="ratio",
    above=(("+", IVR_ABANDONED),), below=(("+", ARRIVED),),
    note=_note("Callers who hung up before any queue.", "进入任何队列之前挂断的来电。"),
)  # fmt: skip
SERVICE_LEVEL = Metric(
    name="service_level", label=Label("Service level", "服务水平"), unit="ratio", threshold=True,
    above=(("+", ANSWERED_IN_TIME),), below=(("+", OFFERED),),
    note=_note(
        "In time: the wait was not longer than the queue's threshold (20 s unless set) as it stood when the call came in. All "
        "queue entries are below the line, those still waiting included.",
        "及时：等待不超过来电时队列的时限（默认 20 秒）。分母为全部进入队列的来电，含仍在等待的。"),
)  # fmt: skip
SL_ANSWERED = Metric(
    name="service_level_answered", label=Label("Service level of answered", "服务水平（已接听）"), unit="ratio", threshold=True,
    above=(("+", ANSWERED_IN_TIME),), below=(("+", ANSWERED),),
    note=_note("Abandons do not count (Asterisk's SL, Wazo's quality of service).", "不计放弃（Asterisk SL、Wazo）。"),
)  # fmt: skip
SL_TWO = Metric(
    name="service_level_2", label=Label("Service level 2", "服务水平 2"), unit="ratio", threshold=True,
    above=(("+", ANSWERED_IN_TIME), ("+", ABANDONED_IN_TIME)), below=(("+", ANSWERED), ("+", ABANDONED)),
    note=_note("An abandon in time counts as good (Asterisk's SL2).", "时限内的放弃视为达标（Asterisk SL2）。"),
)  # fmt: skip
SL_ABANDON_PENAL = Metric(
    name="service_level_abandon_penal", label=Label("Service level, late abandons against", "服务水平（迟放弃计入）"),
    unit="ratio", threshold=True,
    above=(("+", ANSWERED_IN_TIME),), below=(("+", ANSWERED), ("+", ABANDONED), ("−", ABANDONED_IN_TIME)),
    note=_note("Abandons within the threshold are left out, later ones count against it (Genesys).",
               "时限内的放弃不计，之后的放弃计为未达标（Genesys）。"),
)  # fmt: skip
ASA = Metric(
    name="asa", label=Label("Speed of answer", "平均应答速度"), unit="ms",
    above=(("+", WAIT_ANSWERED),), below=(("+", ANSWERED),),
    note=_note("ASA: mean wait of answered calls, from the queue entry until both hear each other.",
               "ASA：已接听来电从进入队列到双方通话的平均等待。"),
)  # fmt: skip
AQT_ABANDONED = Metric(
    name="aqt_abandoned", label=Label("Wait of abandoned", "放弃前平均等待"), unit="ms",
    above=(("+", WAIT_ABANDONED), ("−", WAIT_SHORT)), below=(("+", ABANDONED), ("−", SHORT)),
    note=_note("AQT: mean wait of callers who hung up, early hang-ups left out.", "AQT：放弃来电的平均等待，不含过早挂断。"),
)  # fmt: skip
AWT = Metric(
    name="awt", label=Label("Mean wait", "平均等待"), unit="ms",
    above=(("+", WAIT_ANSWERED), ("+", WAIT_ABANDONED)), below=(("+", ANSWERED), ("+", ABANDONED)),
    note=_note("AWT: answered and abandoned together (Wazo's average waiting time).", "AWT：已接听与放弃合计（Wazo）。"),
)  # fmt: skip
MAX_WAIT = Metric(
    name="max_wait", label=Label("Longest wait", "最长等待"), unit="ms", above=(("+", LONGEST),),
    note=_note("Of all queue entries that have ended, however they ended.", "所有已结束的排队，无论结果。"),
)  # fmt: skip
AHT = Metric(
    name="aht", label=Label("Handle time", "平均处理时间"), unit="ms", above=HANDLE, below=(("+", HANDLED),),
    note=_note("AHT of conversations whose wrap-up is done, each counted whole in the interval where its queue entry (for an "
               "agent: the conversation) began.",
               "AHT：话后处理已结束的通话，整体计入其排队（对坐席为通话）开始的时段。"),
)  # fmt: skip
WRAP_UP_TIME = Metric(
    name="wrap_up_time", label=Label("Wrap-up time", "平均话后处理"), unit="ms",
    above=(("+", HANDLE_WRAP_UP),), below=(("+", HANDLED),),
    note=_note("Mean wrap-up of handled calls.", "已处理来电的平均话后处理时间。"),
)  # fmt: skip
TRANSFER_RATE = Metric(
    name="transfer_rate", label=Label("Transferred", "转接率"), unit="ratio",
    above=(("+", TRANSFERRED),), below=(("+", HANDLED),),
    note=_note("Conversations that the agent ended by a transfer to an agent, a queue or an outside number.",
               "坐席以转接（坐席、队列或外部号码）结束的通话。"),
)  # fmt: skip
HOLD_RATE = Metric(
    name="hold_rate", label=Label("Held", "保持率"), unit="ratio", above=(("+", HELD),), below=(("+", HANDLED),),
    note=_note("Conversations with at least one hold, a lost line included.", "至少保持过一次的通话，含线路中断。"),
)  # fmt: skip
OVERRUN_RATE = Metric(
    name="wrap_up_overrun", label=Label("Wrap-up overrun", "话后处理超时率"), unit="ratio", above=(("+", OVERRUN),),
    below=(("+", HANDLED),),
    note=_note("Conversations whose wrap-up was longer than the queue's limit.", "话后处理超过队列时限的通话。"),
)  # fmt: skip
AGENT_HUNG_UP_RATE = Metric(
    name="agent_hung_up_first", label=Label("Agent hung up first", "坐席先挂断率"), unit="ratio", above=(("+", AGENT_HUNG_UP),),
    below=(("+", HANDLED),),
    note=_note("Conversations that the agent ended.", "由坐席挂断的通话。"),
)  # fmt: skip
ANSWER_RATE = Metric(
    name="agent_answer_rate", label=Label("Offers accepted", "应答率"), unit="ratio", above=(("+", ACCEPTED),),
    below=(("+", OFFERS),),
    note=_note("An offer is a call that rings at one agent.", "派发指一通来电在一位坐席处振铃。"),
)  # fmt: skip
MISSED_RATE = Metric(
    name="missed_rate", label=Label("Offers missed", "未应答率"), unit="ratio", above=(("+", MISSED),), below=(("+", OFFERS),),
    note=_note("Offers that rang out; rejected ones are not missed.", "振铃超时的派发；被拒绝的不算。"),
)  # fmt: skip
REACH_RATE = Metric(
    name="reach_rate", label=Label("Placed calls reached", "呼出接通率"), unit="ratio", above=(("+", REACHED),),
    below=(("+", PLACED),),
    note=_note("Calls that agents placed and that the customer answered.", "坐席呼出且客户接听的通话。"),
)  # fmt: skip
UNADOPTED_RATE = Metric(
    name="unadopted_rate", label=Label("Unadopted calls (service was down)", "未接管来电率（服务中断）"), unit="ratio",
    above=(("+", UNADOPTED),), below=(("+", ARRIVED), ("+", UNADOPTED)),
    note=_note("Callers whom the service never took, because it was down: they heard the dialplan's message or hung up before. "
               "They have no call record; `callcenter doctor --count-unadopted` counts them from Asterisk's own records.",
               "服务中断期间未被接管的来电：听到拨号方案的提示音，或在此之前挂断。没有通话记录；由 `callcenter doctor "
               "--count-unadopted` 根据 Asterisk 自己的记录计数。"),
)  # fmt: skip
LOG_IN_TIME = Metric(
    name="log_in_time", label=Label("Log-in time", "登录时间"), unit="ms", above=LOG_IN,
    note=_joined(_note("Signed in, or still in a call.", "已登录，或仍在通话。"), _ALL_HER_TIME),
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        OCCUPANCY, BUSY_RATE, UTILISATION, LOG_IN_TIME, ABANDON_RATE, ABANDON_RATE_ALL, IVR_ABANDON_RATE, SERVICE_LEVEL,
        SL_ANSWERED, SL_TWO, SL_ABANDON_PENAL, ASA, AQT_ABANDONED, AWT, MAX_WAIT, AHT, WRAP_UP_TIME, TRANSFER_RATE, HOLD_RATE,
        OVERRUN_RATE, AGENT_HUNG_UP_RATE, ANSWER_RATE, MISSED_RATE, REACH_RATE,
        UNADOPTED_RATE,
    )
}  # fmt: skip

# -- writing formulas out ---------------------------------------------------------------------------------------------------


def duration(ms: float) -> str:
    """m:ss, or h:mm:ss from an hour on; rounded to the second."""
    seconds = round(abs(ms) / 1000)
    hours, rest = divmod(seconds, 3600)
    sign = "−" if ms < 0 and seconds else ""
    return f"{sign}{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{sign}{rest // 60}:{rest % 60:02}"


def shown(value: float | None, unit: Unit) -> str:
    """A figure as people read it: 1,204, 5:38 or 7.6 %; a dash for none."""
    if value is None:
        return "–"
    if unit == "count":
        return f"{value:,.0f}"
    return duration(value) if unit == "ms" else f"{value * 100:.1f} %"


def _written(terms: tuple[tuple[Sign, Quantity], ...], word: Callable[[Quantity], str]) -> str:
    words = [f" {sign} {word(term)}" if index else word(term) for index, (sign, term) in enumerate(terms)]
    return "".join(words)


def _fraction(metric: Metric, word: Callable[[Quantity], str]) -> str:
    above = _written(metric.above, word)
    if not metric.below:
        return above
    below = _written(metric.below, word)
    if len(metric.above) > 1:
        above = f"({above})"
    return f"{above} / ({below})" if len(metric.below) > 1 else f"{above} / {below}"


def formula(metric: Metric, language: Language) -> str:
    """The formula in words: (abandoned − early hang-ups) / (offered − early hang-ups)."""
    return _fraction(metric, lambda term: term.label.zh if language == "zh" else term.label.en)


def with_numbers(metric: Metric, of: Counters, within_ms: int | None = None) -> str:
    """The formula with the numbers put in: (103 − 11) / (1,215 − 11) = 7.6 %."""
    value = metric.value(of, within_ms)
    return f"{_fraction(metric, lambda term: shown(term.of(of, within_ms), term.unit))} = {shown(value, metric.unit)}"
