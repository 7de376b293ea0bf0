"""Repairs a stack's state after a killed run, so that the next update goes on where it ended.

A killed engine leaves pending operations: it had asked a provider for something and does not know whether
it was done. A pending create is the bad one. The engine keeps it until a person decides, and meanwhile
would create the object again, which fails for one with a fixed name and leaks one with a generated name.

What was asked for is recorded in full, and from the inputs follows the id that the object has if it
exists. So the resource is put into the state as if its create had succeeded, and a refresh of just that
resource asks the provider: it is either adopted as it is or dropped. Pending updates and deletes are
refreshed too, and done again by the next update. `pulumi refresh --import-pending-creates` is not used,
because it fails for objects that do not exist and forgets which inputs the program gave.

What is being deleted is still there when it is asked for, and gone a moment later. So a repair waits for it.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from sandbox import files
from sandbox.errors import EngineError
from sandbox.progress import console
from sandbox.pulumi import orphans
from sandbox.pulumi.cli import Cli
from sandbox.pulumi.deployment import Deployment, Export, Resource
from sandbox.pulumi.plugins.sought import SOUGHT


def _kubernetes(inputs: Mapping[str, Any]) -> str:
    metadata = inputs["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if "namespace" in metadata else metadata["name"]


def _aws(_inputs: Mapping[str, Any]) -> object:
    return SOUGHT


IDENTIFIERS: Final[Mapping[str, Callable[[Mapping[str, Any]], object]]] = {
    "kubernetes:": _kubernetes,
    "aws:": _aws,
}
"""By the beginning of a type: the id that an object with these inputs has. AWS chooses most ids, so there the plugin
seeks what has the inputs, and the refresh records the id that it tells. Of other types, a half-made object is
forgotten: an image, for instance, is built again from the cache."""

GOES_WITHIN: Final = 300.0
"""Seconds that what is being deleted may take to go: a pod finishes its requests first, a namespace waits for all."""
POLL: Final = 1.0  # seconds between looks


def identifier(resource: Resource) -> str | None:
    """The id of the object that `resource` asks for, None where its inputs do not tell."""
    for prefix, rule in IDENTIFIERS.items():
        if resource.type.startswith(prefix):
            try:
                found = rule(resource.inputs)
            except (KeyError, TypeError):
                return None
            return found if isinstance(found, str) else None
    return None


def assumed(deployment: Deployment) -> tuple[Deployment, set[str]]:
    """`deployment` with every pending create taken for done, and the URNs that a refresh must look at."""
    resources = deployment.resources
    touched: set[str] = set()
    for pending in deployment.pending_operations:
        resource = pending.resource
        touched.add(resource.urn)
        if pending.type != "creating":
            continue
        if id_ := identifier(resource):
            resources = _with(resources, resource.model_copy(update={"id": id_, "outputs": resource.inputs}))
        else:
            console.print(f"  forgot the interrupted creation of {resource.urn}: it is made again")
    present = {resource.urn for resource in resources}
    return deployment.model_copy(update={"resources": resources, "pending_operations": []}), touched & present


def _with(resources: Sequence[Resource], created: Resource) -> list[Resource]:
    """`resources` with a new one, where the engine's order allows it: behind all that it needs."""
    if any((one.urn, one.id, one.pending_replacement) == (created.urn, created.id, False) for one in resources):
        return list(resources)
    # Of a replacement, the old one is still there to be deleted, or is gone and waits for the new one.
    others = [
        one.model_copy(update={"delete": True}) if one.urn == created.urn else one
        for one in resources
        if one.urn != created.urn or not one.pending_replacement
    ]
    needed = (i for i, one in enumerate(others) if one.urn in created.needs and not one.delete)
    position = max(needed, default=-1) + 1
    return [*others[:position], created, *others[position:]]


def recover(cli: Cli, stack: str, notes: Path, refresh: Callable[[Sequence[str]], object]) -> None:
    """Bring the state of `stack` in line with what a killed run has really done.

    Args:
        cli: the CLI in a folder with the project's name.
        stack: the stack's name.
        notes: where is remembered what is still to be refreshed, should this be killed as well.
        refresh: refreshes the resources with these URNs.

    Raises:
        EngineError: the state cannot be repaired, for instance because a provider does not answer.
    """
    exported = Export.model_validate_json(cli.run("stack", "export", f"--stack={stack}"))
    left = noted(notes)
    if not exported.deployment.pending_operations and not left:
        return
    orphans.outlive(cli.state)
    repaired, touched = assumed(exported.deployment)
    urns = sorted(touched | left.intersection(one.urn for one in repaired.resources))
    for urn in urns:
        console.print(f"  looking what became of {urn}")
    files.write(notes, json.dumps(urns))
    imported = notes.with_suffix(".import")
    imported.write_text(exported.model_copy(update={"deployment": repaired}).dump())
    cli.run("stack", "import", f"--stack={stack}", f"--file={imported}")
    if urns:
        refresh(urns)
        _outlast(cli, stack, urns, refresh)
    imported.unlink()
    notes.unlink()


def _outlast(cli: Cli, stack: str, urns: Sequence[str], refresh: Callable[[Sequence[str]], object]) -> None:
    """Return when none of the resources with these URNs is being deleted."""
    deadline = time.monotonic() + GOES_WITHIN
    while going := sorted(one.urn for one in _resources(cli, stack) if one.urn in urns and one.is_going):
        if time.monotonic() > deadline:
            raise EngineError(
                f"{going[0]} is being deleted and does not go: see what holds it (`kubectl get -o yaml`, its "
                "finalizers), then run this again"
            )
        time.sleep(POLL)
        refresh(going)


def _resources(cli: Cli, stack: str) -> Sequence[Resource]:
    return Export.model_validate_json(cli.run("stack", "export", f"--stack={stack}")).deployment.resources


def note(notes: Path, urns: Iterable[str]) -> None:
    """Remember that it isn't known what became of these resources, for the next `recover`."""
    if found := noted(notes) | set(urns):
        files.write(notes, json.dumps(sorted(found)))


def noted(notes: Path) -> set[str]:
    """What is to be looked at, since a plugin died or a repair was killed. Notes that nobody can read are none."""
    try:
        return TypeAdapter(set[str]).validate_json(notes.read_text())
    except (FileNotFoundError, ValidationError):
        return set()
