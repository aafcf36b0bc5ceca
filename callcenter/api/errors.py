"""The one table that maps errors to HTTP, and the words of each code in both languages.

The house gives its reasons in English; the Chinese words stand here, by code. `ApiError` is for what only the API can refuse:
a bad body, a missing cookie, a wrong origin.
"""

from callcenter.api.schemas.common import ErrorBody, Words
from callcenter.kernel.errors import CarrierFault, Conflict, HouseError, NotFound, Refused, TryAgain
from callcenter.store.database import StoreFault
from callcenter.store.event_log import LogFault, StaleLease


class ApiError(Exception):
    """A request that the API itself turns down. `code` is a key of STATUS; `detail` is put after the words, in English."""

    def __init__(self, code: str, detail: str = "", *, field: str | None = None) -> None:
        super().__init__(code)
        assert code in STATUS, f"{code} has no status"
        self.code = code
        self.detail = detail
        self.field = field


STATUS: dict[str, int] = {
    "bad_request": 400,
    "signed_out": 401,
    "wrong_password": 401,
    "forbidden": 403,
    "password_one_time": 403,
    "desk_gone": 403,
    "no_ticket": 403,
    "wrong_origin": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "in_progress": 409,
    "too_large": 413,
    "not_json": 415,
    "bad_range": 416,
    "key_reused": 422,
    "too_many_attempts": 429,
    "internal": 500,
    "carrier_fault": 502,
    "try_again": 503,
    "store_unavailable": 503,
    "pages_missing": 503,
}
"""Statuses that follow from the code alone. Every other code of the house answers by its kind, most of them 409."""

KINDS: dict[type[HouseError], int] = {NotFound: 404, Conflict: 409, Refused: 409, CarrierFault: 502, TryAgain: 503}
"""Errors of the house by what they mean."""

MALFORMED = {
    "bad_cursor": "cursor",
    "name_missing": "name",
    "number_impossible": "numbers",
    "no_account": "account",
    "text_too_long": None,
    "unknown_kind": "kinds",
    "unknown_law": "law",
    "unknown_carrier": "carrier",
    "unknown_prompt": "message",
    "url_not_allowed": "url",
}
"""Refusals that are about the request itself and not about the state of things: 400, with the field."""

WORDS: dict[str, Words] = {
    "bad_request": Words(
        en="This request cannot be read. Correct the field named here.", zh="无法读取此请求，请更正所指出的字段。"
    ),
    "signed_out": Words(en="You are not signed in. Sign in and try again.", zh="您尚未登录，请登录后重试。"),
    "wrong_password": Words(
        en="The user name or the password is wrong. Check both and try again.", zh="用户名或密码不正确，请检查后重试。"
    ),
    "forbidden": Words(en="Your role has no right to this. Ask an administrator.", zh="您的角色没有此项权限，请联系管理员。"),
    "password_one_time": Words(
        en="Your password was made for you and opens only the choice of your own. Choose one.",
        zh="您的密码是系统生成的一次性密码，请先设置自己的密码。",
    ),
    "desk_gone": Words(
        en="Your desk is not in the center any more. Ask an administrator.", zh="您的坐席已不在本中心，请联系管理员。"
    ),
    "no_ticket": Words(
        en="This ticket opens no socket of this session, or no more. Ask for another at POST /session/ticket.",
        zh="此票据无效或已使用，请通过 POST /session/ticket 重新获取。",
    ),
    "wrong_origin": Words(
        en="This request comes from a page of another address. Open the page at the address of the service.",
        zh="此请求来自其他地址的页面，请从本服务的地址打开页面。",
    ),
    "not_found": Words(en="This does not exist, or it is not yours to see.", zh="该内容不存在，或您无权查看。"),
    "method_not_allowed": Words(en="This address does not know this method.", zh="此地址不支持该请求方法。"),
    "conflict": Words(en="Somebody else was first. Load it again, then decide again.", zh="已有人先行修改，请重新加载后再操作。"),
    "in_progress": Words(
        en="The same request is being carried out. Ask again in a moment, with the same key.",
        zh="相同的请求正在处理，请稍后用同一个键重试。",
    ),
    "key_reused": Words(
        en="This Idempotency-Key was used for another request. Use a new key for each thing to create.",
        zh="此 Idempotency-Key 已用于另一个请求，每次新建请使用新的键。",
    ),
    "too_large": Words(en="The request is too large. Send less at once.", zh="请求过大，请减少一次发送的内容。"),
    "not_json": Words(en="Send the body as application/json.", zh="请以 application/json 发送请求内容。"),
    "bad_range": Words(en="The recording has no such part. Load it from the start.", zh="录音中没有该部分，请从头加载。"),
    "too_many_attempts": Words(en="Too many attempts. Wait, then try again.", zh="尝试次数过多，请稍候再试。"),
    "internal": Words(
        en="The service made a mistake, which is written in its log. Try again; if it stays, tell the operator.",
        zh="服务出现错误，已写入日志。请重试；若仍然如此，请告知管理员。",
    ),
    "carrier_fault": Words(
        en="The telephone network did not carry this out. Try again; if it stays, tell the operator.",
        zh="电话网络未能完成此操作。请重试；若仍然如此，请告知管理员。",
    ),
    "try_again": Words(en="Nothing was done. Try again in a moment.", zh="操作未执行，请稍后重试。"),
    "store_unavailable": Words(
        en="The database does not answer. Calls go on; try again in a moment.", zh="数据库没有响应。通话不受影响，请稍后重试。"
    ),
    "pages_missing": Words(
        en="The pages are not built. Run `make install` in the project's folder.",
        zh="页面尚未构建，请在项目目录中运行 `make install`。",
    ),
}


