"""Entry point: `python -m sandbox.pulumi.plugins.aws ENGINE_ADDRESS`."""

from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.pulumi.plugins.aws.provider import Aws
from sandbox.pulumi.plugins.serve import serve

serve(Aws(), provider_pb2_grpc.add_ResourceProviderServicer_to_server)
