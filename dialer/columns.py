"""Which column of a file is what: the fields of a lead, the words by which heads of columns are known in English and Chinese, and
the guess that a person then looks at and may change.
"""

import re
from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from callcenter.kernel.errors import Refused

Field = Literal[
    "phone", "name", "first_name", "last_name", "company", "email", "city", "state", "postal_code", "country", "zone",
    "language", "agent", "external_id", "consent", "note", "extra", "skip",
]  # fmt: skip
"""`extra` keeps the column under its own head, `skip` leaves it out. Several columns may be phones, in the order of trying."""
FIELDS: frozenset[str] = frozenset(get_args(Field))

HEADER_WITHIN = 10
"""A head is looked for among this many first rows; titles may stand above it."""

_HEADS: dict[Field, str] = {
    "phone": "phone telephone tel telno phonenumber telephonenumber number msisdn mobile mobilephone mobilenumber cell cellphone "
    "cellular homephone home workphone work businessphone officephone landline primaryphone contactnumber "
    "电话 电话号码 联系电话 手机 手机号 手机号码 移动电话 座机 固话 固定电话 办公电话 家庭电话 公司电话 号码 联系方式",
    "name": "name fullname contactname customername customer contact person 姓名 名字 客户 客户姓名 客户名称 联系人 联系人姓名",
    "first_name": "firstname givenname forename first 名",
    "last_name": "lastname surname familyname last 姓 姓氏",
    "company": "company companyname organization organisation account firm employer 公司 公司名称 单位 企业 企业名称 单位名称",
    "email": "email mail emailaddress 邮箱 电子邮箱 电子邮件 邮件 邮件地址",
    "city": "city town 城市 市",
    "state": "state province region county stateprovince 省 省份 州 地区",
    "postal_code": "postalcode postcode zip zipcode zippostalcode 邮编 邮政编码",
    "country": "country countrycode nation 国家 国别",
    "zone": "timezone tz zone timezonename 时区",
    "language": "language lang preferredlanguage 语言 语种",
    "agent": "agent salesperson salesrep sales owner assignedto accountmanager "
    "销售 销售员 销售人员 业务员 坐席 客户经理 负责人",
    "external_id": "externalid id customerid customernumber customerno clientid crmid leadid recordid accountnumber "
    "客户编号 编号 客户号 外部编号",
    "consent": "consent permission optin consentkind 同意 授权 同意方式",
    "note": "note notes comment comments remark remarks description 备注 说明 注释",
}
_OF_HEAD: dict[str, Field] = {word: field for field, words in _HEADS.items() for word in words.split()}
_PHONE_PART = re.compile(r"phone|mobile|tel\b|cell|手机|电话|固话|座机")
_NO_PHONE_PART = re.compile(r"type|ext|country|code|zone|类型|分机|归属")
_NUMBER = re.compile(r"^[+(]?[\d\s().\-/+]{7,24}$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


class Column(Struct, frozen=True, kw_only=True):
    """What one column of the file becomes."""

    head: str
    """As it stands in the file; Column 3 where the file has no heads."""
    field: Field


def field_of(head: str) -> Field | None:
    """The field that a head names, numbered heads (Phone 2, 电话3) included; None: no word that is known."""
    word = re.sub(r"[\W_]+", "", head.casefold())
    found = _OF_HEAD.get(word) or _OF_HEAD.get(re.sub(r"\d+$", "", word))
    if found is None and _PHONE_PART.search(head.casefold()) and not _NO_PHONE_PART.search(head.casefold()):
        return "phone"
    return found


def looks_like_number(cell: str) -> bool:
    return _NUMBER.match(cell.strip()) is not None and sum(letter.isdigit() for letter in cell) >= 7


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Index of the row with the heads among the first rows of a file; None: there is none, the first row is a person."""
    above: int | None = None
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        cells = [cell for cell in row if cell.strip()]
        if not cells:
            continue
        if any(looks_like_number(cell) or _EMAIL.match(cell.strip()) for cell in cells):
            # Words that nobody knows, right above the first person and as many as she has values.
            return above if above is not None and sum(map(bool, rows[above])) >= len(cells) else None
        above = index
        known = sum(field_of(cell) is not None for cell in cells)
        if known >= 2 or (known == 1 and len(cells) <= 2):
            return index
    return None


def guess(heads: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """What each column is, by its head, else by what stands in it. `rows` are some of those below the heads."""
    width = max([len(heads or ()), *(len(row) for row in rows)], default=0)
    taken: set[Field] = set()
    found: list[Column] = []
    for place in range(width):
        head = heads[place].strip() if heads is not None and place < len(heads) else ""
        field = field_of(head) if head else None
        if field in taken and field != "phone":
            field = "extra"
        cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        if field is None and heads is None:
            field = _by_content(cells, taken)
        if field is None:
            field = "extra" if head or cells else "skip"
        taken.add(field) if field not in ("extra", "skip") else None
        found.append(Column(head=head or f"Column {place + 1}", field=field))
    if "phone" not in taken:
        found = _phones_by_content(found, rows)
    return tuple(found)


def _by_content(cells: Sequence[str], taken: set[Field]) -> Field | None:
    if not cells:
        return None
    if sum(map(looks_like_number, cells)) > len(cells) / 2:
        return "phone"
    if "email" not in taken and sum(_EMAIL.match(cell) is not None for cell in cells) > len(cells) / 2:
        return "email"
    if "name" not in taken and not any(letter.isdigit() for cell in cells for letter in cell):
        return "name"
    return None


def _phones_by_content(columns: list[Column], rows: Sequence[Sequence[str]]) -> list[Column]:
    """No head names a phone: whichever unknown column holds numbers is one."""
    for place, column in enumerate(columns):
        cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        if column.field == "extra" and cells and sum(map(looks_like_number, cells)) > len(cells) / 2:
            columns[place] = Column(head=column.head, field="phone")
    return columns


def check(columns: Sequence[Column], width: int) -> None:
    """Raises Refused when no lead can be made of such columns: bad_mapping, no_phone_column."""
    if len(columns) != width:
        raise Refused("bad_mapping", f"the file has {width} columns and {len(columns)} are described: describe each of them")
    if not any(column.field == "phone" for column in columns):
        raise Refused("no_phone_column", "no column holds telephone numbers: say in the preview which one does")
    for field in FIELDS - {"phone", "extra", "skip"}:
        if sum(column.field == field for column in columns) > 1:
            raise Refused("bad_mapping", f"two columns are said to be {field}: choose one of them")
