"""The center file: center.yaml, what it includes and its flow files, to one `CenterSeed`, or to every mistake in them.

Keys come from the tables below (most of them made from the kernel's Structs); docs/center-file.md describes each, and a test
holds it against these tables. Checks across values are `kernel.center.mistakes`, `ivr.check` and the last part of this file.
"""

from pathlib import Path
from typing import Any

from callcenter.kernel.center import (
    AgentValues,
    Center,
    Choice,
    NumberValues,
    Outside,
    QueueValues,
    SystemPrompt,
    Timing,
    Trunk,
    mistakes,
)
from callcenter.kernel.flow import Flow
from callcenter.kernel.ids import AgentId, CarrierName, FlowId, HoursId, NumberId, QueueId
from callcenter.kernel.seed import UNNAMED, CenterSeed
from config.center_values import DIALED, HOURS, LANGUAGE, PHONE, REGION, ZONE, possible
from config.flow_file import check_flow, read_flow
from config.people_file import ACCOUNT_KEYS, CONTACT_KEYS, USER_KEYS, account, check_people, contact, user
from config.readers import (
    LABEL,
    LEVEL,
    NAME,
    OPEN_TEXT,
    TEXT,
    TRUTH,
    Key,
    Reader,
    fill,
    keys_of,
    listed,
    mapped,
    named,
    named_entries,
    optional,
    places_of,
    read_keys,
    required,
    whole,
)
from config.yaml import Place, Sheet

QUEUE_KEYS = keys_of(QueueValues, without=["id"], minimum_level=LEVEL, priority=whole(-100, 100))
AGENT_KEYS = (required("name", TEXT), *keys_of(AgentValues, without=["id", "name"], skills=mapped(LEVEL)))
NUMBER_KEYS = keys_of(NumberValues, without=["id"], dialed=DIALED, skills=mapped(LEVEL), priority=whole(-100, 100))
TIMING_KEYS = keys_of(Timing)
TRUNK_KEYS = keys_of(Trunk, lines=whole(0, 100_000), keep_free=whole(0, 100_000), dials_per_second=whole(0, 1_000))
OUTSIDE_KEYS = keys_of(Outside, region=REGION, countries=listed(REGION), caller_id=OPEN_TEXT, emergency=listed(DIALED))


def _things(keys: tuple[Key, ...], what: str) -> Reader[dict[str, dict[str, Any]]]:
    words = f"lines of a name: the keys {', '.join(key.name for key in keys)}"

    def read(place: Place) -> dict[str, dict[str, Any]]:
        return {name: read_keys(value, keys, what) for name, value in named_entries(place, words)}

    return Reader(words, read, {})


def _values(keys: tuple[Key, ...], what: str) -> Reader[dict[str, Any]]:
    return Reader("keys of its own", lambda place: read_keys(place, keys, what), {})


def _choices(place: Place) -> tuple[Choice, ...]:
    return tuple(Choice(code, label) for code, label in named(LABEL).read(place).items())  # type: ignore[union-attr]


CHOICES: Reader[tuple[Choice, ...]] = Reader("lines of a code: {en: ..., zh: ...}", _choices, ())
LABELS = named(LABEL)

CENTER_KEYS = (
    required("name", TEXT),
    required("zone", ZONE),
    optional("languages", listed(LANGUAGE), ("en", "zh")),
    optional("default_language", LANGUAGE, "en"),
    required("default_queue", NAME),
    optional("include", listed(TEXT), ()),
    required("flows", listed(TEXT)),
    optional("skills", LABELS, {}),
    required("teams", LABELS),
    required("queues", _things(QUEUE_KEYS, "a queue")),
    required("numbers", _things(NUMBER_KEYS, "a number")),
    optional("hours", named(HOURS), {}),
    required("prompts", LABELS),
    required("dispositions", CHOICES),
    required("reasons", CHOICES),
    optional("blocked", listed(PHONE), ()),
    optional("timing", _values(TIMING_KEYS, "timing"), {}),
    optional("outside", _values(OUTSIDE_KEYS, "outside"), {}),
    optional("trunks", _things(TRUNK_KEYS, "a trunk"), {}),
    optional("agents_hear_own", TRUTH, False),
    required("agents", _things(AGENT_KEYS, "an agent")),
    optional("users", listed(user), ()),
    optional("accounts", listed(account), ()),
    optional("contacts", listed(contact), ()),
)

NUMBER_PROMPTS = "number-"
"""How `callcenter.media.numbers` names the prompts that numbers are put together from."""

TABLES: dict[str, tuple[Key, ...]] = {
    "The center": CENTER_KEYS,
    "queues": QUEUE_KEYS,
    "numbers": NUMBER_KEYS,
    "agents": AGENT_KEYS,
    "users": USER_KEYS,
    "accounts": ACCOUNT_KEYS,
    "contacts": CONTACT_KEYS,
    "timing": TIMING_KEYS,
    "outside": OUTSIDE_KEYS,
    "trunks": TRUNK_KEYS,
}
"""Section of docs/center-file.md -> its keys. Those of the nodes are `flow_file.NODE_KEYS`."""


