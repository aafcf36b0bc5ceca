"""A campaign at work on a real Asterisk: a manager with her list, agents whose telephones pick up by themselves, callees outside.

Everything is asked for as people ask for it, over the API; what was seen from outside is read afterwards by
`tests.recount.dials`.
The service may be killed and started again in the middle: everybody goes on at it as soon as it is there.
"""

import asyncio
import contextlib
import io
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from tests.integration import campaign_center as center
from tests.integration import sound
from tests.integration.callees import Behavior, callees, telephones
from tests.integration.center import OTHER_AGENT_HZ
from tests.integration.day import CALLER_HZ, MEMORY, legs_csv, within
from tests.integration.heard import Listener, listen
from tests.integration.people import Answered, Json, Person, now
from tests.integration.service import PROMPT_HZ, Desk, Service, running
from tests.integration.sipp import Sipp, sipp
from tests.recount import dials, wire
from tests.recount.heard import Heard

CALLEES_MOST = 100_000
WRAP_UP_S = 0.3
"""So long an agent writes something down."""
TALKS_S = 4.0
"""An agent ends a conversation that has lasted so long, when the callee has not."""
WAIT_MS = 86_400_000


class Manager(Person):
    """The campaign manager."""

    async def upload(self, content: bytes, name: str = "people.csv") -> str:
        url = f"{self.url}/api/v1/uploads?name={name}"
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        async with self.http.post(url, data=io.BytesIO(content), headers=headers) as answer:
            body = await answer.json()
            assert answer.status == 201, body
            return str(body["id"])

    async def imports(self, campaign: int, numbers: Sequence[str]) -> int:
        """A list of these numbers, ready to be dialed."""
        lines = ["Name,Phone", *(f"Person {index},{number}" for index, number in enumerate(numbers))]
        upload = await self.upload("\n".join(lines).encode())
        seen = await self.ask("POST", f"/uploads/{upload}/preview", {})
        asked = {"upload": upload, "order": seen["order"], "name": "People"}
        made = await self.ask("POST", f"/campaigns/{campaign}/imports", asked)
        ready = await within(30, partial(self.ask, "GET", f"/lists/{made['id']}"), lambda one: one["state"] != "filling")
        assert (ready["state"], ready["leads"]) == ("ready", len(numbers)), ready
        return int(made["id"])

    async def plans(self, name: str, mode: str, again_ms: Mapping[str, Sequence[int]], **more: Any) -> int:
        """A campaign under the test's law; only outcomes in `again_ms` are tried again, after these waits."""
        label = {"en": "Spring", "zh": "春季"}
        made = await self.ask("POST", "/campaigns", {"name": name, "label": label, "mode": mode, "law": center.LAW})
        rules = [
            {
                "outcome": rule["outcome"],
                "again": rule["outcome"] in again_ms,
                "attempts": 1 + len(again_ms.get(rule["outcome"], ())),
                "waits_ms": list(again_ms.get(rule["outcome"], (WAIT_MS,))),
                "other_part": False,
                "next_number": False,
            }
            for rule in made["retry"]["rules"]
        ]
        change = {
            "seen": made["changed_at"],
            "ring_ms": center.RING_MS,
            "wrap_up_ms": 60_000,
            "caller_id": center.CALLER_ID,
            "message": center.SORRY,
            "message_contains": ["seller", "number"],
            "opt_out_key": "9",
            "retry": {"most_attempts": 8, "rules": rules, "recycling": None},
            **more,
        }
        await self.ask("PATCH", f"/campaigns/{made['id']}", change)
        return int(made["id"])

    async def starts(self, campaign: int) -> None:
        """As soon as the hub has been told of it."""

        async def start() -> int:
            try:
                await self.ask("POST", f"/campaigns/{campaign}/start")
            except Answered as refused:
                if refused.code != "not_found":
                    raise
                return refused.status
            return 200

        assert await within(10, start, lambda status: status == 200) == 200

    async def leads(self, call_list: int) -> dict[str, Json]:
        """Number -> its lead, as it is shown."""
        found: dict[str, Json] = {}
        cursor: str | None = ""
        while cursor is not None:
            page = await self.ask("GET", f"/lists/{call_list}/leads?limit=200" + (f"&cursor={cursor}" if cursor else ""))
            found.update((one["numbers"][0]["number"]["value"], one) for one in page["items"])
            cursor = page["next"]
        return found


