"""What `pulumi up` would do to a stack, as a document: made where the stack can be reached, shown where it can't.

Of what a resource says only the paths of its properties are in it, and never a value, because a comment is read by more
people than a state is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum, unique
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from slipway.releases import observed
from slipway.releases.pulumi import Ran

WORDS: Final = 1000
"""Characters of a message that are kept; the log has all of it."""

_CHANGES: Final = ("create", "update", "replace", "delete")
_DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
_UNKNOWN: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""What the engine says of a value that only an update knows."""
_COLOUR: Final = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")


def _clipped(text: str) -> str:
    clean = _COLOUR.sub("", text).strip()
    return clean if len(clean) <= WORDS else f"{clean[:WORDS]}…"


Message = Annotated[str, AfterValidator(_clipped)]


@unique
class Verdict(StrEnum):
    """What a preview comes to."""

    NOTHING = "nothing"
    CHANGES = "changes"
    REFUSED = "refused"
    """A mandatory policy is violated, so `pulumi up` would do nothing at all."""
    FAILED = "failed"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Changed(_Part):
    """A resource that would change."""

    op: str
    type: str
    name: str
    paths: tuple[str, ...] = Field(default=(), description="of properties that differ")


class Released(_Part):
    """A model that would be released: its pods' template would be another one. Without `before` it is its first."""

    model: str
    before: str | None
    after: str
    image: bool = Field(description="whether the service's image would be another one")


class Finding(_Part):
    """What a policy says of a resource."""

    policy: str
    mandatory: bool
    resource: str
    message: Message


class Plan(_Part):
    """What `pulumi up` would do to one stack."""

    stack: str = Field(description="project and name, like slipway/prod")
    verdict: Verdict
    changes: tuple[Changed, ...] = ()
    releases: tuple[Released, ...] = ()
    findings: tuple[Finding, ...] = ()
    errors: tuple[Message, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many resources would be created, and so on; in the order of the engine's words."""
        found = Counter(one.op for one in self.changes)
        return {op: found[op] for op in _CHANGES if found[op]}

    @property
    def only_releases(self) -> bool:
        """Whether nothing but releases would move: their pod templates, what judges them, and their verification."""
        names = {one.model.replace("_", "-") for one in self.releases}
        return bool(names) and all(_of_release(one, names) for one in self.changes)


def plan(stack: str, ran: Ran) -> Plan:
    """What a preview says.

    Args:
        stack: project and name.
        ran: the preview.
    """
    findings = tuple(dict.fromkeys(_findings(ran.events)))
    changes = tuple(_changes(ran.events))
    if any(one.mandatory for one in findings):
        verdict = Verdict.REFUSED
    elif ran.code != 0:
        verdict = Verdict.FAILED
    else:
        verdict = Verdict.CHANGES if changes else Verdict.NOTHING
    violations = {_clipped(one.message) for one in findings}
    errors = [_clipped(one) for one in ran.causes] if ran.code != 0 else []
    # A violation is told once, as what it is.
    others = tuple(one for one in errors if not any(said in one for said in violations))
    if verdict is Verdict.FAILED and not others:
        others = ("it did not say why",)
    return Plan(
        stack=stack,
        verdict=verdict,
        changes=changes,
        releases=tuple(_releases(ran.events)),
        findings=findings,
        errors=others,
    )


def _changes(events: Iterable[Mapping[str, Any]]) -> Iterator[Changed]:
    for metadata in _steps(events):
        paths = sorted(metadata.get("detailedDiff") or metadata.get("diffs") or [])
        yield Changed(op=metadata["op"], type=metadata["type"], name=_name(metadata["urn"]), paths=tuple(paths))


def _releases(events: Iterable[Mapping[str, Any]]) -> Iterator[Released]:
    for metadata in _steps(events):
        old, new = (_template(metadata.get(side)) for side in ("old", "new"))
        if metadata["type"] != _DEPLOYMENT or new is None or old == new:
            continue
        yield Released(
            model=_name(metadata["urn"]).replace("-", "_"),
            before=old.version if old else None,
            after=new.version,
            image=old is not None and (old.image != new.image or bool(_UNKNOWN.search(new.image))),
        )


def _template(side: Mapping[str, Any] | None) -> observed.Template | None:
    """The pod template of a model's Deployment; None where it is none of ours."""
    try:
        found = observed.template((side or {})["inputs"]["spec"]["template"])
    except (LookupError, TypeError, AttributeError, ValueError):
        return None
    return found if found.version else None


def _findings(events: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    for event in events:
        if found := event.get("policyEvent"):
            yield Finding(
                policy=found["policyName"],
                mandatory=found["enforcementLevel"] == "mandatory",
                resource=_name(found.get("resourceUrn") or ""),
                message=" ".join(found["message"].split()),
            )


def _steps(events: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for event in events:
        step = event.get("resourcePreEvent")
        if step is not None and step["metadata"]["op"] in _CHANGES:
            yield step["metadata"]


def _name(urn: str) -> str:
    return urn.split("::", 3)[-1]


def _of_release(change: Changed, names: set[str]) -> bool:
    kind = change.type.rpartition(":")[2]
    exact = kind in ("Deployment", "Image")
    parts = ("AnalysisTemplate", "Job")
    known = change.name in names or change.type.startswith("docker-build:")
    return (exact and known) or (kind in parts and any(change.name.startswith(name) for name in names))
