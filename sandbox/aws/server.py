"""Answers requests with moto, one at a time, and no change before it is on the disk."""

import fcntl
import gc
import io
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox.aws import answers, calls, doors, extensions, objects, services, surroundings
from sandbox.aws.bodies import Bodies, sync
from sandbox.aws.calls import UnknownCallError
from sandbox.aws.controls import PATH, Controls
from sandbox.aws.errors import AwsError
from sandbox.aws.faults import Kind
from sandbox.aws.handlers import LACKS, NOT_IMPLEMENTED, Handlers
from sandbox.aws.snapshots import REMOVE, Snapshots

_CONTROLS: Final = "/moto-api"
"""Where moto lets itself be emptied and steered, by anybody who reaches it."""


class Server:
    """A WSGI application: moto, whose state is saved before each answer that a change could have led to.

    What is done beside moto stands in the modules that `extensions` lists.
    """

    def __init__(self, snapshots: Snapshots, bodies: Bodies, controls: Controls, around: Path | None) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._handlers = Handlers(extensions.MODULES)
        self._controls = controls
        self._around = around
        self._snapshots = snapshots
        self._bodies = bodies
        self._memory = threading.RLock()  # held by whoever looks into moto's state: it is not made for threads
        self._changes = 0
        self._saving = threading.Lock()
        self._saved = 0

    def __call__(self, environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        # The whole request first, so that one who sends slowly, or dies meanwhile, holds nobody up and changes nothing.
        body = _body(environment)
        if body is None:
            return _refuse(start, HTTPStatus.BAD_REQUEST, "IncompleteBody", "the request ended too soon")
        if environment["PATH_INFO"].startswith(_CONTROLS):
            return _refuse(start, HTTPStatus.FORBIDDEN, "AccessDenied", "nobody may reset what is kept here")
        if environment["PATH_INFO"].startswith(PATH):
            return self._controls.answer(environment, body, start)
        if doors.is_one(environment):
            return self._door(environment, body, start)
        environment["wsgi.input"] = io.BytesIO(body)
        return self._answer(environment, body, start)

    def _door(self, environment: dict[str, Any], body: bytes, start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            around = surroundings.read(self._around)
        except AwsError as error:
            return _refuse(start, HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", str(error))
        reads = doors.only_reads(environment)
        return self._do(lambda: doors.answer(environment, body, around, start), start, reads=reads)

    def _answer(self, environment: dict[str, Any], body: bytes, start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            call = calls.read(environment, body, surroundings.read(self._around))
        except AwsError as error:
            return _refuse(start, HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", str(error))
        except UnknownCallError as error:
            return _refuse(start, HTTPStatus.NOT_IMPLEMENTED, NOT_IMPLEMENTED, f"{error}: {LACKS}")
        reads = services.only_reads(environment, body)
        if call is None:
            return self._do(lambda: self._moto(environment, start), start, reads=reads)
        environment["HTTP_X_MOTO_ACCOUNT_ID"] = call.account  # how moto is told
        fault = self._controls.fault(call)
        if fault and (refused := fault.error(call)):
            return answers.send(answers.refuse(call, refused), start)
        answer = self._do(lambda: self._handlers.answer(self._moto, call, environment, start), start, reads=reads)
        if fault and fault.kind is Kind.LOST:
            environment["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError  # so that nobody tries to answer
        return answer

    def _do(self, deed: Callable[[], Iterable[bytes]], start: Callable[..., Any], *, reads: bool) -> Iterable[bytes]:
        with self._memory:
            before = services.extent()
            try:
                answer = deed()
            finally:
                if not reads or services.extent() != before:
                    self._changes += 1
                seen = self._changes
        try:
            self._save(seen)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            trouble = f"{place}{error.strerror}"
            print(f"error: the state can't be saved ({trouble}): free some disk", file=sys.stderr)
            return _refuse(start, HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", trouble)
        return answer

    def _save(self, change: int) -> None:
        """Return once `change`, which may be someone else's, is on the disk.

        Those who wait while one saves are all served by the next save.
        """
        if self._saved >= change:
            return
        with self._saving:
            if self._saved >= change:
                return
            with self._memory:
                taken = self._changes
                content = services.state()
                fresh = self._bodies.unsettled()
            self._bodies.settle(fresh)
            self._snapshots.write(content)
            self._saved = taken


def open_in(folder: Path, *, controls: bool = False, around: Path | None = None) -> Server:
    """Take the state from `folder`, and return the server that keeps it there.

    Args:
        folder: that keeps the data.
        controls: whether faults can be set and calls be seen.
        around: the file that tells what lies around this AWS (`surroundings`); it is read at each call.

    Raises:
        AwsError: another server has the folder, or what it holds can't be read; it is left as it is.
    """
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # nobody needs them, and each snapshot would hold them
    os.environ["MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS"] = "false"  # an account is a wall
    answers.accept_unknown_codes()
    extensions.change_moto()
    folder.mkdir(parents=True, exist_ok=True)
    _take(folder)
    snapshots, place = Snapshots(folder), folder / "bodies"
    bodies = Bodies(place)
    services.track_nothing()
    services.look_once()
    objects.kept_in(bodies)

    def use(content: bytes) -> str | None:
        bodies.forget_referred()
        held = services.read(content)
        if trouble := bodies.lacks():
            return trouble
        services.restore(held)
        return None

    if not snapshots.exists:
        if place.exists():
            raise AwsError(f"{folder} has bodies and no snapshot: put back a copy of one, or {REMOVE}")
        snapshots.write(services.state())
    place.mkdir(exist_ok=True)  # after the snapshot, so that bodies without one tell of a loss
    sync(folder)
    snapshots.read(use)
    if (before := snapshots.before()) is not None:
        services.read(before)  # it may have to serve one day, so its bodies stay too
    bodies.sweep()
    gc.freeze()  # what was loaded stays, and needs no second look
    return Server(snapshots, bodies, Controls(on=controls), around)


@dataclass(frozen=True)
class Place:
    """Where to listen.

    Attributes:
        host: the address.
        port: likewise; 0 for any.
        certificate: files of certificate and key, if TLS is spoken there.
    """

    host: str
    port: int
    certificate: tuple[Path, Path] | None = None


def serve(places: Sequence[Place], folder: Path, *, controls: bool = False, around: Path | None = None) -> None:
    """Serve until killed, and tell the first address on standard output once all of them work.

    Args:
        places: where to listen.
        folder: that keeps the data.
        controls: whether faults can be set and calls be seen.
        around: the file that tells what lies around this AWS.

    Raises:
        AwsError: the folder or an address can't be used.
    """
    application = open_in(folder, controls=controls, around=around)
    first, *others = [_listening(place, application) for place in places]
    for server in others:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"serves {folder} at http://{first.host}:{first.port}", flush=True)
    first.serve_forever()


def _listening(place: Place, application: Server) -> BaseWSGIServer:
    context = tuple(map(str, place.certificate)) if place.certificate else None
    try:
        server = make_server(
            place.host,
            place.port,
            application,
            threaded=True,
            request_handler=MotoRequestHandler,
            ssl_context=context,  # pyright: ignore[reportArgumentType] (a pair, as it wants)
        )
        if isinstance(server.socket, ssl.SSLSocket):
            # In the connection's own thread: who connects and says nothing keeps nobody else waiting.
            server.socket.do_handshake_on_connect = False  # pyright: ignore[reportAttributeAccessIssue] (typeshed lacks it)
        return server
    except OSError as error:
        why = error.strerror or error
        raise AwsError(f"{place.host}:{place.port} can't be listened at ({why}): stop who uses it") from None


def _take(folder: Path) -> None:
    # Held until the process ends, however it does.
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AwsError(f"{folder} is in use by another server: end that one first") from None


def _body(environment: dict[str, Any]) -> bytes | None:
    stream, length = environment["wsgi.input"], environment.get("CONTENT_LENGTH")
    try:
        if environment.get("wsgi.input_terminated"):
            return stream.read()
        body = stream.read(int(length or 0))
    except (OSError, ValueError):
        return None
    return body if len(body) == int(length or 0) else None


def _refuse(start: Callable[..., Any], status: HTTPStatus, code: str, why: str) -> list[bytes]:
    content = f"<Error><Code>{code}</Code><Message>{escape(why)}</Message></Error>".encode()
    headers = [
        ("Content-Type", "application/xml"),
        ("Content-Length", str(len(content))),
        ("x-amzn-ErrorType", code),  # where clients of JSON look for it
    ]
    start(f"{status.value} {status.phrase}", headers, sys.exc_info())  # which replaces what was to be sent
    return [content]
