"""Third-party images under their official references, built here because no image registry can be reached.

Each holds one program that the toolchain built (or a Debian base with Python) and nothing else. They are kept as
OCI archives, so their digests stay the same in every sandbox, and are pushed into the sandbox's registry, which
the container runtime uses as the mirror of the official ones.
"""

import json
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from sandbox import confined, registries
from sandbox.errors import BuildError
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import buildah, commands, store

ARCHIVE: Final = "image.oci.tar"


@dataclass(frozen=True)
class Image:
    """An image that holds one program.

    Attributes:
        reference: the official registry, repository and tag.
        program: the file in the state's `bin`, and its name in the image.
        user: numeric user and group that it runs as.
        folder: where the program is in the image, for those who start it by its path, or whose data is mounted at its
            name in `/` (Prometheus, Alertmanager).
    """

    reference: str
    program: str
    user: str = "65532:65532"
    folder: str = "/"


IMAGES: Final = {
    "alertmanager": Image("quay.io/prometheus/alertmanager:v0.31.0", "alertmanager", folder="/bin"),
    "argo-rollouts": Image("quay.io/argoproj/argo-rollouts:v1.10.1", "rollouts-controller"),
    "coredns": Image("registry.k8s.io/coredns/coredns:v1.15.0", "coredns"),
    "keda": Image("ghcr.io/kedacore/keda:2.21.0", "keda"),
    "keda-metrics-apiserver": Image("ghcr.io/kedacore/keda-metrics-apiserver:2.21.0", "keda-adapter"),
    "metrics-server": Image("registry.k8s.io/metrics-server/metrics-server:v0.9.0", "metrics-server"),
    "pause": Image("registry.k8s.io/pause:3.10", "pause", "65535:65535"),
    "prometheus": Image("quay.io/prometheus/prometheus:v3.16.0", "prometheus", folder="/bin"),
    "prometheus-config-reloader": Image(
        "quay.io/prometheus-operator/prometheus-config-reloader:v0.85.0", "prometheus-config-reloader", folder="/bin"
    ),
    "prometheus-operator": Image("quay.io/prometheus-operator/prometheus-operator:v0.85.0", "prometheus-operator"),
    "traefik": Image("docker.io/library/traefik:v3.6.25", "traefik"),
}
PYTHON: Final = "docker.io/library/python:3.11-slim-bookworm"


def base(state: State) -> None:
    """Build the Debian base with Python, unless it is there.

    Raises:
        BuildError: it can't be built.
    """
    store.produce(state.images / "python", store.key(PYTHON, " ".join(_DEBOOTSTRAP)), _python)


def build(state: State) -> None:
    """Build the image of every program, unless it is there.

    Raises:
        BuildError: one can't be built.
    """
    for name, image in IMAGES.items():
        program = state.bin / image.program
        store.produce(state.images / name, store.key(repr(image), program), partial(_program, image, program))


def _program(image: Image, program: Path, folder: Path) -> None:
    with step(f"build image {image.reference}", 15):
        path = str(PurePosixPath(image.folder, image.program))
        buildah.archive(
            folder / ARCHIVE,
            image.reference,
            copy=("--chmod", "0755", str(program), path),
            config=("--entrypoint", json.dumps([path]), "--user", image.user),
        )


# The packages that the official image has beyond a bare Debian: Python with venv, and the CA bundle.
_DEBOOTSTRAP: Final = ("--variant=minbase", "--include=python3,python3-venv,ca-certificates", "bookworm")
# What a package manager leaves behind and a base image doesn't need.
_LEFTOVERS: Final = ("var/cache/apt", "var/lib/apt/lists", "var/log", "usr/share/doc", "usr/share/man")


def _python(folder: Path) -> None:
    with step(f"build image {PYTHON} with debootstrap", 60):
        root = folder / "root"
        # Confined, because it mounts /proc and /sys below its root.
        commands.run(confined.command(["debootstrap", *_DEBOOTSTRAP, str(root)]), "`debootstrap`")
        for leftover in _LEFTOVERS:
            shutil.rmtree(root / leftover, ignore_errors=True)
            (root / leftover).mkdir(parents=True)
        buildah.archive(folder / ARCHIVE, PYTHON, copy=(str(root), "/"), config=("--cmd", json.dumps(["python3"])))
        shutil.rmtree(root)


def references(state: State) -> dict[str, str]:
    """Every image by name, as `registry/repository:tag@sha256:…`."""
    official = {name: image.reference for name, image in IMAGES.items()} | {"python": PYTHON}
    return {name: f"{reference}@{_digest(_archive(state, name))}" for name, reference in official.items()}


def push(state: State, registry: str, named: Mapping[str, str] | None = None) -> None:
    """Bring every image that `registry` (host and port) lacks into it, bytes unchanged.

    Args:
        state: where the images are.
        registry: where they go.
        named: references of images by name, where they are to have other repositories and tags than the official ones.

    Raises:
        BuildError: one isn't built, or can't be pushed.
    """
    verified = f"tls-verify={str(not registries.is_local(registry)).lower()}"
    for name, reference in (references(state) if named is None else named).items():
        tagged = reference.partition("@")[0]
        repository = tagged.partition("/")[2]
        target = f"docker://{registry}/{repository}"
        pinned = f"docker://{registry}/{repository.rpartition(':')[0]}@{reference.partition('@')[2]}"
        looked = subprocess.run(
            ["skopeo", "inspect", "--raw", f"--{verified}", pinned], capture_output=True, check=False
        )
        if looked.returncode:
            with step(f"push {tagged}", 5):
                archive = f"oci-archive:{_archive(state, name)}"
                options = ["--insecure-policy", "copy", "--preserve-digests", f"--dest-{verified}"]
                commands.run(confined.command(["skopeo", *options, archive, target]), f"the push of {tagged}")


def _archive(state: State, name: str) -> Path:
    # Not in what is unfinished or being removed, whose names begin with a dot.
    found = list((state.images / name).glob(f"[!.]*/{ARCHIVE}"))
    if len(found) != 1:
        raise BuildError(f"image {name} isn't built: run `make setup`")
    return found[0]


def _digest(archive: Path) -> str:
    with tarfile.open(archive) as tar:
        index = tar.extractfile("index.json")
        if index is None:
            raise BuildError(f"{archive} has no index.json: remove it and run `make setup`")
        return json.load(index)["manifests"][0]["digest"]
