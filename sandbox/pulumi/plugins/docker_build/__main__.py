"""Entry point: `python -m sandbox.pulumi.plugins.docker_build ENGINE_ADDRESS`."""

import sys

from pulumi.runtime.proto import provider_pb2_grpc

from sandbox import state
from sandbox.pulumi.plugins.docker_build.builder import Builder
from sandbox.pulumi.plugins.docker_build.messages import Messages
from sandbox.pulumi.plugins.docker_build.provider import DockerBuild
from sandbox.pulumi.plugins.serve import serve

builder = Builder(state.default().images / "builds")
serve(DockerBuild(builder, Messages(sys.argv[1])), provider_pb2_grpc.add_ResourceProviderServicer_to_server)
