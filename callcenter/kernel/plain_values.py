"""Small values that a center and all that is planned in it share: labels, openings of a day, mistakes in values."""

from msgspec import Struct


class Label(Struct, frozen=True):
    """A word of the center's, in each language of the pages."""

    en: str
    zh: str


class Opening(Struct, frozen=True):
    """Minutes after local midnight; `until` is not included and may be 1440."""

    since: int
    until: int


class Mistake(Struct, frozen=True):
    """Something wrong in a center's values: where (a path such as `queues.billing.skill`), what, and what to write instead."""

    path: str
    why: str
    instead: str
