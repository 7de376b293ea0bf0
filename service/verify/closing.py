"""What a release came to that nobody has written of: read in the cluster after whoever watched it is gone."""

from dataclasses import dataclass, field
from datetime import datetime

from modelstore.history import Entry, Event, Figure, History
from service.verify.analyses import Evidence, evidence
from service.verify.api_server import Api, ApiRefused, ApiUnavailable, Object
from service.verify.judgement import State, judge
from service.verify.templates import hashes, templates


@dataclass(frozen=True)
class Verdict:
    """The end of a release."""

    event: Event
    reason: str
    figures: dict[str, Figure] = field(default_factory=dict[str, Figure])


def verdict(api: Api, rollout: Object, deployment: Object, history: History, given: Entry) -> Verdict | None:
    """How the release of an entry ended; None while it has not, as far as can be seen.

    Args:
        api: where ReplicaSets and AnalysisRuns are read.
        rollout: of the model.
        deployment: that the Rollout takes its pods from.
        history: of the model.
        given: says which release.

    Raises:
        ApiUnavailable: no answer now.
        ApiRefused: forbidden.
    """
    judgement = judge(rollout, deployment)
    if judgement.state is State.UNSEEN:
        return None
    known = templates(api, given.namespace, rollout)
    releases = {one.release: hash_ for hash_, one in known.items()}
    current, stable = hashes(rollout)
    ours = releases.get(given.release)
    found = gathered(api, given.namespace, ours, before(history, given.release, given.attempt))
    if ours is None or ours not in (current, stable):
        went = known.get(current or "")
        to = f"release {went.release} of {went.version}" if went else "another release"
        return Verdict(Event.ABORTED, _joined(f"gave way to {to}", found.against), found.figures)
    if ours == stable and (current != stable or judgement.state is State.HEALTHY):
        return Verdict(history.arrival(given.release) or Event.PROMOTED, "", found.figures)
    if judgement.state is State.ABORTED:
        return Verdict(Event.ABORTED, _joined(judgement.text, found.against), found.figures)
    return None


def before(history: History, release: str, attempt: int) -> datetime | None:
    """When the last try before this one was aborted; None when there was none."""
    aborts = [one.at for one in history.aborts(release) if one.attempt != attempt]
    return aborts[-1] if aborts else None


def gathered(api: Api, namespace: str, template_hash: str | None, since: datetime | None) -> Evidence:
    """The evidence of a release, or none where it can't be read: a verdict stands without it."""
    if template_hash is None:
        return Evidence()
    try:
        return evidence(api, namespace, template_hash, since)
    except (ApiUnavailable, ApiRefused) as error:
        return Evidence(against=f"its AnalysisRuns could not be read: {error}")


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))
