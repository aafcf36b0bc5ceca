"""Nonsense that people and networks bring: callers without a proper number, numbers that nobody has, numbers that an agent
cannot call, prompts that cannot be played. Everyone is looked after, and the record stands.

The stories run one after another on one service and one exchange (`day`); each caller of a story is answered by an agent, and
somebody ordinary calls beside her.
"""

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.integration import sound
from tests.integration.center import AGENT_TONES, MAIN
from tests.integration.day import CALLER_HZ, OTHER_CALLER_HZ, Day, Kept, Story, live
from tests.integration.people import Answered, Json
from tests.integration.scenario import HangUp, Keys, Stay, Step, Wait, phone_answers, phone_refuses
from tests.integration.service import ROOT, Desk

pytestmark = pytest.mark.timeout(300)

ANA, EVA = "1001", "1003"
TONE_S = 0.3
ORDINARY = "+12125550170"
ODD_CALLERS = {
    "nobody": "",
    "anonymous": "anonymous@anonymous.invalid",
    "a_name": "Ana.Maria",
    "300_digits": "1" * 300,
    "300_letters": "x" * 300,
    "not_ascii": "%E5%BC%A0%E4%B8%89",
    "sql": "1'%3B%20DROP%20TABLE%20calls--",
    "line_breaks": "1212%0d%0aX-Evil:%20yes",
    "a_zero_byte": "1212%00555",
    "markup": "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "plus_only": "+",
    "short": "7",
}
"""What stands before the @ of the From of a call."""
ODD_NUMBERS = {
    "of_nobody": "+19995550000",
    "without_plus": "9995550000",
    "one_digit": "0",
    "fifty_digits": "1" * 50,
    "with_a_comma": "9995%2C550000",
    "with_letters": "1800FLOWERS",
    "with_a_variable": "1%24%7BSHELL(id)%7D",
}
"""Called numbers that the center does not have: the default queue is there for them."""
NOT_DIALED = {
    "letters": ("call me", "invalid_number"),
    "40_digits": ("+1" + "2" * 39, "invalid_number"),
    "nothing": ("", "invalid_number"),
    "plus_only": ("+", "invalid_number"),
    "too_short": ("12", "invalid_number"),
    "a_dial_string": ("+12125550180@trunk&PJSIP/1", "invalid_number"),
    "line_breaks": ("\r\n\r\n", "invalid_number"),
    "emergency": ("911", "emergency_number"),
    "emergency_with_plus": ("+112", "emergency_number"),
    "emergency_spelled": (" 9-1-1 ", "emergency_number"),
    "abroad": ("+861012345678", "country_not_allowed"),
}
REFUSED_BY_THE_NETWORK = {
    "404 Not Found": "invalid_number",
    "484 Address Incomplete": "invalid_number",
    "604 Does Not Exist Anywhere": "invalid_number",
    "603 Decline": "rejected",
    "486 Busy Here": "busy",
    "503 Service Unavailable": "congestion",
}
PromptSpoiler = Callable[[Path], object]


def _unreadable(file: Path) -> None:
    os.chown(file, 0, 0)
    file.chmod(0o000)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


BAD_PROMPTS: Mapping[str, PromptSpoiler] = {
    "missing": Path.unlink,
    "unreadable": _unreadable,
    "empty": lambda file: file.write_bytes(b""),
    "not_a_sound": lambda file: file.write_text("<html>404</html>" * 100),
    "cut_short": lambda file: file.write_bytes(file.read_bytes()[:30]),
    "a_folder": _folder,
}


DOCTOR = {
    "missing": "are not there yet: en/menu.wav",
    "empty": "cannot be played: en/menu.wav is no WAV file",
    "not_a_sound": "cannot be played: en/menu.wav is no WAV file",
    "cut_short": "cannot be played: en/menu.wav is no WAV file",
    "a_folder": "cannot be played: en/menu.wav cannot be read",
}
"""Spoiled prompt -> what the doctor says; as root, she can read everything."""


