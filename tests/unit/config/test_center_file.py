"""A sound center is read whole; every mistake is told with its file, its line and what to write, all of them at once."""

from datetime import date
from pathlib import Path

import pytest

from callcenter.kernel.center import Choice, Label, Opening, SystemPrompt, mistakes
from callcenter.kernel.seed import UNNAMED, PhoneSeed
from config.center_file import read_center
from config.yaml import BadFile
from ivr.check import check
from tests.unit.config.files import CENTER, FLOW, changed, line_of, read
from tests.unit.config.files import mistakes as mistakes_of

EXAMPLE = Path(__file__).parents[3] / "config" / "example" / "center.yaml"


def test_a_sound_center_is_read_as_written(tmp_path):
    seed = read(tmp_path)
    center = seed.center
    queue = center.queues["desk"]  # type: ignore[index]
    assert (queue.ring_ms, queue.wrap_up_ms, queue.wrap_up_hard_ms, queue.service_level_ms) == (20_000, 30_000, 120_000, 20_000)
    hours = center.hours["office"]  # type: ignore[index]
    assert hours.weekdays[4] == (Opening(540, 1020),)
    assert hours.weekdays[5] == (Opening(540, 720), Opening(780, 900))
    assert hours.weekdays[6] == ()
    assert hours.holidays == (date(2026, 12, 25),)
    assert center.dispositions == (Choice("done", Label("Done", "完成")),)
    assert list(center.flows["main"].nodes) == ["hello", "open", "desk", "bye"]  # type: ignore[index]
    assert seed.names == {"1001": "Ana Ruiz"}
    assert center.agents["1001"].name == UNNAMED  # type: ignore[index]
    assert seed.blocked == ("+12025550199",)
    assert center.blocked == ()
    assert seed.contacts[0].phones == (PhoneSeed(number="+12125550101"), PhoneSeed(number="(917) 555-0111", label="mobile"))
    assert seed.users[0].password == "long-enough"


@pytest.mark.parametrize(("written", "teams"), [("all", None), ("[one]", ("one",)), ("[]", ())])
def test_a_supervisor_sees_all_teams_or_those_that_are_listed(tmp_path, written, teams):
    seed = read(tmp_path, changed(CENTER, "    role: agent\n", f"    role: supervisor\n    teams: {written}\n"))
    assert seed.users[0].teams == teams


