"""Why somebody is not called, in both languages: the gate's reasons, and why rows of a file become no lead. Pure."""

from callcenter.api.schemas.common import Words
from callcenter.store.list_removal import WITHDRAWN
from dialer.compliance import Hold
from dialer.reasons import REASONS

HOLDS: dict[Hold, Words] = {
    Hold.NO_VERSION: Words(en="No version of the law pack holds today", zh="法规包今天没有生效的版本"),
    Hold.NUMBER_INVALID: Words(en="No such number in its country", zh="该国家没有这样的号码"),
    Hold.NUMBER_COSTLY: Words(en="Costs more than a usual call", zh="资费高于普通通话"),
    Hold.COUNTRY_NOT_COVERED: Words(en="The law pack does not cover the country", zh="法规包未涵盖该国家或地区"),
    Hold.ZONE_UNKNOWN: Words(en="Nobody knows what time it is there", zh="无法确定当地时间"),
    Hold.DO_NOT_CALL_OWN: Words(en="On the center's do-not-call list", zh="在本中心的免呼名单中"),
    Hold.DO_NOT_CALL_CAMPAIGN: Words(en="On the campaign's do-not-call list", zh="在本活动的免呼名单中"),
    Hold.DO_NOT_CALL_REGISTRY: Words(en="In a do-not-call registry", zh="在免呼登记库中"),
    Hold.CONSENT_MISSING: Words(en="Has not agreed to be called like this", zh="未同意以此方式被呼叫"),
    Hold.CAP_LIFE: Words(en="Called as often as is allowed at all", zh="已达允许的呼叫总次数"),
    Hold.REGISTRY_MISSING: Words(en="A do-not-call registry was never loaded", zh="有免呼登记库尚未导入"),
    Hold.REGISTRY_STALE: Words(en="A do-not-call registry is too old", zh="有免呼登记库已过期"),
    Hold.CALLER_ID_MISSING: Words(en="The campaign shows no number", zh="活动没有设置主叫号码"),
    Hold.RINGS_TOO_SHORT: Words(en="The campaign lets it ring too short", zh="活动的振铃时间过短"),
    Hold.MESSAGE_MISSING: Words(en="No message for abandoned calls", zh="没有为放弃的呼叫准备语音"),
    Hold.HOLIDAYS_UNKNOWN: Words(en="The law pack's holidays have run out", zh="法规包中的节假日已用尽"),
    Hold.ABANDON_CAP: Words(en="No call may be abandoned now", zh="目前不允许再有放弃的呼叫"),
    Hold.LOCK_ABANDONED: Words(en="A call to them was abandoned", zh="此前的呼叫被放弃，暂不再呼"),
    Hold.LOCK_MACHINE: Words(en="A machine answered a short while ago", zh="不久前由答录机应答"),
    Hold.CAP_WINDOW: Words(en="Called as often as is allowed in such a time", zh="已达一段时间内允许的次数"),
    Hold.CAP_DAY: Words(en="Called as often as is allowed today", zh="已达今天允许的次数"),
    Hold.HOURS: Words(en="Outside calling hours", zh="不在可呼叫时段"),
}
_OTHERS = {
    WITHDRAWN: Words(en="Its list was taken back", zh="所在名单已撤回"),
    "retry": Words(en="To be tried again later", zh="稍后重试"),
    "callback": Words(en="Promised for later, or to a colleague", zh="已约定稍后或由同事回拨"),
    "used_up": Words(en="Attempts used up", zh="呼叫次数已用尽"),
}
CAUSES: dict[str, Words] = {
    "no_campaign": Words(en="The service does not know the campaign yet", zh="系统尚未载入该活动"),
    "not_running": Words(en="The campaign does not run", zh="活动未运行"),
    "paused_asked": Words(en="Somebody has paused it", zh="已手动暂停"),
    "paused_trunk": Words(en="The trunk gives no sign of life: paused by itself", zh="线路没有响应，已自动暂停"),
    "before_first_day": Words(en="Its first day has not come", zh="尚未到活动开始日期"),
    "after_last_day": Words(en="Its last day is over", zh="活动日期已结束"),
    "no_law": Words(en="No law pack is chosen", zh="没有选择法规包"),
    "no_message": Words(en="A campaign without agents needs a message", zh="无人坐席的活动需要语音提示"),
    "carrier_down": Words(en="The carrier does not answer", zh="线路没有连接"),
    "trunk": Words(en="The trunk is being tried again", zh="正在重新尝试线路"),
    "no_lines": Words(en="The trunk has no line left for campaigns", zh="中继线路已无可供外呼活动使用的空闲线路"),
    "no_agents": Words(en="No agent works this campaign", zh="没有坐席参与本活动"),
    "nobody_free": Words(en="Every agent is busy", zh="所有坐席都在忙"),
    "not_due": Words(en="Nobody is due", zh="暂无到期的客户"),
}
"""Why a campaign dials nothing, as `hub.dialing.why` tells it."""


def cause_words(code: str) -> Words:
    """Of `law:CODE` and `held:CODE` the gate's words."""
    return CAUSES.get(code) or hold_words(code.partition(":")[2] or code)



def hold_words(code: str) -> Words:
    """Of a code that a claim has left with a lead; one that is not known here is shown as it is."""
    return _OTHERS.get(code) or (HOLDS[Hold(code)] if code in {hold.value for hold in Hold} else Words(en=code, zh=code))


def refusal_words(code: str) -> Words:
    label = REASONS[code]
    return Words(en=label.en, zh=label.zh)
