import asyncio

import numpy as np
import pytest

from service.waiting import Asked, Waiting

pytestmark = pytest.mark.anyio


def item(rows: int = 1) -> Asked:
    return Asked({"x": np.zeros((rows, 1))}, rows, 0.0, 1.0, asyncio.get_running_loop().create_future())


async def test_the_first_that_came_is_the_first_that_goes() -> None:
    waiting, items = Waiting(), [item(1), item(2)]
    for each in items:
        waiting.add(each)
    assert waiting.rows == 3
    assert waiting.first() is items[0]
    assert [waiting.take(), waiting.take()] == items
    assert (waiting.rows, bool(waiting), waiting.first()) == (0, False, None)


async def test_who_leaves_counts_no_more_and_is_passed_over() -> None:
    waiting, items = Waiting(), [item(1), item(2), item(4)]
    for each in items:
        waiting.add(each)
    waiting.leave(items[0])
    assert (waiting.rows, items[0].future.cancelled()) == (6, True)
    items[1].future.cancel()  # by the task that awaited it, which then leaves
    waiting.leave(items[1])
    assert waiting.rows == 4
    assert waiting.first() is items[2]
    assert waiting.rows == 4


async def test_leaving_twice_or_after_the_answer_changes_nothing() -> None:
    waiting, one = Waiting(), item(3)
    waiting.add(one)
    waiting.take()
    one.future.set_exception(ValueError("nobody asks"))
    waiting.leave(one)
    waiting.leave(one)
    assert waiting.rows == 0


async def test_what_is_put_back_comes_first_and_alone() -> None:
    waiting, first, second = Waiting(), item(), item()
    waiting.add(second)
    waiting.put_back(first)
    assert waiting.first() is first
    assert (first.alone, second.alone, waiting.rows) == (True, False, 2)
