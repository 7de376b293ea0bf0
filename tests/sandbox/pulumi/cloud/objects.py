"""A provider for tests: a cluster whose objects are files, of whatever kind, and in which nothing runs.

It stands where the kubernetes plugin is looked for, so that the engine brings a whole platform up without a cluster.
What a cluster adds by itself and the platform asks for is added: the host name of a load balancer.
"""

import json
import sys
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.pulumi.plugins.serve import serve
from sandbox.pulumi.plugins.wire import Properties, decode, encode, plain, with_secrets_of
from tests.sandbox.pulumi.files_provider import Files, make, path

BALANCER = {"loadBalancer": {"ingress": [{"hostname": "gateway.elb.eu-central-1.amazonaws.com"}]}}


def file_of(request: Any, id_: str) -> Path:
    """The file of an object: kinds have names of their own."""
    kind = request.urn.split("::")[2].rpartition("$")[2]
    return path(f"{kind} {id_}")


def told(inputs: Properties) -> Properties:
    """An object as the cluster tells it."""
    balanced = inputs.get("kind") == "Service" and inputs["spec"].get("type") == "LoadBalancer"
    return {**inputs, "status": BALANCER} if balanced else inputs


class Objects(Files):
    """Creates, reads, updates and deletes files with all that an object says."""

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        inputs = decode(request.properties)
        id_ = f"{inputs['metadata']['namespace']}/{inputs['metadata']['name']}"
        if not request.preview:
            make(file_of(request, id_), inputs, context)
        return provider_pb2.CreateResponse(id=id_, properties=encode(told(inputs)))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        file = file_of(request, request.id)
        if not file.exists():
            return provider_pb2.ReadResponse()
        live = with_secrets_of(decode(request.inputs), json.loads(file.read_text()))
        return provider_pb2.ReadResponse(id=request.id, inputs=encode(live), properties=encode(told(live)))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        inputs = decode(request.news)
        if not request.preview:
            file_of(request, request.id).write_text(json.dumps(plain(inputs)))
        return provider_pb2.UpdateResponse(properties=encode(told(inputs)))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        file_of(request, request.id).unlink(missing_ok=True)
        return empty_pb2.Empty()


if __name__ == "__main__":
    assert sys.argv[1:]
    serve(Objects(), provider_pb2_grpc.add_ResourceProviderServicer_to_server)
