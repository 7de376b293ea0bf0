"""Requests as a broken, careless or malicious client sends them, drawn from tables by a seed; and what came of them."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.load.generator import HOST
from tests.service.fakes import READING

ANSWER_WITHIN: Final = 60.0  # seconds; a server with short deadlines has answered, or closed, long before
AT_A_TIME: Final = 32

VALUES: Final = (  # as JSON has them, or as it hasn't
    *("NaN", "Infinity", "-Infinity", "1e308", "-1e308", "1e309", "5e-324", "-0.0", "0", "1.7976931348623157e308"),
    *("9" * 400, "-" + "9" * 400, "0." + "0" * 400 + "1", "1e" + "9" * 50, "9007199254740993", "01", "1.", ".5", "+1"),
    *("0x10", "1_000", "true", "null", '"85"', '""', "[]", "{}", "[85]", '{"value": 85}', "undefined", "'85'"),
    *('"\\ud800"', '"\\u0000"', '"\u202e"', '"\N{GRINNING FACE}"', '"' + "é" * 300 + '"'),
    *("[" * 10_000, "[[1], [1, 2]]"),
)
BODIES: Final = (
    *("", " ", "null", "[]", "{}", "[[]]", "{", '{"temperature"', "\ufeff{}", "85", '"text"', "[1, 2, 3, 4]"),
    *("[" * 10_000, "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000),
    *('{"instances": []}', '{"instances": [[1], [1, 2]]}', '{"instances": [{}]}', '{"instances": {}}', '{"rows": 1}'),
    *('{"inputs": {"temperature": [[1, [2]], 3]}}', "[{}]", "[null]", "[[[[[[]]]]]]"),
    *(" " * 70_000, "[" + "0," * 40_000),
)
NAMES: Final = ("", "humidity", "__proto__", "temperature ", "TEMPERATURE", "\\u0074emperature", "é" * 400, "a" * 5000)
PATHS: Final = (
    *("/predict/batch",) * 8,
    *("/predict/", "//predict", "/predict/../version", "/%00", "/%ff", "/predict?x=%zz", "/" + "a" * 5000, "/../.."),
    *("/", "*", "http://pod/predict", "/predict#x", "/predict\\", "/predict;x"),
    *("/health", "/version", "/docs", "/openapi.json"),
)
METHODS: Final = (
    "GET",
    "HEAD",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "post",
    "P0ST",
    "PREDICT",
    "PRI",
)
HEADERS: Final = (
    *(f"X-Request-Timeout: {each}" for each in ("", "0", "-1", "nan", "inf", "1e308", "1e-308", "soon", "1, 2", "٣")),
    *(f"Content-Type: {each}" for each in ("", "text/plain", "application/json; charset=utf-7", "multipart/form-data")),
    *(f"Content-Encoding: {each}" for each in ("gzip", "br", "deflate, gzip")),
    *(f"Accept: {each}" for each in ("image/png", "application/xml", ";q=", "*/*;q=nan")),
    *(f"X-Request-ID: {each}" for each in ("", "é" * 200, "a" * 5000, "<script>", "\x7f")),
    *("Expect: 100-continue", "Expect: nothing", "Upgrade: websocket", "Upgrade: h2c", "Range: bytes=0-"),
    *("Connection: upgrade", "Connection: \x01", "TE: trailers", "Trailer: X", "Host: a b", ": x"),
    *("Cookie: " + "a=b; " * 2000, "X: " + "y" * 40_000, "Origin: null", "Authorization: Basic é"),
    *("If-None-Match: *", "X-Slipway-Synthetic: 2", "X-Forwarded-For: ::1, é"),
)
LENGTHS: Final = ("-1", "+5", "0x10", "1e3", "5, 5", "", "99999999999999999999", "٣", "5\r\nContent-Length: 6")


@dataclass(frozen=True)
class Nonsense:
    """A request.

    Attributes:
        sent: all of its bytes.
        bodiless: its answer has no body, whatever its head says.
    """

    sent: bytes
    bodiless: bool


def requests(seed: int, count: int) -> Iterator[Nonsense]:
    """So many requests, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (a seed, so that a failure can be repeated)
    for _ in range(count):
        method, path, headers = "POST", "/predict", ["Host: pod", "Connection: close"]
        if chance.random() < 0.3:
            path = chance.choice(PATHS)
        if chance.random() < 0.1:
            method = chance.choice(METHODS)
        if chance.random() < 0.3:
            headers += chance.sample(HEADERS, chance.randint(1, 3))
        for usual, left_out in (("Host: pod", 0.02), ("Connection: close", 0.2)):
            if chance.random() < left_out:
                headers.remove(usual)
        version = chance.choice(("1.0", "2.0", "9.9", "x", "")) if chance.random() < 0.03 else "1.1"
        framing, framed = _framed(chance, _body(chance))
        head = "\r\n".join([f"{method} {path} HTTP/{version}", *headers, *framing])
        yield Nonsense(head.encode() + b"\r\n\r\n" + framed, method == "HEAD")


def _body(chance: random.Random) -> bytes:
    (make,) = chance.choices((_changed, _given, _mutated, _large, _noise), (60, 20, 14, 3, 3))
    return make(chance)


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(200)


