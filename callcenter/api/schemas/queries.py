"""What may stand behind the question mark. A list may be given several times; an unknown parameter is refused."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from callcenter.api.schemas.common import RowId
from callcenter.kernel.words import CallEnd

Limit = Annotated[int, Meta(ge=1, le=200)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Step = Literal["15m", "30m", "1h", "1d"]


class Query(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every query."""


class Paging(Query, frozen=True, kw_only=True):
    limit: Limit = 50
    cursor: str | None = None


class CallQuery(Paging, frozen=True, kw_only=True):
    first: Day | None = None
    """Days in the center's zone; both null: no bound."""
    last: Day | None = None
    queue: list[str] = []
    agent: list[str] = []
    direction: Literal["inbound", "outbound"] | None = None
    end: CallEnd | None = None
    contact: RowId | None = None
    figure: str | None = None
    """Only the calls that this figure counts."""


class CustomerQuery(Paging, frozen=True, kw_only=True):
    q: str = ""
    account: RowId | None = None


class AccountQuery(Paging, frozen=True, kw_only=True):
    q: str = ""


class StatisticsQuery(Query, frozen=True, kw_only=True):
    first: Day | None = None
    """Today unless given."""
    last: Day | None = None
    """The same day as `first` unless given."""
    queue: list[str] = []
    agent: list[str] = []
    team: list[str] = []
    compare: Day | None = None
    """First day of a period of the same length."""


class SeriesQuery(StatisticsQuery, frozen=True, kw_only=True):
    step: Step = "15m"
