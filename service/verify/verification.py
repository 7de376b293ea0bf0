"""The verification of one release, from the first look at the Rollout to the last answer of the gateway."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from service.verify.api_server import ApiRefused, ApiServer, ApiUnavailable
from service.verify.blame import blame
from service.verify.judgement import Judgement, State, judge
from service.verify.read_back import read_back
from service.verify.wanted import VerificationFailed, Wanted

_ROLLOUTS: Final = "apis/argoproj.io/v1alpha1"


@dataclass(kw_only=True)
class Verification:
    """Watches one release.

    An abort that it finds at its first look is from an earlier try, after which somebody said `up` again: it takes
    that abort back, once, and watches on.

    Attributes:
        api: where Rollout, Deployment and pods are read, and an abort is taken back.
        wanted: the release.
        say: told of progress, a line at a time.
        poll: seconds between two looks.
        settle: a bad state must last so many seconds: right after `pulumi up` the Rollout may name a service
            that is not there yet, or a right may not have come into force.
        read_back_seconds: for the gateway to hear of the last change and to answer.
    """

    api: ApiServer
    wanted: Wanted
    say: Callable[[str], object]
    poll: float = 2.0
    settle: float = 15.0
    read_back_seconds: float = 60.0
    _blamed: str = field(default="", init=False)
    _seen: bool = field(default=False, init=False)

    def run(self) -> None:
        """Return when the release is what is served.

        Raises:
            VerificationFailed: it isn't, or not in time.
        """
        begun = time.monotonic()
        deadline, bad_since, last = begun + self.wanted.timeout, None, ""
        while True:
            judgement = self._look()
            if judgement.text != last:
                self.say(f"{judgement.state}: {judgement.text}")
                last = judgement.text
            now = time.monotonic()
            match judgement.state:
                case State.HEALTHY:
                    break
                case State.ABORTED:
                    raise VerificationFailed(self._reason("was aborted", judgement))
                case State.DEGRADED:
                    bad_since = bad_since or now
                    if now >= bad_since + self.settle:
                        raise VerificationFailed(self._reason("failed", judgement))
                case State.WAITING | State.UNSEEN:
                    bad_since = None
            if now >= deadline:
                after = f"is not finished after {self.wanted.timeout:g} s"
                raise VerificationFailed(self._reason(after, judgement))
            time.sleep(self.poll)
        read_back(self.wanted, time.monotonic() + self.read_back_seconds, self.say)
        self.say(f"{self.wanted.model_version} is served (release {self.wanted.release})")

    def _look(self) -> Judgement:
        """One look; what cannot be read counts as unseen, what is refused as degraded."""
        namespace, name = self.wanted.namespace, self.wanted.rollout
        try:
            rollout = self.api.get(_ROLLOUTS, namespace, "rollouts", name)
            workload = rollout["spec"]["workloadRef"]["name"]
            judgement = judge(rollout, self.api.get("apis/apps/v1", namespace, "deployments", workload))
            if judgement.state is State.ABORTED and not self._seen:
                judgement = self._try_again(judgement)
        except ApiUnavailable as error:
            return Judgement(State.UNSEEN, str(error))
        except ApiRefused as error:
            return Judgement(State.DEGRADED, str(error))
        if judgement.state is not State.UNSEEN:
            self._seen = True
            self._blame(judgement, rollout.get("status", {}).get("currentPodHash"))
        return judgement

    def _try_again(self, aborted: Judgement) -> Judgement:
        # An abort outlasts its cause, and nothing that Pulumi writes ends it when the template is still the same.
        # This is what `kubectl argo rollouts retry` does. Only a new abort sets the field again: what the controller
        # writes of a status is what it has changed in it.
        self.api.patch_status(_ROLLOUTS, self.wanted.namespace, "rollouts", self.wanted.rollout, {"abort": False})
        return Judgement(State.WAITING, f"trying again what was aborted before ({aborted.text})")

    def _blame(self, judgement: Judgement, template: str | None) -> None:
        if template is None or judgement.state is State.HEALTHY:
            return
        blamed = blame(self.api, self.wanted.namespace, template)
        # Kept after the end, because an abort takes the pods away that could say why.
        if blamed or judgement.state is State.WAITING:
            self._blamed = blamed

    def _reason(self, what: str, judgement: Judgement) -> str:
        blamed = f"; {self._blamed}" if self._blamed else ""
        return f"release {self.wanted.release} of {self.wanted.model_version} {what}: {judgement.text}{blamed}"
