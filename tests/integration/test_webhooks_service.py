"""The running service and a program that is told: `callcenter serve` as a process of its own, killed between two attempts."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.receiver import Receiver, accept, hang, in_order, refuse
from tests.integration.served import Served, served

__all__ = ["served"]

@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


async def test_killed_between_two_attempts_it_goes_on_where_it_was(served: Served, receiver: Receiver):
    await served.start()
    receiver.answer = refuse(503)
    made = await served.ask(served.admin, "POST", "/webhooks", {"name": "crm", "url": receiver.url})
    first = served.expected()
    await served.works(5)
    await receiver.until(lambda r: len(r.taken) >= 2)
    await served.kill()
    before = {one.id for one in receiver.taken}

    # A second time, in the middle of an attempt: the receiver has the event, and nobody has written that down.
    receiver.answer = hang
    await served.start()
    came = len(receiver.came)
    await receiver.until(lambda r: len(r.came) > came)
    await served.kill()
    await receiver.stop()
    receiver.answer = accept
    await receiver.start()

    await served.start()
    await served.works(3)
    hooks = served.expected() - first
    await receiver.until(lambda r: set(r.ids) >= hooks, 60)
    await served.stop()
    assert set(receiver.ids) == served.expected() - first, "everything since the subscription, and nothing else"
    assert before <= set(receiver.ids), "what had failed came again under its own id"
    assert in_order(receiver.good)
    assert all(one.signed_with(made["secret"]) for one in receiver.taken), "the key outlives the process"
    log = (served.home / "service.log").read_text()
    assert made["secret"] not in log
    assert receiver.url not in log


async def test_what_an_administrator_does(served: Served, receiver: Receiver):
    """Over REST: subscribe, test, list, redeliver, exchange the secret, switch off, end."""
    await served.start()
    made = await served.ask(served.admin, "POST", "/webhooks", {"name": "crm", "url": receiver.url, "kinds": ["agent.presence"]})
    path, secret = f"/webhooks/{made['webhook']['id']}", made["secret"]
    assert "secret" not in await served.ask(served.admin, "GET", path), "shown once"
    await served.ask(served.admin, "POST", f"{path}/test")
    await receiver.until(lambda r: r.good)
    assert receiver.good[0].event["kind"] == "test"
    assert receiver.good[0].signed_with(secret)
    await served.works(2)
    await receiver.until(lambda r: len(r.good) == 5)
    assert [one.event["agent"]["presence"] for one in receiver.good[1:]] == ["available", "not_ready"] * 2
    page = await served.ask(served.admin, "GET", f"{path}/deliveries?limit=2&state=delivered")
    assert len(page["items"]) == 2
    await served.ask(served.admin, "POST", f"{path}/deliveries/{page['items'][0]['id']}/redeliver")
    await receiver.until(lambda r: len(r.good) == 6)
    assert receiver.good[5].id == page["items"][0]["event"]
    await served.ask(served.admin, "POST", f"{path}/secret")
    await served.ask(served.admin, "POST", f"{path}/test")
    await receiver.until(lambda r: len(r.good) == 7)
    assert receiver.good[6].signed_with(secret), "the old secret goes on for a day"
    assert len(receiver.good[6].headers["Callcenter-Signature"].split(",")) == 3
    await served.ask(served.admin, "PATCH", path, {"active": False})
    await served.works(1)
    assert (await served.ask(served.admin, "PATCH", path, {"active": True}))["active"]
    await served.ask(served.admin, "POST", f"{path}/test")
    await receiver.until(lambda r: len(r.good) == 8)
    assert receiver.good[7].event["kind"] == "test", "what happened while it was switched off is not told"
    await served.ask(served.admin, "DELETE", path)
    assert await served.ask(served.admin, "GET", "/webhooks") == {"items": []}
