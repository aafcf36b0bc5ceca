"""Days of the center as spans of time. Pure: the zone and the present time are arguments."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from callcenter.api.errors import ApiError
from callcenter.api.schemas.statistics import Period
from callcenter.kernel.clock import instant, local
from reporting import queries

LONGEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days, both included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since_at(self) -> int:
        return midnight(self.first, self.zone)

    @property
    def until_at(self) -> int:
        """Not included."""
        return midnight(self.last + timedelta(days=1), self.zone)

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    def asked(self) -> queries.Period:
        return queries.Period(self.first.isoformat(), self.last.isoformat())

    def body(self) -> Period:
        return Period(
            first=self.first.isoformat(), last=self.last.isoformat(), since_at=self.since_at, until_at=self.until_at
        )

    def beginning(self, first: date) -> "Days":
        """As many days from another one on."""
        return Days(first, first + timedelta(days=self.count - 1), self.zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone))


def day(text: str, field: str) -> date:
    """Raises ApiError naming the field for a day that there is not."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ApiError("bad_request", "write a day as YYYY-MM-DD", field=field) from None
    if not 2000 <= found.year < 2200:
        raise ApiError("bad_request", "a day from 2000 on", field=field)
    return found


def days(first: str | None, last: str | None, zone: ZoneInfo, now: int) -> Days:
    """`first` None: today; `last` None: the same day as `first`."""
    begin = local(now, zone).date() if first is None else day(first, "first")
    end = begin if last is None else day(last, "last")
    if end < begin:
        raise ApiError("bad_request", "the last day lies before the first", field="last")
    if (end - begin).days >= LONGEST_DAYS:
        raise ApiError("bad_request", f"at most {LONGEST_DAYS} days", field="last")
    return Days(begin, end, zone)
