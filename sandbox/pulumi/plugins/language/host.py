"""The language service of the Pulumi engine, for Python.

What is left out answers UNIMPLEMENTED, which the CLI understands: generating code, `pulumi new`, and
installing dependencies (a project's come from its lock file).
"""

import json
import os
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from sandbox.pulumi.plugins.language import children, interpreter, plugin
from sandbox.pulumi.plugins.language.program import SHOWN

PROGRAM: Final = Path(__file__).with_name("program.py")


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs programs and plugins that are written in Python, each in a process of its own.

    Args:
        engine: the address at which the engine takes log messages.
    """

    def __init__(self, engine: str) -> None:
        self._engine = engine

    def Handshake(  # noqa: D102 (described by the protocol)
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(  # noqa: D102
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """None: every SDK sends its plugin's version along with each resource."""
        return language_pb2.GetRequiredPackagesResponse()

    def About(  # noqa: D102
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        try:
            python = find(request.info).python
        except interpreter.InterpreterMissing as missing:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(missing))
        command = [python, "-I", "-S", "-c", "import platform; print(platform.python_version())"]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        return language_pb2.AboutResponse(executable=str(python), version=found.stdout.strip())

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run a program to its end. An error that it has shown itself is answered with `bail`."""
        try:
            python = find(request.info)
        except interpreter.InterpreterMissing as missing:
            return language_pb2.RunResponse(error=str(missing))
        child = children.start(
            [str(python.python), "-P", "-u", str(PROGRAM)],
            folder=request.pwd,
            environment=python.activated(os.environ),
            stdin=subprocess.PIPE,
        )
        if not context.add_callback(child.terminate):
            child.terminate()
        child.communicate(json.dumps(self._described(request)).encode())
        match child.returncode:
            case 0:
                return language_pb2.RunResponse()
            case code if code == SHOWN or not context.is_active():
                return language_pb2.RunResponse(bail=True)
            case code:
                return language_pb2.RunResponse(error=f"the program ended with exit code {code}")

    def _described(self, request: language_pb2.RunRequest) -> dict[str, object]:
        """What `program.py` reads on its standard input."""
        return {
            "config": dict(request.config),
            "secret_keys": list(request.configSecretKeys),
            "program": request.info.entry_point or ".",
            "arguments": list(request.args),
            "folder": request.pwd,
            "settings": {
                "monitor": request.monitor_address,
                "engine": self._engine,
                "project": request.project,
                "stack": request.stack,
                "parallel": request.parallel,
                "dry_run": request.dryRun,
                "organization": request.organization or "organization",
                "root_directory": request.info.root_directory,
            },
        }

    def RunPlugin(  # noqa: D102
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        try:
            python = find(request.info)
        except interpreter.InterpreterMissing as missing:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(missing))
        yield from plugin.run(request, python, context)

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Nothing of its own: the engine hangs up on running calls, and that ends their processes."""
        return empty_pb2.Empty()


def find(info: language_pb2.ProgramInfo) -> interpreter.Interpreter:
    """The interpreter for the program that `info` describes.

    Raises:
        interpreter.InterpreterMissing: the environment that the project names is not there.
    """
    options = json_format.MessageToDict(info.options)
    return interpreter.find(Path(info.root_directory), Path(info.program_directory), options)
