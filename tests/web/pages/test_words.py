"""Every code of the service that a page puts into words has words: what has none would be shown as it is, in English."""

from collections.abc import Iterable
from enum import StrEnum
from typing import get_args

import pytest

from callcenter.api.schemas import live
from callcenter.kernel.words import CallEnd, Cause, Match, NotReady, OfferEnd
from tests.web.pages.words import Words


def values(kind: object) -> Iterable[str]:
    return [each.value for each in kind] if isinstance(kind, type) and issubclass(kind, StrEnum) else get_args(kind)


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("end", CallEnd),
        ("code", Cause),
        ("code", OfferEnd),
        ("aside", NotReady),
        ("match", Match),
        ("lookUp", live.LookUp),
        ("state", live.AgentState),
    ],
)
def test_codes_have_words_in_both_languages(prefix: str, kind: object):
    codes = list(values(kind))
    assert codes
    assert [f"{prefix}.{code}" for code in codes if f"{prefix}.{code}" not in Words.pairs] == []
