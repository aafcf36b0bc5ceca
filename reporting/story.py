"""What happened in a call, told to a person: one sentence for each event that matters to somebody, in English and Chinese.

Only ids stand in it (agents' and queues' own words), no number and no name. An event without a sentence is listed with the
reason in `UNTOLD`, so that a new kind cannot be forgotten. Pure.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from callcenter.kernel import events as e
from callcenter.kernel.words import Answerer, Language

Told = tuple[str, str]
"""English, Chinese."""


class Sentence(Struct, frozen=True):
    """`after_ms`: since the call's first event."""

    position: int
    at: int
    after_ms: int
    text: str


def story(events: Iterable[e.Recorded], language: Language = "en") -> Iterator[Sentence]:
    """The sentences of one call's events, in order."""
    began: int | None = None
    for recorded in events:
        at = e.when(recorded.event, recorded.at)
        began = at if began is None else began
        tell = _TELL.get(type(recorded.event))
        if tell is not None:
            english, chinese = tell(recorded.event)
            yield Sentence(recorded.position, at, at - began, chinese if language == "zh" else english)


def kinds() -> set[type]:
    """The kinds of events that have a sentence."""
    return set(_TELL)


UNTOLD: dict[type, str] = {
    e.IvrWaits: "the visit says where the caller went",
    e.PromptAsked: "only its failure matters",
    e.RequirementsSet: "the queue entry says what is required",
    e.AnnouncementsSet: "the announcement itself is told",
    e.LegDropped: "the end of the leg is told",
    e.LegInBridge: "the connection is told",
    e.LegOutOfBridge: "the connection is told",
    e.LegJoining: "the connection is told",
    e.BridgeOver: "the end of the conversation is told",
    e.RecordingAsked: "its beginning is told",
    e.RecordingStopped: "its end is told",
    e.RecordingStoreAsked: "that it is kept is told",
}
"""Events of a call without a sentence, and why."""


def _skills(skills: dict[Any, int]) -> str:
    return ", ".join(f"{skill} {level}" for skill, level in sorted(skills.items())) or "-"


def _failure(event: e.PromptOver) -> Told:
    if event.failure is None:
        return "a prompt was played to its end", "一段语音播放完毕"
    return f"a prompt could not be played: {event.failure}", f"语音无法播放：{event.failure}"


def _queued(event: e.CallQueued) -> Told:
    needs, back = _skills(event.skills), event.back
    return (
        f"{'back in' if back else 'entered'} queue {event.queue}, priority {event.priority}, needs {needs}",
        f"{'回到' if back else '进入'}队列 {event.queue}，优先级 {event.priority}，要求 {needs}",
    )


def _matched(event: e.ContactsMatched) -> Told:
    count = len(event.matches)
    how = ", ".join(sorted({match.match.value for match in event.matches})) or "-"
    return (
        f"the customer store knows {count} contacts with this number ({how})",
        f"客户库中有 {count} 位联系人使用该号码（{how}）",
    )


_WHO: dict[Answerer, Told] = {
    Answerer.HUMAN: ("a person", "真人"),
    Answerer.MACHINE: ("a machine", "答录机"),
    Answerer.FAX: ("a fax", "传真机"),
    Answerer.UNDECIDED: ("nobody knows; taken for a person", "未能判断，按真人处理"),
}


def _answerer(event: e.AnswerHeard) -> Told:
    heard = event.heard
    (english, chinese), sure = _WHO[heard.answerer], round(100 * heard.confidence)
    return (
        f"who answered: {english} ({heard.why}, {sure} % sure{', too late to matter' if event.late else ''})",
        f"应答者：{chinese}（{heard.why}，可信度 {sure}%{'，已来不及改变处理' if event.late else ''}）",
    )


def _message(event: e.MessageBegan) -> Told:
    if event.machine:
        return "the message for machines began, after the beep", "提示音后开始播放答录机留言"
    if event.abandoned:
        return "no agent in time: the message for abandoned calls", "没有坐席及时接听：播放放弃通话提示"
    return "the campaign's message began", "开始播放活动语音"


