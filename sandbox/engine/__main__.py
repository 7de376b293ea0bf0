"""`python -m sandbox.engine`: prints the exports for a shell, after setting Pulumi up."""

import os
import shlex

from sandbox import state
from sandbox.engine import prepare, shell

here = state.default()
prepare(here)
path = f"{here.bin}{os.pathsep}$PATH"
print(f'export PATH="{path}"')
for key, value in shell(here).items():
    print(f"export {key}={shlex.quote(value)}")