@dataclass
class Shift:
    """The agents, who finish their wrap-ups and end long conversations, whatever the service does meanwhile."""

    service: Service
    desks: dict[str, Desk]
    wrap_up_s: float = WRAP_UP_S
    talks_s: float = TALKS_S
    _doing: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)

    async def works(self) -> None:
        """For ever."""
        try:
            while True:
                board = self.service.board
                for agent in self.desks:
                    her = board.agents.get(agent)
                    if her is not None and her["call"] is not None and her["state"] in ("wrap_up", "talking"):
                        self._begin(agent, her["state"], her["call"])
                await board.changed()
        finally:
            doing = list(self._doing.values())
            for task in doing:
                task.cancel()
            await asyncio.gather(*doing, return_exceptions=True)

    def _begin(self, agent: str, state: str, call: str) -> None:
        key = (agent, f"{state} {call}")
        if key not in self._doing:
            self._doing[key] = asyncio.create_task(self._does(key, self.desks[agent], state, call))

    async def _does(self, key: tuple[str, str], desk: Desk, state: str, call: str) -> None:
        await asyncio.sleep(self.wrap_up_s if state == "wrap_up" else self.talks_s)  # what she does takes its time
        try:
            if state == "wrap_up":
                await desk.finish()
            else:
                await desk.hang_up(call)
        except Answered as refused:
            if refused.status >= 500:
                self._doing.pop(key, None)  # it was not there; she tries again when she sees it still so
        except aiohttp.ClientError:
            self._doing.pop(key, None)


@dataclass
class CampaignFloor:
    """`outside` is every callee in one process, `inside` every agent's telephone."""

    folder: Path
    service: Service
    manager: Manager
    outside: Sipp
    inside: Sipp
    ears: Listener
    desks: dict[str, Desk] = field(default_factory=dict)
    campaign: int = 0
    call_list: int = 0

    async def opens(
        self, numbers: Sequence[str], mode: str, again_ms: Mapping[str, Sequence[int]] | None = None, **more: Any
    ) -> None:
        """A campaign with these leads, not started yet."""
        self.campaign = await self.manager.plans("spring", mode, again_ms or {}, **more)
        self.call_list = await self.manager.imports(self.campaign, numbers)

    async def begins(self) -> None:
        """It is started, then everybody chooses it and is available."""
        await self.manager.starts(self.campaign)
        for desk in self.desks.values():
            await desk.works(self.campaign)
            await desk.available()

    async def live(self) -> Json:
        found: Json = await self.manager.ask("GET", f"/campaigns/{self.campaign}/live")
        return found

    async def progress(self) -> Json:
        found: Json = await self.manager.ask("GET", f"/campaigns/{self.campaign}/progress")
        return found

    async def dialed(self, count: int, seconds: float) -> None:
        """Waits until so many dials are under way or over."""
        found = await within(seconds, self.progress, lambda one: one["dials"] >= count)
        assert found["dials"] >= count, found

    async def settled(self) -> None:
        """Waits until every dial has its outcome in its lead's row."""
        assert (await within(10, self.progress, lambda one: not one["open"]))["open"] == 0

    async def used_up(self, seconds: float) -> None:
        """Waits until nothing is left to dial and nothing under way."""

        def done(one: Json) -> bool:
            leads = one["leads"]
            return not (one["open"] or leads["fresh"] or leads["resting"] or leads["claimed"])

        found = await within(seconds, self.progress, done)
        assert done(found), (found, await self.live())

    async def killed(self, down_s: float) -> Json:
        """kill -9 of the service, which is started again after so long; returns when it has taken everything over. When it was
        killed, when its ready line came, and when Asterisk was shown as connected, ms since the epoch."""
        at = now()
        await self.service.killed()
        await asyncio.sleep(down_s)  # whoever starts it again takes a moment
        await self.service.launch()
        ready = now()
        await self.service.look()
        return {"killed": at, "ready": ready, "until": now()}

    async def quiet(self) -> tuple[list[Json], list[Json]]:
        """Waits until Asterisk has no channel and no bridge any more; answers with what is left."""

        async def left() -> tuple[list[Json], list[Json]]:
            return self.service.pbx.channels(), self.service.pbx.bridges()

        channels, bridges = await within(10, left, lambda found: not any(found))
        return channels, bridges

    # -- from outside -------------------------------------------------------------------------------------------------------

    async def dials(self) -> list[dials.Dial]:
        """What the callees saw and heard until now."""
        await self.ears.has_heard_all()
        heard = Heard.read((self.folder / "heard.log").read_text())
        return dials.read(self._dialogs(self.outside), heard, f"tone {OTHER_AGENT_HZ}", f"tone {PROMPT_HZ}")

    def rings(self) -> list[wire.Dialog]:
        """What the agents' telephones saw; `dialed` is the device."""
        return self._dialogs(self.inside)

    def _dialogs(self, peer: Sipp) -> list[wire.Dialog]:
        return wire.dialogs((peer.folder / "messages.log").read_text(errors="replace"))

    def busy(self) -> list[tuple[int, int]]:
        """From when to when an agent was not free: from the ring of her telephone to the end of her wrap-up."""
        by_device = {desk.device: agent for agent, desk in self.desks.items()}
        finished: dict[str, list[int]] = {agent: [] for agent in self.desks}
        for click in self.service.clicks:
            if click.did == "finish" and not click.refused and click.agent in finished:
                finished[click.agent].append(click.until)
        found = []
        for ring in self.rings():
            agent = by_device.get(ring.dialed)
            if agent is None:
                continue
            over = ring.ended_at or ring.invite_at
            if ring.answered_at is not None:
                over = min((at for at in finished[agent] if at >= over), default=over)
            found.append((ring.invite_at, over))
        return found

    def trunk_rows(self) -> list[dict[str, str]]:
        """Asterisk's own account of each leg to the telephone network."""
        return [row for row in self.service.pbx.legs() if row["channel"].startswith("PJSIP/trunk-")]


