"""Serves the plugin: `python -m sandbox.plugins.kubernetes ENGINE_ADDRESS`."""

import os
import sys
from pathlib import Path

from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.servicer import Servicer
from sandbox.plugins.serve import serve

home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
servicer = Servicer(Creations(home / "creations"), *sys.argv[1:2])
serve(servicer, provider_pb2_grpc.add_ResourceProviderServicer_to_server)