def _transfer(event: e.TransferStarted) -> Told:
    to = f"agent {event.to_agent}" if event.to_agent is not None else "a number outside"
    zh = f"坐席 {event.to_agent}" if event.to_agent is not None else "外部号码"
    return f"{event.agent} transferred the call to {to}", f"{event.agent} 将通话转给{zh}"


def _down(event: e.LegDown) -> Told:
    end = f"{event.cause.value}{', ended by us' if event.by_us else ''}{f', {event.detail}' if event.detail else ''}"
    zh = f"{event.cause.value}{'，由本系统结束' if event.by_us else ''}{f'，{event.detail}' if event.detail else ''}"
    return f"leg {event.leg} ended: {end}", f"通话线路 {event.leg} 结束：{zh}"


_TELL: dict[type, Callable[[Any], Told]] = {
    e.CallArrived: lambda v: (
        f"came in on {v.carrier}, to {v.number or 'a number that is not ours'}{'' if v.caller else ', caller withheld'}",
        f"从 {v.carrier} 呼入，被叫 {v.number or '非本中心号码'}{'' if v.caller else '，主叫隐藏'}",
    ),
    e.CallBlocked: lambda v: ("refused: the caller is on the center's list", "拒接：主叫在黑名单中"),
    e.CallPlaced: lambda v: (f"{v.agent} called a customer", f"{v.agent} 呼叫客户"),
    e.AttemptDialed: lambda v: (
        f"campaign {v.campaign} dialed lead {v.lead}, allowed by {v.rule}",
        f"活动 {v.campaign} 拨打名单客户 {v.lead}，依据 {v.rule}",
    ),
    e.LeadDialed: lambda v: (f"it is attempt {v.attempt} of campaign {v.campaign}", f"属于活动 {v.campaign} 的拨打 {v.attempt}"),
    e.AttemptAnswered: lambda v: ("the callee answered", "被叫应答"),
    e.AnswerListened: lambda v: ("it is listened who answered", "正在判断应答者"),
    e.AnswerHeard: _answerer,
    e.BeepAwaited: lambda v: ("waits for the machine's beep", "等待答录机提示音"),
    e.PersonFound: lambda v: (
        "a key was pressed: it was a person who was taken for a machine",
        "对方按了键：应答者是被误判为答录机的真人",
    ),
    e.MessageBegan: _message,
    e.OptedOut: lambda v: ("the callee pressed the key and is called no more", "被叫按键要求不再呼叫"),
    e.AttemptOver: lambda v: (
        f"the attempt ended: {v.outcome.value} ({v.why})",
        f"拨打结束：{v.outcome.value}（{v.why}）",
    ),
    e.IvrStarted: lambda v: (
        f"flow {v.flow or '- (none for this number)'} began",
        f"流程 {v.flow or '-（该号码没有流程）'} 开始",
    ),
    e.IvrVisited: lambda v: (f"left {v.node} by {v.outcome}", f"从 {v.node} 经 {v.outcome} 离开"),
    e.PromptOver: _failure,
    e.DigitsEntered: lambda v: (
        f"the caller pressed {v.count} keys ({v.end.value})",
        f"来电者按了 {v.count} 个键（{v.end.value}）",
    ),
    e.LanguageChosen: lambda v: (f"language {v.language}, by {v.why}", f"语言 {v.language}，依据 {v.why}"),
    e.ContactsAsked: lambda v: ("the customer store was asked", "查询客户库"),
    e.ContactsMatched: _matched,
    e.ContactsUnknown: lambda v: (f"the customer store did not answer: {v.why}", f"客户库没有应答：{v.why}"),
    e.ContactChosen: lambda v: (
        f"contact {v.contact}, chosen by {v.agent or 'the one exact match'}",
        f"联系人 {v.contact}，由 {v.agent or '唯一精确匹配'} 选定",
    ),
    e.CallQueued: _queued,
    e.PositionTold: lambda v: (f"heard: position {v.position}", f"播报：第 {v.position} 位"),
    e.OfferMade: lambda v: (
        f"offered to {v.agent}, because {', '.join(v.reasons)}",
        f"提供给 {v.agent}，原因：{', '.join(v.reasons)}",
    ),
    e.OfferOver: lambda v: (f"the offer to {v.agent} ended: {v.end.value}", f"提供给 {v.agent} 的呼叫结束：{v.end.value}"),
    e.OfferAccepted: lambda v: (f"{v.agent} answered", f"{v.agent} 接听"),
    e.ConnectFailed: lambda v: (f"{v.agent} answered but was not connected: {v.why}", f"{v.agent} 已接听但未接通：{v.why}"),
    e.CallConnected: lambda v: (f"connected with {v.agent}", f"与 {v.agent} 接通"),
    e.CallHeld: lambda v: (f"{v.agent} put the customer on hold", f"{v.agent} 保持通话"),
    e.CallRetrieved: lambda v: (f"{v.agent} took the customer off hold", f"{v.agent} 恢复通话"),
    e.LineLost: lambda v: (f"{v.agent}'s line was lost; the customer hears music", f"{v.agent} 的线路中断，客户听音乐"),
    e.LineRestored: lambda v: (f"{v.agent}'s line is back", f"{v.agent} 的线路恢复"),
    e.AgentLeft: lambda v: (f"{v.agent} left the conversation: {v.why}", f"{v.agent} 离开通话：{v.why}"),
    e.TransferStarted: _transfer,
    e.TransferFailed: lambda v: (f"the transfer failed: {v.why}", f"转接失败：{v.why}"),
    e.TransferCompleted: lambda v: ("the customer talks with the number outside", "客户与外部号码通话"),
    e.PlacedCallFailed: lambda v: (
        f"{v.agent} did not reach the customer: {v.cause.value}",
        f"{v.agent} 未能接通客户：{v.cause.value}",
    ),
    e.DispositionSet: lambda v: (f"{v.agent} set the outcome {v.code}", f"{v.agent} 设置结果 {v.code}"),
    e.WrapUpStarted: lambda v: (f"{v.agent} wraps up", f"{v.agent} 开始话后处理"),
    e.WrapUpEnded: lambda v: (f"{v.agent} finished wrapping up", f"{v.agent} 结束话后处理"),
    e.CallOver: lambda v: (
        f"over: {v.end.value}, by {v.by.value} ({v.cause.value})",
        f"通话结束：{v.end.value}，{v.by.value}（{v.cause.value}）",
    ),
    e.LegDialed: lambda v: (
        f"leg {v.leg} dialed: {v.role.value} {v.agent or ''}".rstrip(),
        f"拨出线路 {v.leg}：{v.role.value} {v.agent or ''}".rstrip(),
    ),
    e.LegRang: lambda v: (f"leg {v.leg} rings", f"线路 {v.leg} 振铃"),
    e.LegUp: lambda v: (f"leg {v.leg} is up", f"线路 {v.leg} 接通"),
    e.LegDoubted: lambda v: (f"the carrier does not know leg {v.leg}", f"运营商不认识线路 {v.leg}"),
    e.LegDown: _down,
    e.RecordingRuns: lambda v: (f"recording {v.recording} runs", f"录音 {v.recording} 开始"),
    e.RecordingOver: lambda v: (f"recording {v.recording} ended", f"录音 {v.recording} 结束"),
    e.RecordingFailed: lambda v: (f"recording {v.recording} failed: {v.why}", f"录音 {v.recording} 失败：{v.why}"),
    e.RecordingKept: lambda v: (
        f"recording {v.recording} is kept, {v.duration_ms} ms",
        f"录音 {v.recording} 已保存，{v.duration_ms} 毫秒",
    ),
}
