"""One publisher, many readers, and a slow one who is cut instead of waited for."""

import asyncio

import pytest

from callcenter.broadcast.fanout import Fanout, Lagging


async def test_everybody_gets_what_is_published_after_subscribing_in_order():
    fanout: Fanout[int] = Fanout()
    fanout.publish(0)
    first = fanout.subscribe()
    fanout.publish(1)
    second = fanout.subscribe()
    fanout.publish(2)

    assert await first.get() == [1, 2]
    assert await second.get() == [2]


async def test_a_reader_waits_until_something_comes():
    fanout: Fanout[str] = Fanout()
    reading = asyncio.create_task(fanout.subscribe().get())
    await asyncio.sleep(0)
    assert not reading.done()

    fanout.publish("news")

    assert await reading == ["news"]


async def test_a_slow_reader_is_cut_and_the_others_go_on():
    fanout: Fanout[int] = Fanout(capacity=3)
    slow, quick = fanout.subscribe(), fanout.subscribe()
    for item in range(4):
        fanout.publish(item)
        assert await quick.get() == [item]

    with pytest.raises(Lagging):
        await slow.get()
    assert len(fanout) == 1
    assert fanout.cut == 1
    fanout.publish(4)
    assert await quick.get() == [4]


async def test_closing_wakes_who_waits_and_undoes_the_subscription():
    fanout: Fanout[int] = Fanout()
    subscription = fanout.subscribe()
    reading = asyncio.create_task(subscription.get())
    await asyncio.sleep(0)

    fanout.close()

    assert await reading == []
    assert len(fanout) == 0


async def test_what_was_published_before_the_close_can_still_be_read():
    fanout: Fanout[int] = Fanout()
    subscription = fanout.subscribe()
    fanout.publish(1)

    subscription.close()

    assert await subscription.get() == [1]
    assert await subscription.get() == []
