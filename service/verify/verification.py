"""The verification of one release, from the first look at the Rollout to the last answer of the gateway."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from modelstore.history import History, Served
from modelstore.store_errors import StoreError, StoreUnavailable
from service.verify import closing
from service.verify.analyses import Evidence
from service.verify.api_server import ApiRefused, ApiServer, ApiUnavailable, Object
from service.verify.blame import blame
from service.verify.first_move import Move, first_move
from service.verify.judgement import Judgement, State, judge
from service.verify.progress import Progress
from service.verify.read_back import read_back
from service.verify.records import Records
from service.verify.rollouts import Rollouts
from service.verify.templates import has_stable_beside, hashes, templates
from service.verify.wanted import VerificationFailed, Wanted


@dataclass(kw_only=True)
class Verification:
    """Watches one release, aborts it when its time is over, and writes into the ledger what became of it.

    What was aborted is tried again only as another attempt; what the ledger calls healthy is promoted at once.

    Attributes:
        api: where Rollout, Deployment and pods are read, and the Rollout is told what to do.
        wanted: the release.
        records: what happened before, and what will have happened.
        say: told of progress, a line at a time.
        poll: seconds between two looks.
        settle: a bad state must last so many seconds: right after `pulumi up` the Rollout may name a service
            that is not there yet, or a right may not have come into force, and what makes no
            progress the controller is to end by itself.
        read_back_seconds: for the gateway to hear of the last change and to answer.
        abort_seconds: for the controller to do what it is told.
    """

    api: ApiServer
    wanted: Wanted
    records: Records
    say: Callable[[str], object]
    poll: float = 2.0
    settle: float = 15.0
    read_back_seconds: float = 60.0
    abort_seconds: float = 30.0
    _rollout: Object | None = field(default=None, init=False)
    _history: History = field(default_factory=History, init=False)
    _previous: Served | None = field(default=None, init=False)
    _blamed: str = field(default="", init=False)
    _seen: bool = field(default=False, init=False)
    _progress: Progress = field(default_factory=Progress, init=False)

    def run(self) -> None:
        """Return when the release is what is served, and the ledger says so.

        Raises:
            VerificationFailed: it isn't, or not in time, or the ledger could not be written.
        """
        self._watch(time.monotonic() + self.wanted.timeout)
        read_back(self.wanted, time.monotonic() + self.read_back_seconds, self.say)
        try:
            self.records.arrived(self._evidence().figures, self._previous)
        except VerificationFailed as error:
            raise VerificationFailed(f"{self.wanted} is served, but {error}") from error
        self.say(f"{self.wanted.model_version} is served (release {self.wanted.release})")

    def _watch(self, deadline: float) -> None:
        """Return when the controller is done with it."""
        bad_since, by_hand, last = None, False, ""
        while True:
            judgement = self._look()
            if judgement.text != last:
                self.say(f"{judgement.state}: {judgement.text}")
                last = judgement.text
            now = time.monotonic()
            match judgement.state:
                case State.HEALTHY:
                    return
                case State.ABORTED if judgement.by_hand and not by_hand:
                    by_hand = True  # whoever did it may be writing why
                case State.ABORTED:
                    self._fail(judgement.text)
                case State.DEGRADED:
                    bad_since = bad_since or now
                    if now >= bad_since + self.settle:
                        self._abort(judgement.text)
                case State.WAITING | State.UNSEEN:
                    bad_since = None
            if now >= deadline:
                self._abort(f"not finished after {self.wanted.timeout:g} s: {judgement.text}")
            time.sleep(self.poll)

    @property
    def _rollouts(self) -> Rollouts:
        return Rollouts(self.api, self.wanted.namespace, self.wanted.rollout)

    @property
    def _template(self) -> str | None:
        """Hash of the pod template that was tried at the last look."""
        return hashes(self._rollout)[0] if self._rollout else None

    @property
    def _is_stable(self) -> bool:
        if self._rollout is None:
            return True
        current, stable = hashes(self._rollout)
        return bool(stable) and current == stable

    @property
    def _stable_beside(self) -> bool:
        return self._rollout is not None and has_stable_beside(self._rollout)

    def _look(self) -> Judgement:
        """One look; what cannot be read counts as unseen, what is refused as degraded."""
        try:
            rollout, deployment = self._rollouts.read()
            self._rollout = rollout
            judgement = judge(rollout, deployment)
            if judgement.state is not State.UNSEEN:
                known = templates(self.api, self.wanted.namespace, rollout)
                self._check_ours(known.get(hashes(rollout)[0] or ""))
                if not self._seen:
                    self._previous = known.get(hashes(rollout)[1] or "") if self._stable_beside else None
                    judgement = self._first_look(judgement, rollout, deployment)
        except (ApiUnavailable, StoreUnavailable) as error:
            return Judgement(State.UNSEEN, str(error))
        except (ApiRefused, StoreError) as error:
            return Judgement(State.DEGRADED, str(error))
        if judgement.state is not State.UNSEEN:
            self._seen = True
            if self._progress.late(rollout, time.monotonic()) and judgement.state is State.WAITING:
                judgement = Judgement(State.DEGRADED, f"no progress before its deadline: {judgement.text}")
            self._blame(judgement, hashes(rollout)[0])
        return judgement

    def _check_ours(self, tried: Served | None) -> None:
        # What another release comes to is for its own verification to say, and to end.
        if tried is not None and tried.release not in (None, self.wanted.release):
            raise VerificationFailed(f"{self.wanted} gave way to release {tried.release} of {tried.version}")

    def _first_look(self, judgement: Judgement, rollout: Object, deployment: Object) -> Judgement:
        wanted, history = self.wanted, self.records.history()
        if history is None:  # nothing of what was before counts then, and the end says that it could not be written
            return judgement
        self._history = history = self._closed(history, rollout, deployment)
        match first_move(judgement.state, history, wanted.release, wanted.attempt, stable_beside=self._stable_beside):
            case Move.REFUSE:
                self._refuse(judgement)
            case Move.PROMOTE:
                self._rollouts.promote()
                return Judgement(State.WAITING, "it served before and was well, so everyone gets it at once")
            case Move.TRY_AGAIN:
                # Written before it is done: otherwise whoever comes next could not tell whose the next abort is.
                self.records.begun(self._previous)
                self._rollouts.retry()
                return Judgement(State.WAITING, f"attempt {wanted.attempt} after an abort ({judgement.text})")
            case Move.WATCH:
                if judgement.state is not State.HEALTHY and not self._serves:
                    self._begun()
        return judgement

    @property
    def _serves(self) -> bool:
        """Whether it has everyone already, and only its pods come or go: nothing begins, and nothing will end."""
        now = self._history.serving
        return not self._stable_beside and now is not None and now.release == self.wanted.release

    def _begun(self) -> None:
        try:
            self.records.begun(self._previous)
        except StoreError as error:  # the end is written too, and that has to succeed
            self.say(f"the ledger can't be written: {error}")

    def _closed(self, history: History, rollout: Object, deployment: Object) -> History:
        """The history, with the end of the release before where whoever watched it has not written it."""
        given = history.under_way
        if given is None or (given.release, given.attempt) == (self.wanted.release, self.wanted.attempt):
            return history
        found = closing.verdict(self.api, rollout, deployment, history, given)
        if found is None:
            return history
        self.say(f"nobody has written that release {given.release} was {found.event}")
        self.records.close(given, found)
        return self.records.history() or history

    def _blame(self, judgement: Judgement, template: str | None) -> None:
        if template is None or judgement.state is State.HEALTHY:
            return
        blamed = blame(self.api, self.wanted.namespace, template)
        # Kept after the end, because an abort takes the pods away that could say why.
        if blamed or judgement.state is State.WAITING:
            self._blamed = blamed

    def _abort(self, reason: str) -> NoReturn:
        """Take it off where another release serves meanwhile, so that nothing goes on when nobody watches."""
        stands = ""
        if self._stable_beside or self._rollout is None:
            stands = self._taken_off()
        if stands:
            raise VerificationFailed(
                f"{self.wanted} failed: {self._with_blame(reason)}; it could not be aborted: {stands}"
            )
        self._fail(reason)

    def _taken_off(self) -> str:
        return self._rollouts.abort(self._template, self.abort_seconds, self.poll)

    def _fail(self, reason: str) -> NoReturn:
        """Remember that it was taken off, or is none that serves, and why."""
        found, unwritten = self._evidence(), ""
        reason = self._with_blame(reason, found.against)
        what = "was aborted" if self._stable_beside else "failed"
        try:
            entry = self.records.aborted(reason, found.figures, self._previous, serves=self._is_stable)
            if entry is None:
                what = "serves already, but is not well"
            else:
                reason = entry.reason
        except VerificationFailed as error:
            unwritten = f"; {error}"
        raise VerificationFailed(f"{self.wanted} {what}: {reason}{self._remedy(self.wanted.attempt)}{unwritten}")

    def _refuse(self, judgement: Judgement) -> NoReturn:
        """Fail with the reason of the abort before; what runs all the same was begun by a change of the file alone."""
        aborted = self._history.aborted(self.wanted.release)
        attempt, reason = (aborted.attempt, aborted.reason) if aborted else (self.wanted.attempt, judgement.text)
        failed = f"{self.wanted} was aborted before, as attempt {attempt}: {reason}{self._remedy(attempt)}"
        if judgement.state is not State.ABORTED and (stands := self._taken_off()):
            failed = f"{failed}; it could not be aborted again: {stands}"
        raise VerificationFailed(failed)

    def _remedy(self, attempt: int) -> str:
        if not self._stable_beside:
            return ""
        key = f"slipway:models.{self.wanted.model_name}.attempt"
        return f". Put the stack's file back; {key}: {attempt + 1} would try it again"

    def _with_blame(self, *reasons: str) -> str:
        return "; ".join(filter(None, (*reasons, self._blamed)))

    def _evidence(self) -> Evidence:
        since = closing.before(self._history, self.wanted.release, self.wanted.attempt)
        return closing.gathered(self.api, self.wanted.namespace, self._template, since)
