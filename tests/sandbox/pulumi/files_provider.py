"""A provider for tests: objects are files, and a test can hold an operation where it likes.

It stands where the kubernetes plugin is looked for and takes its types. `$FILES_STORE` has the objects in
`objects/`, a line per call that reached one in `calls`, and stops in `hold/`: while a file `before-NAME` or
`after-NAME` is there, a change of that object waits before or after it is made; and a number in `going-NAME` says how
often the object is still there when it is asked for, being deleted.
"""

import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.pulumi.plugins.serve import serve
from sandbox.pulumi.plugins.wire import decode, encode, plain, with_secrets_of

STORE = Path(os.environ["FILES_STORE"])


def passing(name: str, moment: str) -> None:
    """Note that we are here, and wait while the test says so."""
    with (STORE / "calls").open("a") as calls:
        calls.write(f"{moment} {name}\n")
    while (STORE / "hold" / f"{moment}-{name}").exists():
        time.sleep(0.02)


def path(id_: str) -> Path:
    """The file of an object."""
    return STORE / "objects" / id_.replace("/", "+")


def make(file: Path, content: object, context: grpc.ServicerContext) -> None:
    """Write an object that must be new: of two made at once under one name, one is refused, as a cluster does."""
    try:
        with file.open("x") as new:
            new.write(json.dumps(plain(content)))
    except FileExistsError:
        context.abort(grpc.StatusCode.ALREADY_EXISTS, f"{file.name.replace('+', '/')} already exists")


class Files(provider_pb2_grpc.ResourceProviderServicer):
    """Creates, reads, updates and deletes files."""

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi-kubernetes"))

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        olds, news = decode(request.olds), decode(request.news)
        named = olds.get("metadata", {}).get("name") or f"{request.urn.split('::')[-1]}-{request.randomSeed.hex()[:8]}"
        metadata: dict[str, Any] = {"namespace": "default", "name": named, **news.get("metadata", {})}
        return provider_pb2.CheckResponse(inputs=encode({**news, "metadata": metadata}))

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        olds, news = decode(request.old_inputs), decode(request.news)
        changed = [key for key in {*olds, *news} if olds.get(key) != news.get(key)]
        kinds = provider_pb2.PropertyDiff.Kind
        replaced = [key for key in changed if key == "immutable"]
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=replaced,
            diffs=changed,
            hasDetailedDiff=True,
            detailedDiff={
                key: provider_pb2.PropertyDiff(kind=kinds.UPDATE_REPLACE if key in replaced else kinds.UPDATE)
                for key in changed
            },
        )

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        inputs = decode(request.properties)
        id_ = f"{inputs['metadata']['namespace']}/{inputs['metadata']['name']}"
        if not request.preview:
            name = request.urn.split("::")[-1]
            passing(name, "before")
            make(path(id_), inputs.get("data"), context)
            passing(name, "after")
        return provider_pb2.CreateResponse(id=id_, properties=request.properties)

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        if not path(request.id).exists():
            return provider_pb2.ReadResponse()
        given = decode(request.inputs)
        live = with_secrets_of(given, {**plain(given), "data": json.loads(path(request.id).read_text())})
        going = STORE / "hold" / f"going-{request.urn.split('::')[-1]}"
        if not going.exists():
            return provider_pb2.ReadResponse(id=request.id, inputs=encode(live), properties=encode(live))
        if not (looks := int(going.read_text())):
            path(request.id).unlink()
            going.unlink()
            return provider_pb2.ReadResponse()
        going.write_text(str(looks - 1))
        told = {**live, "metadata": {**plain(given["metadata"]), "deletionTimestamp": "2026-11-28T21:00:00Z"}}
        return provider_pb2.ReadResponse(id=request.id, inputs=encode(live), properties=encode(told))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        if not request.preview:
            name = request.urn.split("::")[-1]
            passing(name, "before")
            path(request.id).write_text(json.dumps(plain(decode(request.news).get("data"))))
            passing(name, "after")
        return provider_pb2.UpdateResponse(properties=request.news)

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        name = request.urn.split("::")[-1]
        passing(name, "before")
        path(request.id).unlink(missing_ok=True)
        passing(name, "after")
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()


if __name__ == "__main__":
    assert sys.argv[1:]
    serve(Files(), provider_pb2_grpc.add_ResourceProviderServicer_to_server)
