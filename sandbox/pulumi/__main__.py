"""`python -m sandbox.pulumi`: prints the exports for a shell, after setting Pulumi up.

`SLIPWAY_PLUGINS=official` sets it up with the plugins and the CLI that the user has installed.
"""

import os
import shlex
import sys

from sandbox import state
from sandbox.pulumi import EngineError, prepare, shell


def main() -> None:
    """Set up and print."""
    here = state.default()
    try:
        prepare(here)
    except EngineError as error:
        sys.exit(f"error: {error}")
    path = f"{here.bin}{os.pathsep}$PATH"
    print(f'export PATH="{path}"')
    for key, value in shell(here).items():
        print(f"export {key}={shlex.quote(value)}")


main()
