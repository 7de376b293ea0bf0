"""What the toolchain can't build."""

from sandbox.errors import SandboxError


class BuildError(SandboxError):
    """A tool could not be built or fetched; the log has what the program said that builds it."""
