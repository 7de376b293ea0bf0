"""The Rollout of one model: what its controller says of it, and what it is told to do."""

import time
from dataclasses import dataclass
from typing import Any, Final

from service.verify.api_server import ApiRefused, ApiServer, ApiUnavailable, Object
from service.verify.templates import has_stable_beside, hashes

GROUP: Final = "apis/argoproj.io/v1alpha1"


@dataclass(frozen=True)
class Rollouts:
    """A Rollout in its namespace."""

    api: ApiServer
    namespace: str
    name: str

    def read(self) -> tuple[Object, Object]:
        """The Rollout, and the Deployment that it takes its pods from.

        Raises:
            ApiUnavailable: no answer now.
            ApiRefused: forbidden, or there is none.
        """
        rollout = self._get()
        workload = rollout["spec"]["workloadRef"]["name"]
        return rollout, self.api.get("apis/apps/v1", self.namespace, "deployments", workload)

    def promote(self) -> None:
        """Let the release that is tried have all requests at once, as `kubectl argo rollouts promote --full` does.

        Raises: as `read`.
        """
        self._tell({"promoteFull": True})

    def retry(self) -> None:
        """Take an abort back, as `kubectl argo rollouts retry` does.

        An abort outlasts its cause, and nothing that Pulumi writes ends it when the template is the same. Only a new
        one sets the field again: what the controller writes of a status is what it has changed in it.

        Raises: as `read`.
        """
        self._tell({"abort": False})

    def abort(self, template: str | None, seconds: float, poll: float) -> str:
        """Take off the release that is tried, as `kubectl argo rollouts abort` does.

        Args:
            template: hash of its pod template: it may have been promoted since anybody looked, or given way. None where
                nobody could look.
            seconds: for the controller to do it.
            poll: seconds between two looks.

        Returns:
            Why it isn't taken off; empty when the controller has done it.
        """
        deadline, told, why = time.monotonic() + seconds, False, "the controller has yet to do it"
        while True:
            try:
                rollout = self._get()
                status = rollout.get("status", {})
                if template is not None and (hashes(rollout)[0] != template or not has_stable_beside(rollout)):
                    return "it is not what is tried any more"
                if status.get("abort") and status.get("abortedAt"):
                    return ""
                if not told:
                    self._tell({"abort": True})
                    told = True
            except ApiRefused as error:
                return str(error)
            except ApiUnavailable as error:
                why = str(error)
            if time.monotonic() >= deadline:
                return why
            time.sleep(poll)

    def _get(self) -> Object:
        return self.api.get(GROUP, self.namespace, "rollouts", self.name)

    def _tell(self, status: dict[str, Any]) -> None:
        self.api.patch_status(GROUP, self.namespace, "rollouts", self.name, status)
