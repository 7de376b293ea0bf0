"""The page about the evidence says what was measured, and names tests that exist."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.test_soak import KILLS
from tests.infra.stacks import CHECKOUT
from tools.mutation.trial import Verdict

PAGE: Final = CHECKOUT / "docs" / "evidence.md"
FOLDER: Final = CHECKOUT / "docs" / "figures"
FIGURES: Final[dict[str, Any]] = json.loads((FOLDER / "soak.json").read_text())
MUTATION: Final[dict[str, Any]] = json.loads((FOLDER / "mutation.json").read_text())
STORE: Final[dict[str, Any]] = json.loads((FOLDER / "store.json").read_text())
KILLED: Final[dict[str, Any]] = FIGURES["kills"]


def times(verb: str) -> str:
    """When the engine was killed, as the page says it."""
    return ", ".join(f"{seconds:g}" for seconds in sorted(KILLED["after (s)"][verb]))


def under_load(what: str, key: str) -> str:
    """The row of what was done under load; it is there, and empty, before it is measured."""
    found: dict[str, float] | None = FIGURES.get(key)
    if found is None:
        return f"| {what} | not measured yet |"
    return (
        f"| {found['times']} {what}, under {found['requests/s']:g} requests/s | {found['requests']} requests, "
        f"{found['on fresh connections']} of them on fresh connections; {found['lost']} lost |"
    )


@pytest.mark.parametrize(
    "said",
    [
        f"Measured on {FIGURES['date']} ({FIGURES['machine']}), with seed {FIGURES['seed']}:",
        f"| engine killed with signal 9 in `destroy`, after {times('destroy')} s; in `up`, after {times('up')} s | "
        f"{KILLED['converged']} of {KILLS} converged |",
        under_load("releases, one after another", "releases"),
        under_load("pods taken away by the autoscaler, two at a time", "scaled down"),
        under_load("pods evicted, one at a time as their budget allows", "evicted"),
        "| both stacks brought up, previewed and destroyed through the driver `kubeconfig` | "
        f"{FIGURES['existing cluster: up, preview, destroy (s)']} s, nothing left |",
        "| platform, models and serving made again after all was destroyed | "
        f"{FIGURES['platform, models and serving made again (s)']} s |",
    ],
)
def test_it_says_what_the_soak_measured(said: str) -> None:
    assert said in PAGE.read_text()


def test_it_says_what_a_full_store_costs() -> None:
    assert f"the full one took {STORE['ratio']} times as long" in " ".join(PAGE.read_text().split())


def of_overload(found: dict[str, Any]) -> str:
    models: list[dict[str, Any]] = [part for part in found.values() if isinstance(part, dict)]
    loaded: list[dict[str, float]] = [part for model in models for name, part in model.items() if "times" in name]
    left = [each["goodput (of the capacity)"] for each in loaded]
    slower = [each["accepted p99 (of calm's)"] for each in loaded]
    return (
        f"{min(left):g} to {max(left):g} of the capacity is left; accepted p99 {min(slower):g} to {max(slower):g} times"
    )


def of_pauses(found: dict[str, Any]) -> str:
    models: dict[str, dict[str, Any]] = {name: each for name, each in found.items() if name.endswith(" ms")}
    told: list[str] = []
    for name, model in models.items():
        pauses: dict[str, dict[str, Any]] = model["pauses"]
        answered = sum(each["statuses"]["200"] for each in pauses.values())
        offered = sum(each["offered"] for each in pauses.values())
        times = sum(each["times"] for each in pauses.values())
        late = " and ".join(f"{each['p99 (ms)']:.0f}" for each in pauses.values())
        told.append(
            f"{name}, {model['requests/s']} requests/s, {times} pauses of {' and '.join(pauses)}: {answered} of "
            f"{offered} answered, p99 {late} ms"
        )
    return "; ".join(told)


def of_crowd(found: dict[str, Any]) -> str:
    return f"p99 {found['ratio']:g} times as long; {found['growth (MiB)']} MiB more memory"


def of_nonsense(found: dict[str, Any]) -> str:
    statuses: dict[str, int] = found["statuses"]
    failed = sum(count for status, count in statuses.items() if status.startswith("5"))
    return f"of {found['requests']} requests {failed} were answered with 5xx"


def of_memory(found: dict[str, Any]) -> str:
    return f"{found['slope (MiB per 100,000)']:g} MiB more per 100,000 of {found['predictions']} predictions"


def of_monitoring(found: dict[str, Any]) -> str:
    ordinary, errors, slow = found["ordinary load"], found["errors"], found["slow model"]
    return (
        f"{ordinary['pages']} pages, {ordinary['requests']} requests, {ordinary['lost']} lost; "
        f"{errors['share (%)']:g} % of errors burn at {errors['recorded burn']:g}, "
        f"computed {errors['computed burn']:g}; "
        f"pods asked for at {slow['pods asked for at (requests/s)']:g} requests/s with the processor at "
        f"{slow['processor (%)']} %, more served at {slow['more served at (requests/s)']:g}, of {slow['requests']} "
        f"requests {slow['lost']} lost"
    )


def of_idle(found: dict[str, Any]) -> str:
    return f"{found['cores']:g} cores"


def of_paging(found: dict[str, Any]) -> str:
    outage, disk = found["from outage to page (s)"], found["from a full disk to page (s)"]
    return f"a page after {outage} s; after {disk} s of a full disk"


def of_analysis(found: dict[str, Any]) -> str:
    worlds: list[dict[str, Any]] = [one for one in found.values() if isinstance(one, dict) and "windows" in one]
    bad: list[dict[str, Any]] = [one["local"] for one in found.values() if isinstance(one, dict) and "local" in one]
    releases, windows, aborted = (sum(one[key] for one in worlds) for key in ("releases", "windows", "aborted"))
    return (
        f"{releases} releases of equal versions, {windows} windows, {len(worlds)} kinds of traffic: {aborted} ended; "
        f"of {sum(one['releases'] for one in bad)} bad ones {sum(one['aborted'] for one in bad)}"
    )


def of_recorded(found: dict[str, Any]) -> str:
    return f"{found['windows']} windows of recorded traffic: {found['aborted']} ended"


def of_bad_releases(found: dict[str, Any]) -> str:
    bad: dict[str, dict[str, Any]] = {
        name: one for name, one in found.items() if isinstance(one, dict) and "requests hurt" in one
    }
    killed: list[dict[str, Any]] = [one for name, one in found.items() if name.endswith(" killed")]
    hurt = "; ".join(
        f"{name}, {one['from the first bad answer to the last one (s)']:g} s, {one['requests hurt']} of "
        f"{one['requests']} requests hurt"
        for name, one in bad.items()
        if one["requests hurt"]
    )
    return (
        f"{len(bad)} of {len(bad)} ended: {hurt}; the others hurt none; {len(killed)} of {len(killed)} ended with "
        f"somebody killed: of {sum(one['requests'] for one in killed)} requests "
        f"{sum(one['tried again'] for one in killed)} were tried once more, and "
        f"{sum(one['lost'] for one in killed)} lost"
    )


def of_alike(found: dict[str, Any]) -> str:
    share, canaries = found["share"], found["canaries"]
    return (
        f"{share['share (%)']:g} % of {share['requests']} requests; {canaries['releases']} releases, "
        f"{canaries['aborted']} aborted, of {canaries['requests']} requests {canaries['lost']} lost"
    )


def of_judged(found: dict[str, Any]) -> str:
    command, change = (found["rollbacks"][f"from the {which} (s)"] for which in ("command", "change"))
    order = found["any order"]
    return (
        f"{len(command)} rollbacks in the bake time: the old version has everyone {max(command):g} s after the command "
        f"at the latest, and {max(change):g} s after the change in the cluster; with cold pods after "
        f"{found['cold']['from the command (s)']:g} s; {len(order['done'])} in any order, {order['requests']} "
        f"requests, {order['lost']} lost"
    )


def of_cloud(found: dict[str, Any]) -> str:
    clean, changed, two = found["clean runs"], found["changed behind its back"], found["two at once"]
    faults, drills, told = found["faults"], found["drills (s)"], found["told"]
    return (
        f"{clean['resources of AWS']} resources of AWS: {clean['false alarms']} false alarms in {clean['runs']} runs; "
        f"{changed['found and repaired']} of {changed['changes']} found; one won in {two['that exactly one won']} of "
        f"{two['rounds']}; {len(faults['operations'])} faults, {faults['runs that failed']} runs failed of them; "
        f"a lost state is back after {drills['state lost']} s, what AWS has of a lost cluster after "
        f"{drills['cluster lost, what AWS has of it']} s; {told['with a secret']} of {told['places']} places tell a "
        "secret"
    )


def of_stopped(found: dict[str, Any]) -> str:
    calls = found["calls"]
    return (
        f"{len(found['SIGKILL'])} kills and {len(found['SIGINT'])} interrupts converged, of runs of {calls['up']} calls"
        f" that create and {calls['destroy']} that delete"
    )


def of_drills(found: dict[str, Any]) -> str:
    return f"models after {found['models deleted (s)']} s, a cluster after {found['cluster lost (s)']} s"


def of_pipeline(found: dict[str, Any]) -> str:
    killed = found["killed"]
    return (
        f"{len(found['steps (s)'])} steps green after {round(sum(found['steps (s)'].values()) / 60)} min; "
        f"{len(found['gates'])} gates stopped it; {len(killed['steps'])} runners killed, of {killed['requests']} "
        f"requests {killed['lost']} lost"
    )


def of_bench(found: dict[str, Any]) -> str:
    servers = found["models"]["small"]["servers"]
    floor, service = servers["floor"], servers["service"]
    return (
        f"{service['requests/s']:.0f} requests/s beside {floor['requests/s']:.0f}, "
        f"{service['of the floor']:g} of the floor; "
        f"{service['processor (µs a request)']:g} µs of the processor a request beside "
        f"{floor['processor (µs a request)']:g}"
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("overload", of_overload),
        ("pauses", of_pauses),
        ("crowd", of_crowd),
        ("nonsense", of_nonsense),
        ("memory", of_memory),
        ("bench", of_bench),
        ("monitoring", of_monitoring),
        ("idle", of_idle),
        ("paging", of_paging),
        ("analysis", of_analysis),
        ("recorded", of_recorded),
        ("bad-releases", of_bad_releases),
        ("alike", of_alike),
        ("judged", of_judged),
        ("cloud", of_cloud),
        ("stopped", of_stopped),
        ("drills", of_drills),
        ("pipeline", of_pipeline),
    ],
)
def test_it_says_what_the_service_was_put_through(name: str, told: Callable[[dict[str, Any]], str]) -> None:
    file = FOLDER / f"{name}.json"
    said = " ".join(PAGE.read_text().split())
    if not file.exists():
        assert f"`{name}`: not measured yet" in said
        return
    found = json.loads(file.read_text())
    assert f"{told(found)} ([{found['date']}](figures/{name}.json))" in said


def test_the_readme_says_how_fast_it_is_as_it_was_measured() -> None:
    servers = json.loads((FOLDER / "bench.json").read_text())["models"]["small"]["servers"]
    rates = {name: server["requests/s"] for name, server in servers.items()}
    best = max(rate for name, rate in rates.items() if name not in ("service", "floor"))
    said = " ".join((CHECKOUT / "README.md").read_text().split())
    assert f"answers {rates['service']:,.0f} requests/s, {servers['service']['of the floor']:.2f} of uvicorn" in said
    assert f"a plain FastAPI app {rates['FastAPI']:,.0f}, the best of what else would be taken {best:,.0f} (" in said


def test_what_requests_cost_on_aws_is_reckoned_from_what_was_measured() -> None:
    found = json.loads((FOLDER / "bench.json").read_text())
    seconds = found["models"]["small"]["servers"]["service"]["processor (µs a request)"] / 1e6
    said = " ".join((CHECKOUT / "docs" / "guides" / "aws.md").read_text().split())
    reckoned = f"{seconds * 1e6:.0f} µs"
    assert f"takes {reckoned} of a processor ([measured](../figures/bench.json), {found['date']}, " in said
    assert said.count(reckoned) == len(("what it takes", "what follows"))
    for rate in (10, 1_000, 10_000):
        assert f"| {rate:,} | {rate * seconds / 0.6 * 1.5:.1g} |" in said


def test_it_says_which_broken_lines_were_noticed() -> None:
    parts: dict[str, dict[str, int]] = MUTATION["lines"]
    noticed = Counter[str]()
    for part in parts.values():
        noticed.update(part)
    said = " ".join(PAGE.read_text().split())
    assert (
        f"Measured on {MUTATION['date']} ({MUTATION['machine']}), with seed {MUTATION['seed']}: "
        f"of {noticed.total()} lines in {len(parts)} parts, unit tests noticed {noticed[Verdict.UNIT]}, types and lint "
        f"{noticed[Verdict.CHECKS]}, tests on the sandbox {noticed[Verdict.CLUSTER]}, and nothing "
        f"{noticed[Verdict.SURVIVED]}"
    ) in said
    for survivor in MUTATION["survived"]:
        assert f"`{survivor.partition(': ')[0]}`" in said


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", PAGE.read_text()))
def test_what_it_names_is_there(link: str) -> None:
    assert (PAGE.parent / Path(link)).is_file()


@pytest.mark.parametrize(
    "part",
    [one for one in sorted((CHECKOUT / "tests/e2e").glob("test_*.py")) if "mark.soak" in one.read_text()],
    ids=lambda part: part.stem,
)
def test_make_soak_has_every_part_on_the_sandbox(part: Path) -> None:
    listed = (CHECKOUT / "Makefile").read_text().partition("SOAK ?=")[2].partition("\nexport")[0]
    assert part.stem.removeprefix("test_") in re.findall(r"\w+", listed)
