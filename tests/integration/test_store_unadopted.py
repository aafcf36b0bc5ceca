"""Callers whom the service never took: read from rows as Asterisk writes them, compared with the records, kept once."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from callcenter.operations.unadopted import BadRow, passed_calls
from callcenter.store import unadopted
from callcenter.store.database import Database
from callcenter.store.tables import reporting_tables as tables
from callcenter.store.unadopted import UnadoptedCalls

# Rows of a real round (tests/chaos): adopted, taken by the dialplan's message, hung up before that, an agent's leg.
ROWS = """\
"callcenter-1795383160.4","callcenter-1795383160.4","PJSIP/trunk-2","PJSIP/desk-3",1795383160.418140,1795383160.42,1795383162.489934,"ANSWERED","Stasis",2,"1-32531@127.0.0.1"
"callcenter-1795383167.27","callcenter-1795383167.27","PJSIP/trunk-f","",1795383167.342279,1795383175.34,1795383176.638445,"ANSWERED","Hangup",15,"1-32702@127.0.0.1"
"callcenter-1795383170.37","callcenter-1795383170.37","PJSIP/trunk-14","",1795383170.565329,0.000000,1795383172.605736,"NO ANSWER","Stasis",20,"1-315@127.0.0.1"
"ltmij5v3r2ldqocsdbgj","callcenter-1795383160.4","PJSIP/desk-3","",1795383160.426314,1795383160.73,1795383160.736605,"ANSWERED","Stasis",3,""
"""  # noqa: E501
ADOPTED, MESSAGE, LEFT = "callcenter-1795383160.4", "callcenter-1795383167.27", "callcenter-1795383170.37"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "legs.csv"
    path.write_text(ROWS)
    return path


async def adopt(database: Database, leg: str, at: int) -> None:
    """A call with a record, whose caller had this channel."""
    record = {"call": "c1", "direction": "inbound", "carrier": "pbx", "started_at": at}
    of_leg = {"call": "c1", "seq": 0, "leg": leg, "role": "caller", "dialed_at": at}
    async with database.write() as session:
        for table, values in ((tables.call_record, record), (tables.call_leg, of_leg)):
            needed = {column.name: _any(column) for column in table.columns if not column.nullable}
            await session.execute(insert(table), [{**needed, **values}])


def _any(column: Any) -> object:
    return {int: 0, bool: False, str: "", dict: {}}[column.type.python_type]


def test_calls_of_the_trunk_are_read_and_agents_legs_are_not(file: Path):
    calls = {call.leg: call for call in passed_calls("pbx", file)}
    assert set(calls) == {ADOPTED, MESSAGE, LEFT}
    assert (calls[MESSAGE].started_at, calls[MESSAGE].ended_at) == (1795383167342, 1795383176638)
    assert [calls[leg].fallback for leg in (ADOPTED, MESSAGE, LEFT)] == [False, True, False]


async def test_who_has_no_record_is_counted_once_however_often_it_is_asked(database: Database, file: Path):
    calls = list(passed_calls("pbx", file))
    await adopt(database, ADOPTED, 1795383160418)
    store = UnadoptedCalls(database)
    for _ in range(2):
        assert await store.keep(calls) == 2
    async with database.read() as session:
        connection = await session.connection()
        assert await unadopted.starts(connection, 0, 1 << 60) == [1795383167342, 1795383170565]
        assert await unadopted.starts(connection, 1795383167343, 1795383170565) == []


async def test_one_that_got_its_record_late_is_counted_no_more(database: Database, file: Path):
    """The doctor ran while the service was away; then Asterisk told of her, and she is among the records."""
    calls = list(passed_calls("pbx", file))
    await adopt(database, ADOPTED, 1795383160418)
    store = UnadoptedCalls(database)
    assert await store.keep(calls) == 2
    async with database.write() as session:
        await session.execute(update(tables.call_leg).values(leg=LEFT))
    assert await store.keep(calls) == 2, "the message's, and the one whose record is another's now"
    async with database.read() as session:
        assert await unadopted.starts(await session.connection(), 0, 1 << 60) == [1795383160418, 1795383167342]


@pytest.mark.parametrize("row", ['"a","b"', ROWS.splitlines()[1].replace("1795383167.342279", "yesterday")])
def test_a_row_of_another_form_is_said_with_its_line(tmp_path: Path, row: str):
    path = tmp_path / "legs.csv"
    path.write_text(f"{ROWS}{row}\n")
    with pytest.raises(BadRow, match=r"line 5 of legs\.csv"):
        list(passed_calls("pbx", path))
