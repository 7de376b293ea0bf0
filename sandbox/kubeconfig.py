"""The driver `kubeconfig`: a cluster, a registry and an S3 endpoint that exist already.

It checks that they answer and remembers them. Into the registry it brings the images that the platform is made of, as
they were built here; nothing else is changed, and `down` only forgets them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import yaml

from sandbox import files, probes, registries
from sandbox.api import Api
from sandbox.driver import Access, DriverName, Part, identifier
from sandbox.errors import SandboxError
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import images

METRICS: Final = "/apis/metrics.k8s.io/v1beta1"

# Where a kubeconfig names files, which it does relative to its own folder.
_PATHS: Final = {
    "clusters": ("cluster", ("certificate-authority",)),
    "users": ("user", ("client-certificate", "client-key", "tokenFile")),
}


@dataclass(frozen=True, kw_only=True)
class Existing:
    """What exists, as given on the command line.

    Attributes:
        kubeconfig: file whose current context is the cluster.
        registry: host and port at which this machine pushes and the cluster pulls.
        s3: URL of the S3 endpoint, which pods must reach too.
        gateway: URL at which this machine reaches NodePort 30080 of the cluster.
    """

    kubeconfig: Path
    registry: str
    s3: str
    gateway: str


class Kubeconfig:
    """A cluster that someone else runs."""

    def __init__(self, state: State, existing: Existing) -> None:
        self._state = state
        self._existing = existing

    def up(self) -> Access:
        """Check that everything answers, bring the images, and keep a copy of the kubeconfig that stands by itself.

        Raises:
            SandboxError: something doesn't answer, or an image can't be pushed; nothing is remembered then.
        """
        content = standing_alone(self._existing.kubeconfig)
        with step("check the cluster, the registry and the S3 endpoint"):
            found = identifier(_ask(self._existing.kubeconfig, "/api/v1/namespaces/kube-system"))
            for part in self._stores():
                if part.trouble:
                    raise SandboxError(f"the {part.name} does not answer ({part.trouble}): start it, or give another")
        images.push(self._state, self._existing.registry)
        files.write(self._state.kubeconfig, content)
        return Access(
            driver=DriverName.KUBECONFIG,
            kubeconfig=self._state.kubeconfig,
            identifier=found,
            registry=self._existing.registry,
            store=self._existing.s3,
            gateway=self._existing.gateway,
        )

    def down(self) -> None:
        """Forget the cluster; nothing in it is touched."""
        files.remove(self._state.cluster)

    def status(self) -> Sequence[Part]:
        """Ask the cluster, the registry and the S3 endpoint."""
        return [
            _part("cluster", lambda: _trouble(self._existing.kubeconfig, "/version")),
            _part("metrics", lambda: _trouble(self._existing.kubeconfig, METRICS), note="autoscalers need it"),
            *self._stores(),
        ]

    def log(self, name: str) -> Path:
        """Refuses: it runs nothing."""
        raise SandboxError(f"the driver kubeconfig does not run {name}: look where that cluster is run")

    def _stores(self) -> list[Part]:
        registry = self._existing.registry
        scheme = "http" if registries.is_local(registry) else "https"
        return [
            _part("registry", partial(probes.speaks_http, f"{scheme}://{registry}/v2/"), address=registry),
            _part("s3", partial(probes.speaks_http, self._existing.s3), address=self._existing.s3),
        ]


def standing_alone(kubeconfig: Path) -> str:
    """The content of a kubeconfig, with absolute paths where it names files, so that it can be put elsewhere.

    Raises:
        SandboxError: there is no such file, or it is no kubeconfig.
    """
    try:
        loaded: Any = yaml.safe_load(kubeconfig.read_text())
    except OSError as error:
        raise SandboxError(f"--kubeconfig {kubeconfig}: {error.strerror}: give the file of a cluster") from None
    except yaml.YAMLError:
        loaded = None
    if not isinstance(loaded, dict) or "clusters" not in loaded:
        raise SandboxError(f"--kubeconfig {kubeconfig} is no kubeconfig: give the file of a cluster")
    content = cast("dict[str, Any]", loaded)
    folder = kubeconfig.resolve().parent
    for section, (inner, names) in _PATHS.items():
        entries: list[dict[str, Any]] = content.get(section) or []
        for entry in entries:
            values: dict[str, Any] = entry.get(inner) or {}
            for name in names:
                if name in values:
                    values[name] = str(folder / values[name])
    return yaml.safe_dump(content)


def _ask(kubeconfig: Path, path: str) -> dict[str, Any] | None:
    api = Api(kubeconfig)
    try:
        return api.get(path)
    finally:
        api.close()


def _trouble(kubeconfig: Path, path: str) -> str | None:
    try:
        return None if _ask(kubeconfig, path) is not None else f"{path} does not exist"
    except SandboxError as error:
        return str(error)


def _part(name: str, probe: Callable[[], str | None], *, address: str = "", note: str = "") -> Part:
    return Part(name=name, trouble=probe(), address=address, note=note)
