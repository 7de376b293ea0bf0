"""The id of what a killed run may have made: whoever reads it has to look what became of it, and tells its real one."""

from typing import Final

SOUGHT: Final = "sought-by-its-inputs"
