"""Builds two things at once: one alone leaves a core idle while it downloads, links, or compiles one large package."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final

AT_ONCE: Final = 2  # linking Kubernetes takes 3 GiB of memory, so no more where there are more cores


def run(builds: Sequence[Callable[[], object]]) -> None:
    """Run all builds, begun in their order, to their ends.

    Raises:
        Exception: what the first that failed has raised. What was under way beside it is finished, because that is
            kept; nothing more is begun.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for build in as_completed([pool.submit(build) for build in builds]):
                build.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