async def answered(day: Day, desk: Desk, number: str, *steps: Step, dialed: str, hertz: int) -> None:
    """The caller comes to this agent, both hear each other, and the caller hangs up."""
    async with (
        day.telephone(desk, phone_answers(day.tone(desk.tone_hz), Stay(), rings_ms=100), calls=9),
        day.caller(number, *steps, Wait(2500), HangUp(), dialed=dialed, hertz=hertz) as caller,
    ):
        await desk.available()
        await day.hears(caller, desk.tone_hz, 0.5)
        await caller.done()
        await day.state(desk.agent, "wrap_up")
        await desk.finish()
        await day.state(desk.agent, "available")


def odd(number: str, dialed: str = MAIN, spoil: PromptSpoiler | None = None, prompt: str = "menu") -> Story:
    """An odd caller to Ana, an ordinary one to Eva; notes the ids of the calls that came of it, and what the log said."""

    async def story(day: Day) -> None:
        before = {record["summary"]["id"] for record in await day.service.records()}
        log = len(day.service.log())
        file = day.service.pbx.home / "prompts" / "en" / f"{prompt}.wav"
        whole = file.read_bytes()
        if spoil is not None:
            spoil(file)
        keys = (Wait(700), Keys("1")) if dialed == MAIN else ()
        try:
            async with day.at_desk(ANA, EVA) as [ana, eva], asyncio.TaskGroup() as both:
                both.create_task(answered(day, ana, number, *keys, dialed=dialed, hertz=CALLER_HZ))
                ordinary = (Wait(700), Keys("2"))
                if spoil is None:
                    both.create_task(answered(day, eva, ORDINARY, *ordinary, dialed=MAIN, hertz=OTHER_CALLER_HZ))
        finally:
            if file.is_dir():
                file.rmdir()
            file.unlink(missing_ok=True)
            file.write_bytes(whole)
            file.chmod(0o644)
        after = [record["summary"]["id"] for record in await day.service.records()]
        day.note({"calls": [one for one in after if one not in before], "log": day.service.log()[log:]})
        del day.calls[day.name]  # whose numbers they are, the records tell

    return story


async def what_the_doctor_says(day: Day) -> None:
    """Each spoiled file in turn, among those that the service has made; the doctor looks at a running center."""
    said = {}
    file = day.service.folder / "data" / "prompts" / "en" / "menu.wav"
    whole = file.read_bytes()
    for name in DOCTOR:
        BAD_PROMPTS[name](file)
        process = await asyncio.create_subprocess_exec(
            *(ROOT / ".venv" / "bin" / "callcenter", "doctor", "--config", day.service.folder / "service.yaml", "--json"),
            stdout=PIPE, stderr=PIPE, env={**os.environ, "CALLCENTER_PBX_PASSWORD": "x", "CALLCENTER_PBX_ARI_PASSWORD": "y"},
        )  # fmt: skip
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        said[name] = next(finding for finding in json.loads(out) if finding["check"] == "prompts")
        if file.is_dir():
            file.rmdir()
        file.write_bytes(whole)
    day.note(said)


async def numbers_that_are_not_dialed(day: Day) -> None:
    async with day.at_desk(EVA) as [eva]:
        await eva.available()
        refusals = {}
        for name, (number, _) in NOT_DIALED.items():
            with pytest.raises(Answered) as refusal:
                await eva.place(number)
            refusals[name] = refusal.value
            assert day.service.board.agents[EVA]["state"] == "available"
        day.note(refusals)


def refused_by_the_network(status: str, number: str) -> Story:
    async def story(day: Day) -> None:
        async with (
            day.at_desk(EVA) as [eva],
            day.telephone(eva, phone_answers(Stay(), rings_ms=50)) as phone,
            day.outside("customer", number, phone_refuses(status)) as customer,
        ):
            await eva.available()
            await eva.place(number)
            await customer.done()
            await phone.done()
            await day.state(EVA, "available")

    return story


