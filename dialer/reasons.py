"""Why a row of a file becomes no lead, in words for the person who has to mend the file. The codes are stable."""

from callcenter.kernel.center import Label

REASONS: dict[str, Label] = {
    "no_number": Label(
        "There is no telephone number in this row: fill one in, or assign the right column to Phone.",
        "此行没有电话号码：请填写，或将正确的列对应到“电话”。",
    ),
    "number_unreadable": Label(
        "This is not a telephone number: write it with area code, or with + and the country.",
        "这不是电话号码：请写上区号，或以 + 和国家代码开头。",
    ),
    "number_rounded": Label(
        "The spreadsheet has shortened this number (1.38E+10): format the column as text, enter the number again, and save.",
        "电子表格已将号码缩写（1.38E+10）：请把该列设为文本格式，重新填写号码后保存。",
    ),
    "number_invalid": Label(
        "No such number is given out in its country: look for a wrong digit.",
        "该国家没有这样的号码：请检查是否有错位数字。",
    ),
    "country_not_allowed": Label(
        "Calls to this country are not allowed here: add it to the center's countries, or take the row out.",
        "本中心不允许呼叫该国家：请在中心设置中添加该国家，或删除此行。",
    ),
    "costly_number": Label(
        "Numbers that cost more than a usual call are not dialed: find another number of this person.",
        "不拨打收费高于普通通话的号码：请使用此人的其他号码。",
    ),
    "unknown_country": Label(
        "This country is not known: write its name in English or Chinese, or its two letters.",
        "无法识别该国家：请写中文或英文国名，或两位字母代码。",
    ),
    "unknown_zone": Label(
        "This time zone is not known: write it like America/New_York, or leave it empty.",
        "无法识别该时区：请写成 Asia/Shanghai 的形式，或留空。",
    ),
    "unknown_agent": Label(
        "There is no such salesperson: write the agent's id or name as the center has it, or leave it empty.",
        "没有这位销售人员：请按中心的写法填写坐席编号或姓名，或留空。",
    ),
    "formula": Label(
        "A cell holds a formula: replace it by its value (copy, paste special, values).",
        "单元格中有公式：请替换为数值（复制，选择性粘贴，数值）。",
    ),
    "cell_too_long": Label("A cell is too long: shorten its text.", "单元格文字过长：请缩短。"),
    "too_many_cells": Label(
        "This row has more cells than the file has columns: put quotes around text that holds the separator.",
        "此行的单元格多于列数：请给含有分隔符的文字加上引号。",
    ),
    "duplicate_in_list": Label("The same number stands in an earlier row of this list.", "同一号码已出现在本名单前面的行中。"),
    "duplicate_in_campaign": Label(
        "The same number stands in another list of this campaign.", "同一号码已出现在本活动的其他名单中。"
    ),
    "known_contact": Label(
        "This number belongs to a customer in the CRM, and the import leaves those out.",
        "该号码属于 CRM 中的客户，本次导入不含这些客户。"
    ),
    "do_not_call": Label("This number is on a do-not-call list.", "该号码在免呼名单中。"),
}


def words(code: str, language: str) -> str:
    """The sentence for a code, in en or zh."""
    label = REASONS[code]
    return label.zh if language == "zh" else label.en
