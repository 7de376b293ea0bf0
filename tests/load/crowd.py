"""Clients that do no good, from a process of their own: many, slow, endless, or deaf.

`python -m tests.load.crowd PORT {"habit": clients, …}` says "all there" when each has tried to connect, and goes on
until its standard input ends. Bounded in time, connections and bytes, and it only ever goes to the loopback address.
"""

import asyncio
import json
import os
import random
import resource
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvloop

from tests.load import machine
from tests.load.generator import HOST, LONGEST

BYTES: Final = 4 * machine.MIB
"""What a client sends on one connection at most."""

STAY: Final = 120.0  # seconds on one connection
SEED: Final = 1
"""Of the moment at which each client begins: they have not agreed on one."""

RETURN: Final = 1.0  # seconds until a client whose connection has ended opens another

_REQUEST: Final = b"POST /predict HTTP/1.1\r\nHost: pod\r\n"
_LITTLE: Final = 4096  # bytes that the kernel keeps for a client that doesn't read them


@dataclass(frozen=True)
class Habit:
    """What a client sends on a connection.

    Attributes:
        first: once.
        then: again and again, with `pause` seconds between.
        deaf: it never reads what it is answered.
    """

    first: bytes
    then: bytes
    pause: float
    deaf: bool = False


HABITS: Final[Mapping[str, Habit]] = {
    "idle": Habit(b"", b"", 60),
    "slow heads": Habit(_REQUEST + b"X-Slow: ", b"x", 1),
    "slow bodies": Habit(_REQUEST + b"Content-Length: 60000\r\n\r\n", b" ", 1),
    "heads without end": Habit(_REQUEST, b"a: b\r\n" * 10_000, 0.01),
    "bodies without end": Habit(
        _REQUEST + b"Transfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b" " * 0x4000 + b"\r\n", 0.01
    ),
    "deaf": Habit(b"", b"GET /docs HTTP/1.1\r\nHost: pod\r\n\r\n" * 10, 0.5, deaf=True),
}


@contextmanager
def crowding(port: int, clients: Mapping[str, int]) -> Generator[None]:
    """Have so many clients of each habit at a server until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.load.crowd", str(port), json.dumps(clients)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        os.sched_setaffinity(process.pid, machine.CLIENTS)
        # It shares the core with the client whose time is taken, and must not be what keeps that one waiting.
        os.setpriority(os.PRIO_PROCESS, process.pid, 10)
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "all there\n"
        try:
            yield
        finally:
            process.stdin.close()
            process.wait()
    assert process.returncode == 0


async def _client(habit: Habit, port: int, there: asyncio.Semaphore) -> None:
    while True:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(STAY):
                await _stay(habit, port, there)
        there.release()
        await asyncio.sleep(RETURN)


async def _stay(habit: Habit, port: int, there: asyncio.Semaphore) -> None:
    connection = socket.socket()
    connection.setblocking(False)
    if habit.deaf:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LITTLE)
    await asyncio.get_running_loop().sock_connect(connection, (HOST, port))
    there.release()
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        if habit.deaf:
            transport: Any = writer.transport  # a socket's, which reads, too
            transport.pause_reading()
        writer.write(habit.first)
        sent, pause = 0, random.uniform(0, habit.pause)  # noqa: S311 no secret depends on it
        while sent < BYTES and not writer.is_closing():
            writer.write(habit.then)
            await writer.drain()
            sent += len(habit.then)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    if not await reader.read(65536):
                        return
            pause = habit.pause
    finally:
        writer.transport.abort()


async def _main(port: int, clients: Mapping[str, int]) -> None:
    there = asyncio.Semaphore(0)
    tasks = [
        asyncio.create_task(_client(HABITS[habit], port, there))
        for habit, count in clients.items()
        for _ in range(count)
    ]
    for _ in tasks:
        await there.acquire()
    print("all there", flush=True)
    over = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await asyncio.wait([over, *tasks], timeout=LONGEST, return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in tasks if task.done()]  # nothing but an error ends a client
    for task in tasks:
        task.cancel()
    for task in failed:
        task.result()


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    random.seed(SEED)
    uvloop.run(_main(int(sys.argv[1]), json.loads(sys.argv[2])))
