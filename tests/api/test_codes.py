"""Every code that can be raised stands in the table of errors, has words in both languages, and is in docs/api.md."""

import pytest

from callcenter.api import errors
from callcenter.api.errors import ApiError
from callcenter.kernel.errors import CarrierFault, Conflict, NotFound, Refused, TryAgain
from tests.api import codes

NEVER_ANSWERED = {
    "stale_lease": "told as store_unavailable",
    "newer_tables": "of a start, which it ends",
    "bad_recording": "of the job that stores recordings",
    "recording_not_written": "of the job that stores recordings",
}


def test_every_code_that_is_raised_is_in_the_table():
    raised = codes.raised()
    assert len({one.code for one in raised}) > 40
    known = {*errors.codes(), *NEVER_ANSWERED}
    strange = {f"{one.code} at {one.place}" for one in raised if one.code not in known}
    assert strange == set(), "add them to callcenter/api/errors.py"


def test_every_code_has_words_in_both_languages():
    """English words say what to do and end as sentences do; the Chinese are Chinese."""
    for one in codes.raised():
        if one.code in NEVER_ANSWERED or one.code in errors.WORDS:
            continue
        assert any("\u4e00" <= letter <= "\u9fff" for letter in errors.CHINESE[one.code]), one
    for code, words in errors.WORDS.items():
        assert words.en.endswith("."), code
        assert len(words.en) > 20, code
        assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh), code


def test_the_document_has_every_code_with_its_words():
    """Stale? `python -m tests.api.codes` writes it anew."""
    text = codes.DOCUMENT.read_text()
    assert text.split(codes.BEGIN)[1].split(codes.END)[0] == codes.table()


@pytest.mark.parametrize("code", errors.codes())
def test_each_code_answers_with_its_status_and_one_shape(code: str):
    error: Exception = ApiError(code) if code in errors.STATUS else Refused(code, "Words.")
    assert isinstance(error, ApiError | Refused)
    body = errors.body(error)
    assert (body.code, code in errors.codes(errors.status(error))) == (code, True)
    assert body.message.en
    assert body.message.zh


def test_kinds_without_a_code_of_their_own():
    kinds = [NotFound("w"), Conflict("w"), TryAgain("w"), CarrierFault("w", retryable=True)]
    assert [errors.status(kind) for kind in kinds] == [404, 409, 503, 502]
    assert {errors.body(kind).code for kind in kinds} <= set(errors.codes())
