"""Puts right what a dead runner has left: no entry, a file that says what was aborted, a state behind both."""

from slipway.releases.changing import PATIENCE, check_return, up, wanted_back
from slipway.releases.endings import remember
from slipway.releases.place import Place
from slipway.releases.pulumi import Change
from slipway.releases.shown import Shown, wait


def reconcile(place: Place, shown: Shown) -> None:
    """Make ledger, file and state agree with the cluster; a release that is under way is waited for.

    Raises:
        SlipwayError: something can't be put right; says what.
        StoreError: the store can't be asked.
    """
    seen = place.settled()
    if seen is None:
        shown.say(f"{place.model} is not in the cluster: `pulumi up` brings it there")
        return
    if seen.under_way:
        shown.say(f"{seen.template.version} is being released: waiting until that ends")
        wait(shown, None, lambda found: found is None or not found.under_way)
    remember(place, shown.say)
    if (change := wanted_back(place)) is not None:
        change.after.write(change.before)
        shown.say(f"{place.path} says {change.values['version']} again, because what it said was aborted")
    check_return(place)
    # Also where a preview shows nothing: a dead run may have left its lock, and a state that is behind the cluster.
    changes = up(place, f"{place.model}: reconciled", shown, PATIENCE, refresh=True)
    shown.say(f"pulumi up: {', '.join(map(str, changes)) or 'nothing to change'}")
    shown.say(f"{place.model}: file, state, cluster and ledger agree")


def planned(place: Place, configuration: bytes) -> list[Change]:
    """What `pulumi up` would change with this content of the file, the world looked at anew; raises PulumiFailed."""
    return place.engine.preview(configuration, refresh=True)