CENTER_MISTAKES = [
    # (what stands there, what is written instead, where the mistake is told, words of it, words of what to write)
    ("name: Two Rooms\n", "", "zone:", "needs 'name'", "name: a text"),
    ("zone: America/New_York", "zone: America/New_Yorc", "zone:", "no time zone", "America/New_York"),
    ("zone: America/New_York", "zone: America", "zone:", "no time zone", ""),
    ("zone: America/New_York", "zone: ../../etc/passwd", "zone:", "no time zone", "such as America/New_York"),
    ("default_queue: desk", "default_queue: dessk", "default_queue:", "no queue 'dessk'", "desk"),
    (
        "    role: agent\n    agent:",
        "    role: supervisor\n    agent:",
        "- login:",
        "which teams this supervisor sees",
        "teams: all",
    ),
    ("    role: agent\n", "    role: supervisor\n    teams: [two]\n", "    teams: [two]", "no team 'two'", "one"),
    ("    role: agent\n", "    role: supervisor\n    teams: some\n", "    teams: some", "no word for teams", "all, or a list"),
    ("    role: agent\n", "    role: agent\n    teams: all\n", "- login:", "only a supervisor has teams", "without teams"),
    ("default_queue: desk", "default_queu: desk", "default_queu:", "no key 'default_queu'", "default_queue"),
    ("ring: 20s", "ring: 20", "ring:", "'20' has no unit", "20s"),
    ("ring: 20s", "ring: twenty", "ring:", "no duration", "1500ms"),
    ("ring: 20s", "ring: -20s", "ring:", "no duration", "20s"),
    ("ring: 20s", "ring: 900h", "ring:", "longer than a week", "shorter"),
    ("ring: 20s", "ring: 0s", "ring:", "must ring", "20s"),
    ("ring: 20s", "ring:", "ring:", "this is nothing", "a duration"),
    ("ring: 20s", "ring: [20s]", "ring:", "this is a list", "a duration"),
    ("ring: 20s", "rings: 20s", "rings:", "a queue has no key 'rings'", "ring ("),
    ("ring: 20s", "ring: 20s\n    ring: 30s", "ring: 30s", "stands here twice, first in line", "once"),
    ("ring: 20s", "minimum_level: 6", "minimum_level:", "6 is out of range", "from 1 to 5"),
    ("ring: 20s", "service_level_target: 120%", "service_level_target:", "no share", "80%"),
    ("ring: 20s", "record: yes", "record:", "neither true nor false", "true or false"),
    ("ring: 20s", "priority: high", "priority:", "no whole number", "such as 3"),
    ("wrap_up_hard: 2m", "wrap_up_hard: 20s", "wrap_up_hard:", "before the limit", "longer"),
    ("    skill: billing\n", "    skill: biling\n", "skill: biling", "no skill 'biling'", "billing"),
    ("label: {en: Desk, zh: 前台}", "label: {en: Desk}", "label: {en: Desk}", "a label needs 'zh'", "zh: a text"),
    ("label: {en: Desk, zh: 前台}", 'label: {en: Desk, zh: ""}', "label: {en: Desk,", "this is empty", "a text"),
    ('dialed: "+12125550100"', 'dialed: "+1 212 555 0100"', "dialed:", "as the trunk writes it", "3 to 15 digits"),
    ("    flow: main", "    flow: mein", "flow: mein", "no flow 'mein'", "main"),
    ("    flow: main", "    flow: main\n    language: fr", "language: fr", "'fr' is not known", "en"),
    ("    flow: main", "    flow: main\n    skills: {billing: 9}", "skills: {billing: 9}", "9 is out of range", "1 to 5"),
    ("mon-fri: 09:00-17:00", "mon-fri: 9-17", "mon-fri:", "no opening", "09:00-17:00"),
    (
        "mon-fri: 09:00-17:00",
        "mon-fri: 22:00-06:00",
        "mon-fri:",
        "ends before it begins",
        "22:00-24:00 here and 00:00-06:00 on the next day",
    ),
    ("mon-fri: 09:00-17:00", "mon-fri: 09:00-17:75", "mon-fri:", "no opening", "two times"),
    ("mon-fri: 09:00-17:00", "mon-fry: 09:00-17:00", "mon-fry:", "no day", "mon-fri"),
    ("mon-fri: 09:00-17:00", "fri: 09:00-10:00\n    mon-fri: 09:00-17:00", "mon-fri:", "fri is given twice", "once"),
    ("[09:00-12:00, 13:00-15:00]", "[09:00-14:00, 13:00-15:00]", "sat:", "before the one before it ends", "overlap"),
    ("holidays: [2026-12-25]", "holidays: [2026-02-30]", "holidays:", "'2026-02-30' is no day", "2026-12-25"),
    ("  queue_position: {en: You are number, zh: 您是第}\n", "", "desk:", "no prompt 'queue_position'", "announce_every: 0s"),
    (
        "  welcome: {en:",
        "  number-7: {en: Seven, zh: 七}\n  welcome: {en:",
        "number-7",
        "belong to spoken numbers",
        "another name",
    ),
    ("  done: {en:", '  "done!": {en: No, zh: 不}\n  done: {en:', '"done!"', "'done!' is no name", "letters, digits"),
    ("  welcome: {en:", "  ../../welcome: {en: No, zh: 不}\n  welcome: {en:", "../../welcome", "is no name", "letters, digits"),
    ("team: one", "team: on", "team:", "no team 'on'", "one"),
    ("skills: {billing: 5}", "skills: {billing: 0}", "skills: {billing: 0}", "0 is out of range", "1 to 5"),
    ("skills: {billing: 5}", "skills: [billing]", "skills: [", "this is a list", "lines of"),
    ('  "1001":\n', '  "Ana Ruiz":\n', '"Ana Ruiz"', "'Ana Ruiz' is no name", "letters, digits"),
    ("    role: agent\n", "    role: boss\n", "role:", "'boss' is not known", "agent"),
    ('    agent: "1001"\n', "", '- login: "1001"', "needs the desk", "agent:"),
    ('    agent: "1001"\n', '    agent: "1002"\n', 'agent: "1002"', "no agent '1002'", "1001"),
    ("password: long-enough", "password: short", '- login: "1001"', "too short", "8 characters"),
    ("    password: long-enough\n", "", '- login: "1001"', "one password", "password_file:"),
    ("    password: long-enough\n", "    password_file: nowhere\n", '- login: "1001"', "cannot be read", "text file"),
    ("account: Copper Kettle\n", "account: Copper Kettel\n", "account: Copper Kettel", "no account", "Copper Kettle"),
    ('phones: ["+12125550101"', 'phones: ["+1212555"', "phones:", "no telephone has this number", "all its digits"),
    ('blocked: ["+12025550199"]', 'blocked: ["n/a"]', "blocked:", "no telephone number", "its digits"),
    ("flows: [main.yaml]", "flows: [mein.yaml]", "flows:", "mein.yaml cannot be read", "seen from the folder"),
    ("flows: [main.yaml]", "flows: main.yaml", "flows:", "not a list", "a list"),
    (
        "default_queue: desk",
        "default_queue: desk\ndefault_language: zh\nlanguages: [en]",
        "default_language:",
        "does not speak 'zh'",
        "en",
    ),
    ("default_queue: desk", "default_queue: desk\nlanguages: []", "languages:", "at least one language", "[en, zh]"),
    ("default_queue: desk", "default_queue: desk\noutside: {region: USA}", "outside:", "'USA' is no country", "US or CN"),
    ("default_queue: desk", "default_queue: desk\ntrunks: {p: {lines: 4, keep_free: 4}}", "trunks:", "nothing would", "fewer"),
    ("default_queue: desk", "default_queue: desk\ntrunks: {pbx: {lines: -1}}", "trunks:", "", "0 to"),
    ("default_queue: desk", "default_queue: desk\noutside: {caller_id: 555}", "outside:", "international form", "plus sign"),
    ("default_queue: desk", "default_queue: desk\ntiming: {ivr_stepp: 1m}", "timing:", "no key 'ivr_stepp'", "ivr_step"),
]


