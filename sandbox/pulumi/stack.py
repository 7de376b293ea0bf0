"""One stack of one project, driven by the same commands that people type."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.errors import EngineError
from sandbox.progress import console
from sandbox.pulumi import dead_locks, recovery, update
from sandbox.pulumi.cli import Cli
from sandbox.pulumi.events import Operation
from sandbox.state import State

_KUBERNETES: Final = "pulumi:providers:kubernetes"


@dataclass(frozen=True)
class Stack:
    """A stack, with the configuration and the policies that it is held to.

    Attributes:
        project: the folder of Pulumi.yaml.
        name: the stack's name, `local` for instance.
        config: the stack's configuration file.
        state: the state directory, after `prepare`.
        policies: folders of policy packs.
        signed_in: gives the variables of whoever does it, where that is not the sandbox's own AWS user.
    """

    project: Path
    name: str
    config: Path
    state: State
    policies: tuple[Path, ...] = ()
    signed_in: Callable[[], Mapping[str, str]] = dict[str, str]

    def init(self, *, select: bool = True) -> None:
        """Create the stack unless it exists, and if asked to select it for commands that people type in the project."""
        if not self.exists:
            self._bare.run("stack", "init", self.name, "--no-select")
        if select:
            self._cli.run("stack", "select", self.name)

    @property
    def exists(self) -> bool:
        """Whether the stack has been created."""
        return (self.state.pulumi / "backend/.pulumi/stacks" / self._project_name / f"{self.name}.json").exists()

    def preview(self, *, expect_no_changes: bool = False) -> frozenset[Operation]:
        """What `up` would do.

        Raises:
            EngineError: the program fails, a policy objects, or there are changes where none are expected.
        """
        changes = self._update("preview", *self._program_arguments)
        if changes and expect_no_changes:
            found = sorted(f"{change.kind} {change.type} {change.name} {dict(change.diff)}" for change in changes)
            raise EngineError(f"{self._title('preview')} proposes changes where none were expected", found)
        return changes

    def up(self) -> frozenset[Operation]:
        """Make the world as the program says, if a preview finds nothing against it.

        Raises:
            EngineError: it failed; what was done until then is in the state, and another `up` goes on.
        """
        self.repair()
        self.preview()
        return self._update("up", "--yes", "--skip-preview", *self._program_arguments)

    def refresh(self) -> frozenset[Operation]:
        """Bring the state in line with the world; returns what had changed there."""
        self.repair()
        return self._refresh()

    def destroy(self) -> frozenset[Operation]:
        """Remove everything that the stack has made. The stack itself stays, empty.

        Raises:
            EngineError: it failed; what was done until then is in the state, and another `destroy` goes on.
        """
        self.repair()
        return self._destroy()

    def leave_cluster(self) -> frozenset[Operation]:
        """Remove all that the stack has in Kubernetes, and what stands on that. The rest stays: `up` goes on from it.

        Raises:
            EngineError: it failed, or something of it is protected. Then nothing was removed.
        """
        found: list[dict[str, Any]] = self.export().get("resources") or []
        clusters = [one["urn"] for one in found if one["type"] == _KUBERNETES]
        if not clusters:
            return frozenset()
        # The engine refuses what is protected when its turn comes, and removes the rest all the same.
        there = [one for one in found if one.get("provider", "").rpartition("::")[0] in clusters]
        if kept := [one["urn"].rpartition("::")[2] for one in there if one.get("protect")]:
            raise EngineError(
                f"{len(kept)} objects of {self._project_name}/{self.name} in the cluster are protected, "
                f"such as {kept[0]}"
            )
        self.repair()
        return self._destroy(*(f"--target={urn}" for urn in clusters), "--target-dependents")

    def protected(self) -> list[str]:
        """The URNs of what refuses to be destroyed."""
        found: list[dict[str, Any]] = self.export().get("resources") or []
        return [one["urn"] for one in found if one.get("protect")]

    def remove(self) -> None:
        """Remove the stack itself, empty as `destroy` leaves it, with its history."""
        self._bare.run("stack", "rm", "--yes", "--preserve-config", f"--stack={self.name}")

    def forget(self) -> None:
        """Remove the stack itself and leave what it has made: where that is gone, `destroy` would have nobody to ask.

        Raises:
            EngineError: another run is under way.
        """
        dead_locks.clear(self.state, self._project_name, self.name)
        self._notes.unlink(missing_ok=True)
        self._bare.run("stack", "rm", "--yes", "--force", "--preserve-config", f"--stack={self.name}")

    def repair(self) -> None:
        """Clear what a killed run has left: its lock, and operations of which nobody knows whether they were done.

        Raises:
            EngineError: another run is under way.
        """
        dead_locks.clear(self.state, self._project_name, self.name)
        recovery.recover(self._bare, self.name, self._notes, self._refresh)

    def outputs(self, *, secrets: bool = False) -> dict[str, Any]:
        """The stack's outputs; secret ones read `[secret]` unless `secrets`."""
        shown = ["--show-secrets"] if secrets else []
        return json.loads(self._bare.run("stack", "output", "--json", f"--stack={self.name}", *shown))

    def export(self) -> dict[str, Any]:
        """The deployment as the engine keeps it, secrets encrypted: `resources`, `pending_operations` and more."""
        return json.loads(self._bare.run("stack", "export", f"--stack={self.name}"))["deployment"]

    def _refresh(self, urns: Sequence[str] = ()) -> frozenset[Operation]:
        targets = [f"--target={urn}" for urn in urns]
        return self._update("refresh", "--yes", "--skip-preview", *targets, bare=True)

    def _destroy(self, *arguments: str) -> frozenset[Operation]:
        try:
            return self._update("destroy", "--yes", "--skip-preview", *arguments, bare=True)
        except EngineError as error:
            if not error.undecided:
                raise
        # The kubernetes plugin may die while it waits for a Rollout to go that was made without our annotation
        # (docs/decisions/0007).
        console.print("  a plugin has died: going on with what is left")
        self.repair()
        return self._update("destroy", "--yes", "--skip-preview", *arguments, bare=True)

    def _update(self, verb: str, *arguments: str, bare: bool = False) -> frozenset[Operation]:
        cli = self._bare if bare else self._cli
        log = self.state.pulumi / "log" / f"{self._project_name}.{self.name}"
        try:
            return update.run(cli, self._title(verb), log, verb, f"--stack={self.name}", *arguments)
        except EngineError as error:
            recovery.note(self._notes, error.undecided)
            raise

    def _title(self, verb: str) -> str:
        return f"{verb} {self._project_name}/{self.name}"

    @property
    def _program_arguments(self) -> list[str]:
        if not self.config.is_file():
            raise EngineError(f"no configuration at {self.config}: `make up` writes it")
        return [f"--config-file={self.config}", *(f"--policy-pack={folder}" for folder in self.policies)]

    @property
    def _project_name(self) -> str:
        path = self.project / "Pulumi.yaml"
        try:
            return yaml.safe_load(path.read_text())["name"]
        except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
            raise EngineError(f"{path} is no Pulumi project: {error}") from error

    @property
    def _cli(self) -> Cli:
        return Cli(self.state, self.project, self.signed_in)

    @property
    def _bare(self) -> Cli:
        """The CLI in a folder that has the project's name and nothing more.

        Creating a stack writes into its configuration beside Pulumi.yaml, which must not happen in the checkout;
        and what runs no program must not depend on one, so that a stack can be destroyed when its program is broken.
        Plugins that a Pulumi.yaml names itself are not found from there; ours are in the plugin cache.
        """
        folder = self._folder("projects")
        project = folder / "Pulumi.yaml"
        content = yaml.safe_dump({"name": self._project_name, "runtime": "python"})
        if not project.exists() or project.read_text() != content:
            folder.mkdir(parents=True, exist_ok=True)
            project.write_text(content)
        return Cli(self.state, folder, self.signed_in)

    @property
    def _notes(self) -> Path:
        return self._folder("recovery") / f"{self.name}.json"

    def _folder(self, kind: str) -> Path:
        return self.state.pulumi / kind / self._project_name