STORIES: dict[str, Story] = {
    **{f"caller-{name}": odd(number) for name, number in ODD_CALLERS.items()},
    **{f"called-{name}": odd("+12125550171", dialed) for name, dialed in ODD_NUMBERS.items()},
    **{f"prompt-{name}": odd("+12125550172", spoil=spoil) for name, spoil in BAD_PROMPTS.items()},
    "prompt-first": odd("+12125550173", spoil=Path.unlink, prompt="welcome"),
    "doctor": what_the_doctor_says,
    "not_dialed": numbers_that_are_not_dialed,
    **{
        f"network-{status}": refused_by_the_network(status, f"+1212555018{index}")
        for index, status in enumerate(REFUSED_BY_THE_NETWORK)
    },
}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return live(tmp_path_factory.mktemp("bad-calls"), STORIES)


def records(day: Kept, story: str) -> list[Json]:
    """The records of the calls of a story, by the agent who had them."""
    ids = day.story(story).note["calls"]
    return sorted((one for one in day.records if one["summary"]["id"] in ids), key=lambda one: one["conversations"][0]["agent"])


def heard(day: Kept, record: Json) -> sound.Samples:
    (recording,) = record["recordings"]
    assert recording["state"] == "kept"
    file = day.folder / f"{recording['id']}.wav"
    file.write_bytes(day.recordings[recording["id"]])
    return sound.read_wav(file)


@pytest.mark.parametrize("name", [f"caller-{name}" for name in ODD_CALLERS] + [f"called-{name}" for name in ODD_NUMBERS])
def test_an_odd_caller_is_served_like_everyone(day: Kept, name: str):
    found = records(day, name)
    assert [[one["agent"] for one in record["conversations"]] for record in found] == [[ANA], [EVA]]
    for record, caller_hz in zip(found, (CALLER_HZ, OTHER_CALLER_HZ), strict=True):
        assert (record["summary"]["end"], record["ended_by"]) == ("completed", "customer")
        talk = heard(day, record)
        assert sound.heard(talk, caller_hz, TONE_S), "the caller is not in the recording"
        assert sound.heard(talk, AGENT_TONES[record["conversations"][0]["agent"]], TONE_S)
    number = found[0]["summary"]["number"]
    assert number is None or (len(number["value"]) <= 300 and number["value"].isprintable())
    assert '"level": "error"' not in day.notes[name]["log"]


@pytest.mark.parametrize("name", [f"prompt-{name}" for name in (*BAD_PROMPTS, "first")])
def test_a_prompt_that_cannot_be_played_holds_nobody_up(day: Kept, name: str):
    (record,) = records(day, name)
    assert record["summary"]["end"] == "completed"
    assert [(entry["queue"], entry["end"]) for entry in record["queue_entries"]] == [("orders", "answered")]
    assert '"level": "error"' not in day.notes[name]["log"]


@pytest.mark.parametrize("name", DOCTOR)
def test_the_doctor_names_it(day: Kept, name: str):
    finding = day.story("doctor").note[name]
    assert DOCTOR[name] in finding["what"]
    assert finding["cure"]


@pytest.mark.parametrize("name", NOT_DIALED)
def test_a_number_that_cannot_be_called_is_refused_in_words(day: Kept, name: str):
    refusal = day.story("not_dialed").note[name]
    assert (refusal.status, refusal.code) == (409, NOT_DIALED[name][1])


@pytest.mark.parametrize("status", REFUSED_BY_THE_NETWORK)
def test_what_the_network_refuses_ends_with_its_cause(day: Kept, status: str):
    record = day.story(f"network-{status}").record()
    assert record["summary"]["end"] == "not_reached"
    causes = {leg["role"]: leg["cause"] for leg in record["legs"]}
    assert causes["customer"] == REFUSED_BY_THE_NETWORK[status]


def test_nothing_is_left_in_asterisk(day: Kept):
    assert day.left_channels == []
    assert day.left_bridges == []
