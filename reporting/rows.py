"""Rows of a record as tuples: replacing one, finding the last that fits."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def swapped(items: tuple[T, ...], index: int, item: T) -> tuple[T, ...]:
    """The same with `item` at `index`."""
    return (*items[:index], item, *items[index + 1 :])


def last(items: tuple[T, ...], wanted: Callable[[T], bool]) -> int | None:
    """The index of the last one that is wanted."""
    for index in range(len(items) - 1, -1, -1):
        if wanted(items[index]):
            return index
    return None