@contextlib.asynccontextmanager
async def campaign_floor(
    agents: int,
    behaviors: Mapping[int, Behavior],
    *,
    cap: float = 0.03,
    sounds: Mapping[str, bytes] | None = None,
    phones: Iterable[str] = (),
) -> AsyncIterator[CampaignFloor]:
    """The center with so many agents signed in at their telephones, who have chosen nothing yet.

    `sounds`: mu-law, besides "voice", a tone. `phones`: agents whose telephone the test makes itself. What was observed is in
    memory; it is kept, and named, on failure.
    """
    place = Path(tempfile.mkdtemp(prefix="callcenter-campaign-", dir=MEMORY if MEMORY.is_dir() else None))
    folder = place / "observed"
    folder.mkdir()
    voices = {"voice": _tone(CALLER_HZ), **(sounds or {})}
    async with contextlib.AsyncExitStack() as stack:
        service = await stack.enter_async_context(running(place / "service", partial(center.write, agents, cap)))
        ears = await listen(folder, service.pbx.rtp_ports, (OTHER_AGENT_HZ, PROMPT_HZ, CALLER_HZ), "--exchange")
        stack.push_async_callback(ears.ends)
        outside = await stack.enter_async_context(
            sipp(folder / "outside", callees(behaviors, voices), port=service.pbx.trunk_port, calls=CALLEES_MOST)
        )
        inside = await stack.enter_async_context(
            sipp(folder / "inside", telephones(_tone(OTHER_AGENT_HZ)), calls=CALLEES_MOST)
        )
        manager = Manager(service.url, center.MANAGER)
        stack.push_async_callback(manager.close)
        await manager.sign_in()
        floor = CampaignFloor(folder, service, manager, outside, inside, ears)
        for name in center.names(agents):
            desk = floor.desks[name] = Desk(service, name, 0 if name in phones else inside.port)
            stack.push_async_callback(desk.close)
            await desk.sits_down()
        shift = asyncio.create_task(Shift(service, floor.desks).works())
        try:
            yield floor
        except BaseException as error:
            (folder / "service.log").write_text(service.log())
            (folder / "legs.csv").write_text(legs_csv(service))
            error.add_note(f"observed: {folder}\nthe service said:\n{service.complaints()}")
            raise
        finally:
            shift.cancel()
            await asyncio.gather(shift, return_exceptions=True)
    shutil.rmtree(place)


def _tone(hertz: int) -> bytes:
    return sound.ulaw(sound.tone(hertz, 10))
