"""Runs plugins that are Python source: policy packs, and providers with a PulumiPlugin.yaml.

The engine sees one stream of their output and, last, their exit code.
"""

import io
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from typing import IO, Final, cast

import grpc
from pulumi.runtime.proto import language_pb2

from sandbox.pulumi.plugins.language import children
from sandbox.pulumi.plugins.language.interpreter import Interpreter
from sandbox.pulumi.plugins.language.policy import PolicyProxy

CHUNK: Final = 65536  # bytes read at once
REASON: Final = 20  # lines of a pack's output that are shown when it did not start
Response = language_pb2.RunPluginResponse
Request = language_pb2.RunPluginRequest


def run(request: Request, python: Interpreter, context: grpc.ServicerContext) -> Iterator[Response]:
    """Run a plugin until it exits or the engine hangs up."""
    environment = python.activated(dict(item.split("=", 1) for item in request.env))
    if request.kind == "analyzer":
        yield from _policy_pack(request, python, environment, context)
    else:
        command = [str(python.python), "-u", request.info.program_directory, *request.args]
        child = _start(command, request.pwd, environment, context)
        yield from _output(child)
        yield Response(exitcode=child.wait())


def _policy_pack(
    request: Request, python: Interpreter, environment: Mapping[str, str], context: grpc.ServicerContext
) -> Iterator[Response]:
    proxy = PolicyProxy()
    context.add_callback(lambda: proxy.close("the engine has closed the policy pack"))
    yield Response(stdout=f"{proxy.port}\n".encode())
    variables = proxy.environment.result()

    folder = request.info.program_directory
    command = [str(python.python), "-u", "-m", "pulumi.policy", *request.args, folder]
    child = _start(command, folder, {**environment, **variables}, context)
    port = _reader(child.stdout).readline()
    if port.strip().isdigit():
        proxy.attach(int(port))
        yield from _output(child)
    else:  # the engine hides a plugin's output, so the reason has to be in the answer to its next call
        output, errors = child.communicate()
        lines = (port + output + errors).decode(errors="replace").strip().splitlines()
        proxy.close("\n".join([f"the policy pack in {folder} did not start:", *lines[-REASON:]]))
    code = child.wait()
    proxy.close(f"the policy pack in {folder} has ended with exit code {code}")
    yield Response(exitcode=code)


def _start(
    command: list[str], folder: str, environment: Mapping[str, str], context: grpc.ServicerContext
) -> subprocess.Popen[bytes]:
    child = children.start(command, folder=folder, environment=environment, output=subprocess.PIPE)
    # Called at once when the engine has hung up already.
    if not context.add_callback(child.terminate):
        child.terminate()
    return child


def _output(child: subprocess.Popen[bytes]) -> Iterator[Response]:
    """What the child writes on both of its streams, as it comes, until both end."""
    chunks: queue.SimpleQueue[Response | None] = queue.SimpleQueue()

    def pump(stream: IO[bytes] | None, *, errors: bool) -> None:
        reader = _reader(stream)
        while chunk := reader.read1(CHUNK):
            chunks.put(Response(stderr=chunk) if errors else Response(stdout=chunk))
        chunks.put(None)

    streams = ((child.stdout, False), (child.stderr, True))
    for stream, errors in streams:
        threading.Thread(target=pump, args=(stream,), kwargs={"errors": errors}, daemon=True).start()
    for _ in streams:
        yield from iter(chunks.get, None)


def _reader(stream: IO[bytes] | None) -> io.BufferedReader:
    """What `Popen` gives for a pipe; its annotation is wider."""
    return cast("io.BufferedReader", stream)