@pytest.mark.parametrize(("old", "new", "where", "why", "instead"), CENTER_MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_to_write(tmp_path, old, new, where, why, instead):
    center = changed(CENTER, old, new)
    found = mistakes_of(tmp_path, center)
    told = [one for one in found if why in one.why and instead in one.instead]
    assert [(one.file, one.line) for one in told] == [(str(tmp_path / "center.yaml"), line_of(center, where))], found


FLOW_MISTAKES = [
    ("node: queue", "node: que", "node: que", "no kind of node 'que'", "queue"),
    ("    node: queue\n", "", "  desk:", "needs 'node'", "node:"),
    ("next: open", "next: opne", "next:", "node hello: there is no node 'opne'", "open"),
    ("    next: open\n", "", "  hello:", "needs 'next'", "next: a name"),
    ("prompt: welcome\n    next", "promt: welcome\n    next", "promt:", "no key 'promt'", "prompt"),
    ("prompt: welcome\n    next", "prompt: hello\n    next", "prompt: hello", "no prompt 'hello'", "welcome"),
    ("hours: office", "hours: ofice", "hours: ofice", "no hours 'ofice'", "office"),
    ("queue: desk\n", "queue: disk\n", "queue: disk", "no queue 'disk'", "desk"),
    ("end: closed", "end: close", "end:", "'close' is not known", "closed"),
    ("start: hello", "start: helo", "start:", "no node 'helo'", "hello"),
    ("start: hello\n", "", "id: main", "needs 'start'", "start:"),
    ("closed: bye", "closed: desk", "  bye:", "no way leads here", "remove it"),
    ("open: desk\n    closed: bye", "open: hello\n    closed: hello", "next: open", "endless loop", "a way to a queue"),
    ("  desk:\n", "  the desk:\n", "  the desk:", "'the desk' is no name", "letters, digits"),
    ("node: say\n", "node: say\n    colour: red\n", "colour:", "a say node has no key 'colour'", "one of node, prompt, next"),
    ("id: main", "id: main\nversion: 2", "version:", "a flow has no key 'version'", "one of id"),
]


@pytest.mark.parametrize(("old", "new", "where", "why", "instead"), FLOW_MISTAKES)
def test_a_mistake_in_a_flow_is_told_in_the_flows_own_file(tmp_path, old, new, where, why, instead):
    flow = changed(FLOW, old, new)
    found = mistakes_of(tmp_path, flow=flow)
    told = [one for one in found if why in one.why and instead in one.instead]
    assert [(one.file, one.line) for one in told] == [(str(tmp_path / "main.yaml"), line_of(flow, where))], found


def test_one_slip_is_one_mistake(tmp_path):
    """What follows from a mistake is not told besides."""
    for old, new in [
        ("flow: main", "flow: [main]"),
        ("default_queue: desk", "default_queue:"),
        ("flows: [main.yaml]", "flows: [mein.yaml]"),
        ("skills: {billing: 5}", "skils: {billing: 5}"),
    ]:
        found = mistakes_of(tmp_path, changed(CENTER, old, new))
        assert len(found) == 1, "\n".join(map(str, found))
    for old, new in [
        ("node: say", "node: sai"),
        ("next: open", "nxt: open"),
        ("open: desk", "open: dsk"),
        ("start: hello", "strat: hello"),
    ]:
        found = mistakes_of(tmp_path, flow=changed(FLOW, old, new))
        assert len(found) == 1, "\n".join(map(str, found))


def test_a_misspelt_key_hides_no_mistake_of_its_value(tmp_path):
    found = mistakes_of(tmp_path, changed(CENTER, "ring: 20s", "rings: 20"))
    assert [one.why for one in found] == ["a queue has no key 'rings'", "'20' has no unit"]


def test_all_mistakes_of_all_files_come_at_once_in_order(tmp_path):
    center = changed(
        changed(changed(CENTER, "ring: 20s", "ring: 20"), "team: one", "team: two"), "zone: America/New_York", "zone: x"
    )
    found = mistakes_of(tmp_path, center, changed(FLOW, "prompt: welcome\n    next", "prompt: hi\n    next"))
    assert [(Path(one.file).name, one.line) for one in found] == [
        ("center.yaml", line_of(center, "zone:")),
        ("center.yaml", line_of(center, "ring:")),
        ("center.yaml", line_of(center, "team: two")),
        ("main.yaml", 6),
    ]
    assert (
        str(found[1])
        == f"{tmp_path / 'center.yaml'}:{line_of(center, 'ring:')}: '20' has no unit; write instead: 20s, 20ms or 20m"
    )


def test_a_key_that_stands_in_two_files_is_told(tmp_path):
    center = changed(CENTER, "default_queue: desk", "default_queue: desk\ninclude: [more.yaml]")
    found = mistakes_of(tmp_path, center, more="teams:\n  two: {en: Two, zh: 二组}\n")
    assert [(Path(one.file).name, one.why) for one in found] == [
        ("more.yaml", f"'teams' stands in {tmp_path / 'center.yaml'} already")
    ]


def test_an_included_file_adds_its_keys_and_its_flows_are_seen_from_it(tmp_path):
    center = changed(
        changed(CENTER, "flows: [main.yaml]\n", ""), "default_queue: desk", "default_queue: desk\ninclude: [more/flows.yaml]"
    )
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "flows.yaml").write_text("flows: [../main.yaml]\n")
    assert list(read(tmp_path, center).center.flows) == ["main"]


