"""A plugin's process: `python -m sandbox.pulumi.plugins MODULE ENGINE_ADDRESS`.

Pulumi's messages are a part of its SDK's package. Importing all of that costs more processor time than the rest of a
plugin's start, and each command of the CLI starts three or four plugins. They need the messages alone, so here
`pulumi` and `pulumi.runtime` are packages that hold nothing but what lies in their folders. What the SDK does for the
messages is done here: the schema of a custom resource is nested more deeply than protobuf takes by itself.
"""

import importlib.util
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from google.protobuf.internal import api_implementation


def main() -> None:
    """Run the named module as this process's program."""
    _leave_out("pulumi", "pulumi.runtime")
    messages: Any = api_implementation
    messages._c_module.SetAllowOversizeProtos(True)
    module = sys.argv.pop(1)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _leave_out(*packages: str) -> None:
    """Let the modules of these packages be imported without running the packages' own code."""
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"no package {package}: run `make setup`")
        empty = ModuleType(package)
        empty.__path__ = [str(Path(spec.origin).parent)]
        sys.modules[package] = empty


if __name__ == "__main__":
    main()
