"""Entry point: `python -m sandbox.plugins.aws ENGINE_ADDRESS`."""

from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.plugins.aws.provider import Aws
from sandbox.plugins.serve import serve

serve(Aws(), provider_pb2_grpc.add_ResourceProviderServicer_to_server)