def _given(chance: random.Random) -> bytes:
    return chance.choice(BODIES).encode()


def _reading(chance: random.Random, changes: int) -> str:
    pairs = [(name, str(value)) for name, value in READING.items()]
    for _ in range(changes):
        at = chance.randrange(len(pairs))
        name, value = pairs[at]
        new = (chance.choice(NAMES) if chance.random() < 0.15 else name, chance.choice([*VALUES, value]))
        pairs[at : at + chance.randint(0, 1)] = [new] * chance.choice((1, 1, 1, 0, 2))  # changed, doubled, or left out
        if not pairs:
            return "{}"
    return "{" + ", ".join(f'"{name}": {value}' for name, value in pairs) + "}"


def _changed(chance: random.Random) -> bytes:
    if chance.random() < 0.7:
        return _reading(chance, chance.randint(0, 3)).encode()
    rows = ", ".join(_reading(chance, chance.randint(0, 1)) for _ in range(chance.randint(0, 40)))
    return (
        chance.choice(('{"instances": [%s]}', "[%s]", '{"readings": [%s]}', '{"inputs": [%s]}'))
        .replace("%s", rows)
        .encode()
    )


def _mutated(chance: random.Random) -> bytes:
    body = bytearray(json.dumps(READING).encode())
    if chance.random() < 0.5:
        return bytes(body[: chance.randrange(len(body))])
    for _ in range(chance.randint(1, 4)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body)


def _large(chance: random.Random) -> bytes:
    return b'{"temperature": "' + b"x" * chance.choice((65_000, 66_000, 300_000, 2_000_000)) + b'"}'


def _framed(chance: random.Random, body: bytes) -> tuple[list[str], bytes]:
    """The headers that say where a body ends, and its bytes."""
    kind = chance.random()
    if kind < 0.75:
        return [f"Content-Length: {len(body)}"], body
    if kind < 0.90:
        return ["Transfer-Encoding: chunked"], _chunked(chance, body)
    if kind < 0.93:
        return [f"Content-Length: {max(0, len(body) + chance.choice((-3, -1, 1, 100)))}"], body
    if kind < 0.96:
        return [f"Content-Length: {chance.choice(LENGTHS)}"], body
    if kind < 0.98:
        return [f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"], _chunked(chance, body)
    return [f"Transfer-Encoding: {chance.choice(('gzip', 'chunked, chunked', 'identity', 'chunke'))}"], body


def _chunked(chance: random.Random, body: bytes) -> bytes:
    size = chance.choice((1, 7, 1000, 100_000)) if len(body) < 10_000 else 50_000
    extension = chance.choice((b"", b"", b";x=y"))
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return chunks + chance.choice(
        (b"0\r\n\r\n",) * 8 + (b"0\r\nX: y\r\n\r\n", b"zz\r\n", b"ffffffffffffffffff\r\n", b"")
    )


@dataclass(frozen=True)
class Answer:
    """What came for a request, until its end or the connection's."""

    status: int
    headers: dict[str, str]
    body: bytes


def fault(request: Nonsense, answer: Answer | None) -> str | None:
    """What is wrong with an answer; None if nothing is. No answer at all, the connection closed, is nothing wrong."""
    if answer is None:
        return None
    if answer.status >= 500:
        return f"status {answer.status}"
    if request.bodiless:
        return None
    if len(answer.body) != int(answer.headers.get("content-length", len(answer.body))):
        return "the answer is shorter than it says"
    if answer.status >= 400:
        try:
            json.loads(answer.body, parse_constant=_refuse)
        except ValueError:
            return f"status {answer.status} with {answer.body[:60]!r}, which is no JSON"
    return None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


async def ask_all(port: int, every: Iterator[Nonsense], note: Callable[[Nonsense, str], None]) -> Counter[str]:
    """Send requests, some at a time, each on a connection of its own.

    Returns:
        How often each status came; "closed" stands for no answer.

    Args:
        port: of a server on loopback.
        every: the requests.
        note: told of each that was answered as it must not be, and why.
    """
    found: Counter[str] = Counter()

    async def client() -> None:
        for request in every:  # shared: each takes the next
            try:
                async with asyncio.timeout(ANSWER_WITHIN):
                    answer = await _ask(port, request)
            except TimeoutError:
                note(request, "neither answered nor closed")
                continue
            found[str(answer.status) if answer else "closed"] += 1
            if why := fault(request, answer):
                note(request, why)

    await asyncio.gather(*(client() for _ in range(AT_A_TIME)))
    return found


async def _ask(port: int, request: Nonsense) -> Answer | None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request.sent)
        return await _answer(reader, request)
    except ConnectionError:
        return None
    finally:
        writer.transport.abort()


async def _answer(reader: asyncio.StreamReader, request: Nonsense) -> Answer | None:
    while True:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError:
            return None
        status = int(head[0].split()[1])
        if status >= 200:
            break
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    if request.bodiless or status in (204, 304):
        return Answer(status, headers, b"")
    try:
        return Answer(status, headers, await reader.readexactly(int(headers["content-length"])))
    except KeyError:
        return Answer(status, headers, await reader.read())
    except asyncio.IncompleteReadError as error:
        return Answer(status, headers, error.partial)
