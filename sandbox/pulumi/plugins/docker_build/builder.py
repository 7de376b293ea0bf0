"""Builds an image with buildah, and pushes it. Nothing is tagged before all of it is in the registry."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from sandbox.pulumi.plugins.docker_build import ignore, layer_cache, mirrors, package_index
from sandbox.pulumi.plugins.docker_build.image import dockerfile_text
from sandbox.pulumi.plugins.docker_build.process import CommandError, Processes
from sandbox.pulumi.plugins.docker_build.reference import Repository
from sandbox.pulumi.plugins.wire import Properties

Say: TypeAlias = Callable[[str, bool], None]
"""Takes a line, and whether it is only of interest while it lasts."""
STEP: Final = re.compile(r"(\[\d+/\d+\] )?STEP ")  # with several stages, their numbers stand before it


class BuildError(Exception):
    """The image cannot be built or pushed."""


class Builder:
    """Builds into one storage. Several builds may run at a time, in this process and in others.

    Args:
        root: the folder for everything: layers, which are the cache of later builds, and what is passing.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._processes = Processes(root / "cache")

    def build(self, inputs: Properties, repository: Repository, say: Say) -> str:
        """Build the image of `inputs`; what hasn't changed since an earlier build is taken from there.

        Returns:
            Its id in the storage.

        Raises:
            BuildError: a step failed; the error ends with its last lines.
        """
        with self._workspace() as workspace:
            identity = workspace / "id"
            step = ""

            def hear(line: str) -> None:
                nonlocal step
                step = line if STEP.match(line) else step
                say(line, line != step)

            try:
                self._buildah(["bud", *_arguments(inputs, workspace, identity)], workspace, repository, hear)
            except CommandError as error:
                raise BuildError(f"the build failed in {step or 'its set-up'}:\n{error}") from None
            return identity.read_text()

    def push(self, image: str, repository: Repository, tag: str, say: Say) -> str:
        """Push the image with the id `image`, of which only layers travel that the registry lacks.

        Returns:
            The digest of its manifest.

        Raises:
            BuildError: the registry refuses it or doesn't answer.
        """
        with self._workspace() as workspace:
            digest = workspace / "digest"
            plain = ["--tls-verify=false"] if repository.is_local else []
            target = f"docker://{repository.address}/{repository.name}:{tag}"
            command = ["push", *plain, "--format", "v2s2", "--digestfile", str(digest), image, target]
            try:
                self._buildah(command, workspace, repository, lambda line: say(line, True))
            except CommandError as error:
                raise BuildError(f"the push to {repository} failed:\n{error}") from None
            return digest.read_text()

    def cancel(self) -> None:
        """End what is under way, for good; its callers get their errors."""
        self._processes.kill()

    def _buildah(
        self, arguments: list[str], workspace: Path, repository: Repository, hear: Callable[[str], None]
    ) -> None:
        storage = ["--root", str(self._root / "root"), "--runroot", str(self._root / "run")]
        environment = {**os.environ, **mirrors.environment(repository, workspace), "TMPDIR": str(workspace)}
        self._processes.run(["buildah", *storage, "--storage-driver", "overlay", *arguments], environment, hear)

    @contextmanager
    def _workspace(self) -> Generator[Path]:
        """A passing folder, and the certainty that nobody tidies up while it is in use."""
        passing = self._root / "passing"
        for folder in (passing, self._root / "cache"):
            folder.mkdir(parents=True, exist_ok=True)
        with (self._root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody builds, so somebody has tidied up
            else:
                self._tidy(passing)
            fcntl.flock(lock, fcntl.LOCK_SH)
            with tempfile.TemporaryDirectory(dir=passing) as workspace:
                yield Path(workspace)

    def _tidy(self, passing: Path) -> None:
        # What a killed build leaves: its folder, and containers that hold the space of their layers.
        if any(passing.iterdir()):
            shutil.rmtree(passing)
            passing.mkdir()
            self._buildah(["rm", "--all"], passing, Repository("localhost", ""), lambda _: None)


def _arguments(inputs: Properties, workspace: Path, identity: Path) -> list[str]:
    context = Path(inputs["context"]["location"])
    location = inputs["dockerfile"].get("location")
    file = workspace / "Dockerfile"
    text = dockerfile_text(inputs)
    file.write_text(text)
    ignored, _ = ignore.patterns(context, Path(location) if location else None)
    return [
        *("--isolation", "chroot", "--format", "docker", "--layers"),  # another format drops HEALTHCHECK
        *("--iidfile", str(identity), "--file", str(file)),
        *(["--ignorefile", str(ignored)] if ignored else []),
        *(["--no-cache"] if inputs["noCache"] or layer_cache.misleads(text) else []),
        *(["--pull-always"] if inputs["pull"] else []),
        *(["--target", inputs["target"]] if inputs.get("target") else []),
        *(f"--add-host={host}" for host in inputs.get("addHosts", [])),
        *(f"--build-arg={name}={value}" for name, value in inputs.get("buildArgs", {}).items()),
        *(f"--label={name}={value}" for name, value in inputs.get("labels", {}).items()),
        *package_index.arguments(workspace),
        str(context),
    ]
