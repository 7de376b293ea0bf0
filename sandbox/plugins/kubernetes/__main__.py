"""Serves the plugin: `python -m sandbox.plugins.kubernetes ENGINE_ADDRESS`."""

import sys

from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.plugins.kubernetes.servicer import Servicer
from sandbox.plugins.serve import serve

serve(Servicer(*sys.argv[1:2]), provider_pb2_grpc.add_ResourceProviderServicer_to_server)