def test_two_flows_of_one_name(tmp_path):
    center = changed(CENTER, "flows: [main.yaml]", "flows: [main.yaml, other.yaml]")
    found = mistakes_of(tmp_path, center, other=FLOW)
    assert [(Path(one.file).name, one.line, one.instead) for one in found] == [("other.yaml", 1, "another id")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"name: [unclosed\n", "this is not YAML"),
        (b"name: a: b\n", "this is not YAML"),
        (b"name:\tx\n\tzone: y\n", "this is not YAML"),
        (b"name: *nobody\n", "this is not YAML"),
        (b"name: x\n---\nname: y\n", "this is not YAML"),
        (b"\xff\xfename: x\n", "this is not UTF-8"),
        (b"name: \x07\n", "a character that YAML forbids"),
        (b"[" * 20_000, "nested too deeply"),
        (b"just a sentence\n", "a center file has keys"),
        (b"- a\n- list\n", "a center file has keys"),
    ],
)
def test_what_is_no_configuration_at_all_is_refused_and_nothing_breaks(tmp_path, content, why):
    path = tmp_path / "center.yaml"
    path.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        read_center(path)
    assert any(why in one.why for one in caught.value.mistakes), str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadFile, match="cannot be read"):
        read_center(tmp_path / "center.yaml")


def test_yaml_does_not_interpret_what_the_author_wrote(tmp_path):
    """Norway's `no`, times that are numbers to YAML, and leading zeros."""
    center = changed(CENTER, "team: one", "team: no")
    center = changed(center, "  one: {en: One, zh: 一组}", "  no: {en: 0123, zh: 12:30}")
    assert read(tmp_path, center).center.teams["no"] == Label("0123", "12:30")  # type: ignore[index]


def test_the_sample_center_is_sound_and_whole():
    seed = read_center(EXAMPLE)
    center = seed.center
    assert list(mistakes(center)) == []
    assert [check(flow, center) for flow in center.flows.values()] == [[], []]
    assert {one.language for one in center.numbers.values()} == {"en", "zh", None}
    assert len(center.agents) == 12
    assert set(seed.names) == set(center.agents)
    assert all(name not in agent for agent, name in seed.names.items()), "ids are no names"
    assert {SystemPrompt.POSITION, SystemPrompt.NEXT, SystemPrompt.TROUBLE} <= set(center.prompts)
    for queue in center.queues.values():
        skilled = [
            one for one in center.agents.values() if queue.skill is None or one.skills.get(queue.skill, 0) >= queue.minimum_level
        ]
        assert len(skilled) >= 3, f"too few agents for {queue.id}"
    assert len(seed.contacts) >= 40
    numbers = [phone.number for one in seed.contacts for phone in one.phones]
    assert len(numbers) > len(set(numbers)), "some number is shared, so that a caller can be one of several"


def test_every_number_of_the_sample_center_is_one_kept_for_fiction():
    seed = read_center(EXAMPLE)
    numbers = [phone.number for one in seed.contacts for phone in one.phones]
    numbers += [*seed.blocked, *(one.dialed for one in seed.center.numbers.values()), seed.center.outside.caller_id]
    for number in numbers:
        digits = "".join(char for char in number if char.isdigit())[-10:]
        assert len(digits) == 10, number
        assert digits[3:8] == "55501", f"{number} might be somebody's"
