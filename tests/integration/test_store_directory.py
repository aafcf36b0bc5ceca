"""The center's directory on both databases: what is written is read again, a change is whole or nothing, ids stay."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import Phase, given, settings
from sqlalchemy import select

from callcenter.kernel.center import Choice, Label
from callcenter.kernel.errors import Conflict, Refused
from callcenter.kernel.ids import AgentId, Entropy, QueueId
from callcenter.kernel.seed import CenterSeed
from callcenter.store.database import Database
from callcenter.store.directory import Difference, Directory, DirectoryStore
from callcenter.store.tables.directory import PersonalIdRow
from tests.unit.store.centers import harbor, seeds

BILLING, ANA, BO = QueueId("billing"), AgentId("ana"), AgentId("bo")


@pytest.fixture
def store(database: Database) -> DirectoryStore:
    return DirectoryStore(database, Entropy(b"directory"))


def with_queue(seed: CenterSeed, **values: object) -> CenterSeed:
    queue = msgspec.structs.replace(seed.center.queues[BILLING], **values)
    return with_center(seed, queues={BILLING: queue})


def with_center(seed: CenterSeed, **values: object) -> CenterSeed:
    return msgspec.structs.replace(seed, center=msgspec.structs.replace(seed.center, **values))


def in_the_clear(directory: Directory) -> CenterSeed:
    """The directory as the file that it came from."""
    values = {row.id: row.value for row in directory.personal}
    agents = directory.center.agents
    center = msgspec.structs.replace(
        directory.center, agents={id: msgspec.structs.replace(agent, name="") for id, agent in agents.items()}, blocked=()
    )
    return CenterSeed(
        center=center,
        names={id: values[agent.name] for id, agent in agents.items()},
        blocked=tuple(values[id] for id in directory.center.blocked),
    )


def spelled_out(seed: CenterSeed) -> bytes:
    """As bytes, so that the order of things counts; but for the skills of a number, which the center does not list."""
    numbers = {
        id: msgspec.structs.replace(number, skills=dict(sorted(number.skills.items())))
        for id, number in seed.center.numbers.items()
    }
    return msgspec.json.encode(with_center(seed, numbers=numbers))


async def test_an_empty_database_has_no_center(store: DirectoryStore):
    assert await store.load() is None
    assert await store.version() == 0


def test_every_center_is_read_as_it_was_written(rows_url: str):
    """The order in which the center lists its things included; the log sees no name and no number."""
    database = Database(rows_url)
    store = DirectoryStore(database, Entropy(b"property"))

    async def write_and_read(seed: CenterSeed) -> None:
        written = await store.apply(seed, await store.version(), 7)
        read = await store.load()
        assert read == written
        assert spelled_out(in_the_clear(read)) == spelled_out(seed)
        assert await store.diff(seed) == (read.version, [])
        logged = msgspec.json.encode(read.center).decode()
        assert not any(number in logged for number in seed.blocked)

    with asyncio.Runner() as runner:

        @settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
        @given(seeds())
        def check(seed: CenterSeed) -> None:
            runner.run(write_and_read(seed))

        try:
            check()
        finally:
            runner.run(database.close())


async def test_the_first_version_is_one_and_each_change_raises_it(store: DirectoryStore):
    assert (await store.apply(harbor(), 0, 1)).version == 1
    assert (await store.apply(with_queue(harbor(), ring_ms=30_000), 1, 2)).version == 2
    assert await store.version() == 2


async def test_applying_the_same_again_changes_nothing(store: DirectoryStore):
    first = await store.apply(harbor(), 0, 1)
    assert await store.apply(harbor(), 1, 2) == first
    assert await store.version() == 1


async def test_a_late_change_is_refused_whole(store: DirectoryStore):
    await store.apply(harbor(), 0, 1)
    await store.apply(with_queue(harbor(), ring_ms=30_000), 1, 2)
    for late in (0, 1, 3):
        with pytest.raises(Conflict):
            await store.apply(with_queue(harbor(), ring_ms=40_000), late, 3)
    loaded = await store.load()
    assert loaded is not None
    assert loaded.center.queues[BILLING].ring_ms == 30_000


async def test_two_who_apply_at_once_do_not_both_succeed(rows_url: str):
    databases = [Database(rows_url), Database(rows_url)]
    stores = [DirectoryStore(database, Entropy(bytes([n]))) for n, database in enumerate(databases)]
    await stores[0].apply(harbor(), 0, 1)
    changes = (
        store.apply(with_queue(harbor(), ring_ms=ring), 1, 2) for store, ring in zip(stores, (30_000, 40_000), strict=True)
    )
    results = await asyncio.gather(*changes, return_exceptions=True)
    won = [result for result in results if isinstance(result, Directory)]
    assert len(won) == 1
    assert [type(result) for result in results if result is not won[0]] == [Conflict]
    assert await stores[0].load() == won[0]
    for database in databases:
        await database.close()


async def test_values_that_do_not_hold_together_are_refused_and_nothing_is_written(store: DirectoryStore):
    await store.apply(harbor(), 0, 1)
    with pytest.raises(Refused, match=r"queues\.billing\.skill.*there is no skill 'boats'.*one of billing"):
        await store.apply(with_queue(harbor(), skill="boats"), 1, 2)
    with pytest.raises(Refused, match=r"agents\.bo\.name"):
        await store.apply(msgspec.structs.replace(harbor(), names={ANA: "Ana Belova"}), 1, 2)
    with pytest.raises(Refused, match=r"agents\.zed"):
        await store.apply(msgspec.structs.replace(harbor(), names={**harbor().names, AgentId("zed"): "Zed"}), 1, 2)
    assert await store.version() == 1


async def test_a_failure_half_way_leaves_the_old_center(store: DirectoryStore):
    """The database refuses one of the last rows: two dispositions of one code."""
    before = await store.apply(harbor(), 0, 1)
    twice = (Choice("sold", Label("Sold", "售出")),) * 2
    broken = with_center(with_queue(harbor(), ring_ms=30_000), dispositions=twice)
    with pytest.raises(Conflict):
        await store.apply(broken, 1, 2)
    assert await store.load() == before


async def test_the_difference_says_what_would_change_with_names_in_the_clear(store: DirectoryStore):
    version, first = await store.diff(harbor())
    assert version == 0
    assert {difference.kind for difference in first} == {"added"}
    await store.apply(harbor(), 0, 1)
    changed = with_queue(harbor(), ring_ms=30_000, skill=None)
    agents = {id: agent for id, agent in harbor().center.agents.items() if id != BO}
    changed = with_center(changed, agents=agents, name="Quay")
    changed = msgspec.structs.replace(changed, names={ANA: "Ana Petrova"}, blocked=())
    version, differences = await store.diff(changed)
    assert version == 1
    by_path = {difference.path: difference for difference in differences}
    assert by_path.keys() == {
        "name", "queues.billing.ring_ms", "queues.billing.skill", "agents.ana.name", "agents.bo", "blocked",
    }  # fmt: skip
    assert by_path["queues.billing.ring_ms"] == Difference(
        path="queues.billing.ring_ms", kind="changed", before=20_000, after=30_000
    )
    assert (by_path["agents.ana.name"].before, by_path["agents.ana.name"].after) == ("Ana Belova", "Ana Petrova")
    assert by_path["agents.bo"].kind == "removed"
    assert by_path["agents.bo"].before["name"] == "Bo Chen"
    assert (by_path["blocked"].before, by_path["blocked"].after) == (["+12025550166"], [])
    assert await store.version() == 1, "looking changes nothing"


async def test_another_order_is_a_difference(store: DirectoryStore):
    await store.apply(harbor(), 0, 1)
    turned = with_center(harbor(), agents=dict(reversed(harbor().center.agents.items())))
    _, differences = await store.diff(turned)
    assert differences == [Difference(path="agents", kind="changed", before=["ana", "bo"], after=["bo", "ana"])]
    applied = await store.apply(turned, 1, 2)
    assert applied.version == 2
    assert list(applied.center.agents) == [BO, ANA]


async def test_a_person_keeps_the_id_through_renaming_leaving_and_coming_back(store: DirectoryStore):
    first = await store.apply(harbor(), 0, 1)
    renamed = await store.apply(msgspec.structs.replace(harbor(), names={ANA: "Ana Petrova", BO: "Bo Chen"}), 1, 2)
    assert renamed.version == 2
    assert renamed.center == first.center, "the log's values do not change, the personal row does"
    assert {row.id: row.value for row in renamed.personal}[first.center.agents[ANA].name] == "Ana Petrova"
    without = with_center(harbor(), agents={ANA: harbor().center.agents[ANA]})
    await store.apply(msgspec.structs.replace(without, names={ANA: "Ana Belova"}), 2, 3)
    back = await store.apply(harbor(), 3, 4)
    assert back.center == first.center


async def test_a_number_that_is_no_longer_blocked_is_forgotten(store: DirectoryStore, database: Database):
    first = await store.apply(harbor(), 0, 1)
    assert [row.value for row in first.personal if row.kind == "number"] == ["+12025550166"]
    await store.apply(msgspec.structs.replace(harbor(), blocked=()), 1, 2)
    async with database.read() as session:
        assert "+12025550166" not in list(await session.scalars(select(PersonalIdRow.subject)))
    again = await store.apply(harbor(), 2, 3)
    assert again.center.blocked != first.center.blocked


async def test_blocked_numbers_are_kept_once_in_one_form(store: DirectoryStore):
    seed = msgspec.structs.replace(harbor(), blocked=("202-555-0166", "+1 202 555 0166", "4711", "anonymous"))
    applied = await store.apply(seed, 0, 1)
    assert [row.value for row in applied.personal if row.kind == "number"] == ["+12025550166", "4711"]


async def test_every_personal_id_of_the_center_has_its_row(store: DirectoryStore):
    applied = await store.apply(harbor(), 0, 1)
    named = {agent.name for agent in applied.center.agents.values()} | set(applied.center.blocked)
    assert {row.id for row in applied.personal} == named
    assert all(named)


def test_sqlite_keeps_the_directory_over_a_restart(tmp_path: Path):
    async def run(*, write: bool) -> Directory | None:
        database = Database(f"sqlite:///{tmp_path / 'center.db'}")
        await database.upgrade()
        store = DirectoryStore(database, Entropy(b"restart"))
        result = await store.apply(harbor(), 0, 1) if write else await store.load()
        await database.close()
        return result

    assert asyncio.run(run(write=True)) == asyncio.run(run(write=False))
