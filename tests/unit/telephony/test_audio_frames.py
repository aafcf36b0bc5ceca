"""AudioSocket's frames: the same however the network cuts them, and no bytes that break the cutter."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from callcenter.telephony.asterisk.audio_socket import ID, SOUND, Frames

FRAME = st.tuples(st.integers(0, 255), st.binary(max_size=700))


def wire(frames: list[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes([kind]) + len(content).to_bytes(2, "big") + content for kind, content in frames)


@given(frames=st.lists(FRAME, max_size=8), cuts=st.lists(st.integers(0, 3_000), max_size=12))
def test_frames_come_out_as_they_went_in(frames: list[tuple[int, bytes]], cuts: list[int]):
    whole = wire(frames)
    places = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    cutter = Frames()
    found = [frame for first, last in pairwise(places) for frame in cutter.take(whole[first:last])]
    assert found == frames


@given(junk=st.binary(max_size=4_000))
def test_junk_is_some_frames_and_a_rest(junk: bytes):
    assert sum(3 + len(content) for _, content in Frames().take(junk)) <= len(junk)


def test_a_frame_that_is_not_whole_waits():
    cutter = Frames()
    first = wire([(ID, bytes(16)), (SOUND, bytes(320))])
    assert list(cutter.take(first[:-1])) == [(ID, bytes(16))]
    assert list(cutter.take(first[-1:])) == [(SOUND, bytes(320))]