CHINESE: dict[str, str] = {
    "agent_busy": "该同事正忙，请选择其他人，或转接到队列。",
    "agent_not_there": "该同事未登录，请转接到队列。",
    "agent_unreachable": "无法连通该同事的电话，请选择其他人或队列。",
    "bad_amount": "金额不能为负，币种为三个字母。",
    "bad_currency": "币种为三个大写字母，例如 USD 或 CNY。",
    "bad_day": "日期的写法如 2026-11-23，且结束日期不得早于开始日期。",
    "bad_filter": "筛选条件无法理解，请按提示更正。",
    "bad_level": "技能等级为 1 至 5。",
    "bad_name": "名称须为简短的词：小写字母、数字、- 和 _。",
    "bad_number": "这不是可以拨打的电话号码，请更正。",
    "bad_priority": "优先级超出允许范围，请更正。",
    "bad_probability": "概率须在 0 与 1 之间。",
    "bad_separator": "分隔符须为一个字符，例如逗号或分号。",
    "bad_share": "份额须大于 0 且不超过 1000。",
    "bad_time": "振铃时间为 5 至 180 秒，话后处理为 1 秒至 1 小时。",
    "broken_file": "文件已损坏，请重新导出后再导入。",
    "bad_dispositions": "通话结果有误：编号须各不相同，文字须有中英文，概率、金额和时间须合理。",
    "callback_early": "还没到回拨时间，请改期或等待提醒。",
    "callback_not_yours": "该回拨由同事约定，超过等待时间后才可接手。",
    "callback_over": "该回拨已完成、取消或过期。",
    "time_forbidden": "对方在该时间不允许被呼叫，请另选时间。",
    "time_impossible": "约定的时间须在将来一年之内，请另选时间。",
    "time_missing": "请填写约定的回拨时间。",
    "unknown_team": "没有这个班组，请从列表中选择。",
    "campaign_not_running": "该外呼活动目前没有运行。",
    "not_your_campaign": "该活动属于其他班组或技能，请另选活动。",
    "outside_hours": "当地已不在可呼叫时段，请跳过此客户。",
    "campaign_state": "外呼活动在当前状态下不能这样操作。",
    "empty_file": "文件中没有可用的行，请重新导出名单。",
    "encrypted": "工作簿设有密码，请另存为无密码的文件后再导入。",
    "file_gone": "此次导入所保留的文件已不存在，请重新导入。",
    "file_too_big": "文件过大，请拆分成多个名单，或另存为 CSV。",
    "formulas": "文件中含有公式，请以“选择性粘贴为数值”另存后再导入。",
    "import_failed": "导入未能完成，请重试；若仍然如此，请告知管理员。",
    "name_taken": "该名称已被使用，请另选一个。",
    "disk_full": "服务器磁盘空间不足，请管理员清理后重试。",
    "bad_mapping": "列的对应有误：每列须指定用途，除电话外同一用途只能有一列。",
    "no_phone_column": "没有任何列是电话号码，请在预览中指定电话列。",
    "no_skill": "没有这项技能，请从列表中选择。",
    "unknown_carrier": "没有这条线路，请从列表中选择或留空。",
    "unknown_prompt": "没有这个语音提示，请从列表中选择或留空。",
    "bad_message": "语音内容须为列表中的项目，退订按键须为电话上的一个键。",
    "unknown_law": "没有这个法规包，请从列表中选择。",
    "report_key_damaged": "签署报告的密钥文件 report.key 已损坏：请从备份恢复，或删除它以生成新的密钥。",
    "seal_broken": "报告在签名之后被改动过。",
    "seal_missing": "这不是带签名的报告：第二行应为签名。",
    "seal_of_another": "报告完整，但由其他密钥签名。",
    "bad_period": "结束日期早于开始日期。",
    "file_unreadable": "无法读取文件。",
    "file_unwritable": "无法写入文件。",
    "no_redis": "serve --role 的各个进程由 Redis 连接：请在设置中填写 redis 的地址，并安装 redis 软件包。",
    "no_law": "外呼活动没有选择法规包，无法拨打，请先选择。",
    "no_list": "这个文件不是名单，请另存为 XLSX 或 CSV 后再导入。",
    "no_such_owner": "商机所属的客户、联系人或外呼活动不存在。",
    "no_such_sheet": "工作簿中没有这个工作表，请另选一个。",
    "old_workbook": "这是旧版工作簿，请另存为 .xlsx 后再导入。",
    "too_many_columns": "列数过多，请检查分隔符，或删去不需要的列。",
    "too_many_rows": "行数过多，请拆分成多个名单。",
    "unclosed_quote": "有一个引号没有闭合，请更正该行后再导入。",
    "wrong_encoding": "文件编码不符，请另选编码，或留空以自动识别。",
    "bad_cursor": "该游标不属于此列表，请从头开始。",
    "busy": "请先完成当前的通话、派发或话后处理。",
    "carrier_down": "电话系统没有响应，请稍后重试。",
    "center_invalid": "呼叫中心的设置有误，请按提示更正。",
    "costly_number": "此处不拨打资费高于普通通话的号码。",
    "country_not_allowed": "此处不允许呼叫该国家或地区，如有需要请提出申请。",
    "device_taken": "该电话属于一位已登录的同事。",
    "device_unreachable": "您的电话未连接，请检查页面顶部的线路状态。",
    "emergency_number": "此处不拨打紧急号码：请使用电话机拨打，以便救援找到您。",
    "in_call": "您正在通话。请先结束、转接或拒绝来电，再退出。",
    "invalid_number": "这不是有效的电话号码，请加上区号，或以 + 和国家代码开头。",
    "name_missing": "请填写名称。",
    "no_account": "没有这个客户单位，请先创建。",
    "not_found": "该内容不存在，或您无权查看。",
    "not_held": "此通话未处于保持状态。",
    "not_in_call": "通话尚未接通，无可挂断；请改为拒绝来电。",
    "not_signed_in": "请先用电话登录坐席。",
    "not_talking": "只有已接通的通话才能这样操作。",
    "not_wrapping_up": "您不在话后处理中。",
    "number_impossible": "这不是电话号码，请至少填写七位数字。",
    "offer_over": "该来电派发已结束。",
    "desk_missing": "坐席的登录账号须有对应的坐席，请选择一个。",
    "desk_taken": "该坐席已有另一个登录账号，请另选坐席，或先停用那个账号。",
    "last_administrator": "这是最后一位管理员，请先设置另一位管理员。",
    "login_impossible": "登录账号须为 1 至 64 个字符，请另选一个。",
    "login_taken": "该登录账号已被使用或曾被使用，请另选一个。",
    "no_agent": "没有这个坐席，请从列表中选择。",
    "no_team": "没有这个班组，请从列表中选择。",
    "password_length": "密码长度须为 8 至 256 个字符，请另选一个。",
    "password_same": "新密码与当前密码相同，请另选一个。",
    "teams_not_for_role": "只有班长可以指定班组，请留空。",
    "same_agent": "此通话已在您这里。",
    "text_too_long": "文字过长，请缩短。",
    "unknown_disposition": "没有这个通话结果，请从列表中选择。",
    "too_many_webhooks": "订阅数量已达上限，请先删除不再需要的订阅。",
    "unknown_kind": "没有这类事件，请参阅 docs/webhooks.md 中的列表。",
    "unknown_reason": "没有这个原因，请从列表中选择。",
    "url_not_allowed": "不能向此网址发送：请使用 https 网址；内部网络须先在设置文件的 webhook_networks 中允许。",
    "user_invalid": "登录账号须有名称，且须为列表中的角色。",
    "webhook_inactive": "此订阅已停用，请先启用再重试。",
    "webhook_key_short": "Webhook 密钥过短，请换用更长的密钥。",
    "wrap_up_over": "该通话的话后处理已结束，不能再在此设置结果。",
}
"""What the house's own codes say in Chinese."""


