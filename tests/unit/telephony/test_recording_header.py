"""What a recording looks like that Asterisk was killed in the middle of, and what becomes of it."""

import io
import wave

from callcenter.telephony.asterisk.files import whole_header


def recorded(seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8_000, 0, "NONE", ""))
        sound.writeframes(b"\x01\x02" * 8_000 * seconds)
    return file.getvalue()


def test_lengths_that_were_never_written_are_put_in():
    whole = recorded(2)
    killed = whole[:4] + bytes(4) + whole[8:40] + bytes(4) + whole[44:]
    assert whole_header(killed, len(killed)) == whole


def test_other_files_stay_as_they_are():
    whole = recorded(1)
    empty = recorded(0)
    for content in (whole, empty, b"", b"RIFF", b"no sound at all" * 10):
        assert whole_header(content, len(content)) == content
