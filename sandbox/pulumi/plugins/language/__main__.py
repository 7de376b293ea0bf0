"""The language host's process: `python -m sandbox.pulumi.plugins.language ENGINE_ADDRESS`."""

import sys

from pulumi.runtime.proto import language_pb2_grpc

from sandbox.pulumi.plugins.language.host import LanguageHost
from sandbox.pulumi.plugins.serve import serve

# The address is the last argument: the engine may put flags for logs and traces before it.
serve(LanguageHost(engine=sys.argv[-1]), language_pb2_grpc.add_LanguageRuntimeServicer_to_server)
