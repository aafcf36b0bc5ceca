"""The bench of painting in small: it runs to its end. Its figures mean something only on a quiet machine."""

from tests.benchmarks.painting import measure


async def test_each_call_is_painted_once_after_it_was_offered():
    found = await measure(2, ["chromium-headless-shell"])
    (times,) = found.values()
    assert len(times) == 2
    assert min(times) > 0