def status(error: HouseError | ApiError) -> int:
    """The HTTP status for an error that crosses the API."""
    if isinstance(error, ApiError):
        return STATUS[error.code]
    if isinstance(error, StoreFault | LogFault | StaleLease):
        return STATUS["store_unavailable"]
    if error.code in STATUS:
        return STATUS[error.code]
    if error.code in MALFORMED:
        return STATUS["bad_request"]
    for kind, number in KINDS.items():
        if isinstance(error, kind):
            return number
    raise AssertionError(f"{type(error).__name__} is not in the table of errors")


def codes(number: int | None = None) -> tuple[str, ...]:
    """Every code that an answer with this status may have, the most usual first; None: every code."""
    of_kinds = dict.fromkeys(MALFORMED, 400) | {code: 409 for code in CHINESE if code not in MALFORMED}
    table = STATUS | {code: status for code, status in of_kinds.items() if code not in STATUS}
    return tuple(code for code, status in table.items() if number is None or status == number)


def body(error: HouseError | ApiError) -> ErrorBody:
    """What the caller is told."""
    if isinstance(error, ApiError):
        words = WORDS[error.code]
        if error.detail:
            words = Words(en=f"{words.en} ({error.detail})", zh=f"{words.zh}（{error.detail}）")
        return ErrorBody(code=error.code, message=words, field=error.field)
    if isinstance(error, StoreFault | LogFault | StaleLease):
        return ErrorBody(code="store_unavailable", message=WORDS["store_unavailable"], field=None)
    told = WORDS[error.code].zh if error.code in WORDS else error.why
    return ErrorBody(
        code=error.code, message=Words(en=error.why, zh=CHINESE.get(error.code, told)), field=MALFORMED.get(error.code)
    )
