"""What /metrics says after much has happened: useful, and with labels from closed lists only."""

import asyncio
import re
from typing import get_args

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from callcenter.api.routes import ROUTES
from callcenter.api.schemas import live as m
from callcenter.kernel import commands as c
from callcenter.kernel.words import Fault
from callcenter.runtime.vitals import EFFECTS
from callcenter.webhooks.figures import FAULTS
from tests.api.house import House
from tests.architecture.metrics_handbook import DOCUMENT, document
from tests.unit.hub.story import CARRIER, center

STATES = set(get_args(m.AgentState))
WORDS: dict[str, set[str]] = {
    "queue": {"billing", "technical"},
    "carrier": {CARRIER},
    "state": STATES,
    "fault": {*FAULTS, *(fault.value for fault in Fault)},
    "effect": {*EFFECTS, "other"},
    "method": {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"},
    "route": {"none", "/healthz", "/readyz", "/metrics", "/{path}", "/api/v1/ws", "/api/v1/openapi.json",
              *("/api/v1" + route.path for route in ROUTES)},
}  # fmt: skip


async def told(house: House) -> str:
    return (await house.client().get("/metrics")).text.decode()


async def test_hundreds_of_callers_leave_no_new_label(house: House):
    """Each caller has a number of her own, each request an address of its own; the series stay those of the center."""
    ana = await house.at_desk("ana")
    before = series(await told(house))
    for number in range(300):
        house.call_in(f"+1212556{number:04d}")
    await house.until(lambda state: len(state.calls) >= 300, 60)
    for number in range(40):
        await ana.get(f"/api/v1/calls/c{number}")
        await ana.get(f"/nothing/{number}")
        await ana.ask("PURGE" if number % 2 else "DELETE", f"/api/v1/contacts/{number}")
    text = await told(house)
    for name, labels in series(text):
        for label, value in labels:
            if label in ("le", "status"):
                assert re.fullmatch(r"[0-9.e+-]+|\+Inf", value), (name, value)
            elif label == "route":
                assert value in WORDS["route"] or value.startswith(("/carrier/", "/{path")), (name, value)
            else:
                assert value in WORDS[label], (name, label, value)
    assert "2125" not in re.sub(r" [^ ]+$", "", text, flags=re.MULTILINE), "in no name and no label"
    assert not re.search(r'"[a-z][a-z2-7]{19}"', text), "no id of ours"
    gained = {one for one in series(text) - before if dict(one[1]).keys() & {"queue", "carrier", "state"}}
    assert len(gained) <= len(STATES)
    waiting = [line for line in text.splitlines() if line.startswith('callcenter_waiting_calls{queue="billing"}')]
    assert waiting
    assert float(waiting[0].split()[1]) > 250


def series(text: str) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    return {
        (sample.name, tuple(sorted(sample.labels.items())))
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_what_a_center_loses_leaves_the_labels(house: House):
    values = center()
    queues = {name: queue for name, queue in values.queues.items() if name == "billing"}
    assert 'queue="technical"' in await told(house)
    changed = msgspec.structs.replace(values, queues=queues)
    await house.engine.ask(c.ApplyCenter(version=2, center=changed, personal=()))
    async with asyncio.timeout(10):
        board = await (await (await house.signed_in("sam")).socket()).follow("board")
        await board.until(lambda b: "technical" not in b.shown["queues"])
    assert 'queue="technical"' not in await told(house)


async def test_the_document_lists_what_is_there(house: House):
    text = await told(house)
    names = {family.name for family in text_string_to_metric_families(text)}
    assert DOCUMENT.read_text() == document(), "run: python -m tests.architecture.metrics_handbook"
    listed = set(re.findall(r"^\| `(callcenter_\w+)` ", DOCUMENT.read_text(), re.MULTILINE))
    assert {name for name in names if name.startswith("callcenter_")} == listed