def read_center(path: Path) -> CenterSeed:
    """Reads center.yaml at `path` and everything it names. Raises BadFile with all the mistakes of all the files."""
    sheet = Sheet()
    top = sheet.open(path)
    if top is None:
        sheet.finish()
    assert top is not None
    places = _with_includes(top)
    values = fill(top, places, CENTER_KEYS, "a center")
    values.pop("include")
    flows = _flows(sheet, places.get("flows"))
    people = {name: values.pop(name) for name in ("users", "accounts", "contacts", "blocked")}
    names = {AgentId(name): one.pop("name") for name, one in values["agents"].items()}
    center = _center(values, {flow.id: flow for flow in flows.values()})
    for one in mistakes(center):
        sheet.refuse_path(one.path, one.why, one.instead)
    for prefix, flow in flows.items():
        check_flow(sheet, prefix, flow, center)
    _check_words(sheet, center)
    seed = CenterSeed(center=center, names=names, **people)
    check_people(sheet, seed)
    sheet.finish()
    return seed


def _with_includes(top: Place) -> dict[str, Place]:
    """Key -> place of its value, from the file and from those that it includes; a key stands in one of them only."""
    known = [key.name for key in CENTER_KEYS]
    if not top.is_mapping():
        top.refuse("a center file has keys", f"its keys: {', '.join(known)}")
        return {}
    places = places_of(top, known, "a center")
    include = places.get("include")
    for item in include.items() if include is not None else ():
        name = TEXT(item)
        other = top.sheet.open(item.folder / name, "", item) if item.path not in top.sheet.broken else None
        if other is None:
            continue
        known_there = [one for one in known if one != "include"]
        for key, place in places_of(other, known_there, "an included file").items():
            if key in places:
                place.refuse(f"{key!r} stands in {places[key].file} already", "it in one of the two files", alone=True)
            else:
                places[key] = place
    return places


def _flows(sheet: Sheet, place: Place | None) -> dict[str, Flow]:
    """Path of its values -> flow."""
    flows: dict[str, Flow] = {}
    for item in place.items() if place is not None and place.is_list() else ():
        if item.path in sheet.broken:
            continue
        read = read_flow(sheet, item.folder / TEXT(item), item)
        if read is None:
            # Numbers that use it are not to blame.
            sheet.broken |= {path for path in sheet.lines if path.startswith("numbers.") and path.endswith(".flow")}
            continue
        prefix, flow = read
        if any(other.id == flow.id for other in flows.values()):
            sheet.refuse_path(f"{prefix}.id", f"another file has the flow {flow.id!r}", "another id")
        flows[prefix] = flow
    return flows


def _center(values: dict[str, Any], flows: dict[FlowId, Flow]) -> Center:
    queues = {QueueId(name): QueueValues(id=QueueId(name), **one) for name, one in values.pop("queues").items()}
    agents = {AgentId(name): AgentValues(id=AgentId(name), name=UNNAMED, **one) for name, one in values.pop("agents").items()}
    numbers = {NumberId(name): NumberValues(id=NumberId(name), **one) for name, one in values.pop("numbers").items()}
    hours = {HoursId(name): one.named(HoursId(name)) for name, one in values.pop("hours").items()}
    values.pop("flows")
    return Center(
        queues=queues,
        agents=agents,
        numbers=numbers,
        hours=hours,
        flows=flows,
        timing=Timing(**values.pop("timing")),
        outside=Outside(**values.pop("outside")),
        trunks={CarrierName(name): Trunk(**one) for name, one in values.pop("trunks").items()},
        **values,
    )


def _check_words(sheet: Sheet, center: Center) -> None:
    """What the kernel's checks leave to the file: languages, prompts that the service speaks, numbers shown outside."""
    if not center.languages:
        sheet.refuse_path("languages", "a center speaks at least one language", "[en], [zh] or [en, zh]")
    elif center.default_language not in center.languages:
        why = f"the center does not speak {center.default_language!r}"
        sheet.refuse_path("default_language", why, f"one of {', '.join(center.languages)}")
    for number in center.numbers.values():
        if number.language is not None and number.language not in center.languages:
            why = f"the center does not speak {number.language!r}"
            sheet.refuse_path(f"numbers.{number.id}.language", why, f"one of {', '.join(center.languages)}")
    for prompt in center.prompts:
        if prompt.startswith(NUMBER_PROMPTS):
            sheet.refuse_path(f"prompts.{prompt}", f"names with {NUMBER_PROMPTS!r} belong to spoken numbers", "another name")
    for queue in center.queues.values():
        if queue.announce_every_ms and SystemPrompt.POSITION not in center.prompts:
            why = f"positions are announced, but there is no prompt {SystemPrompt.POSITION!r}"
            path = f"queues.{queue.id}.announce_every_ms"
            sheet.refuse_path(path, why, f"that prompt below prompts, or announce_every: 0s for queue {queue.id}")
    outside = center.outside
    if outside.caller_id and not (outside.caller_id.startswith("+") and possible(outside.caller_id, outside.region)):
        why = f"{outside.caller_id!r} is no number in international form"
        sheet.refuse_path("outside.caller_id", why, "the plus sign, the country code and the number")
