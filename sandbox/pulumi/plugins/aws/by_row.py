"""A resource type out of its row in the table."""

# A property value is JSON whose shape is the user's, so patterns decide at run time what a checker can't know.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
import secrets
from collections.abc import Mapping
from typing import Final

import grpc
from botocore.exceptions import ClientError

from sandbox.pulumi.plugins.aws import calling, models, parts, shapes
from sandbox.pulumi.plugins.aws.clients import Api
from sandbox.pulumi.plugins.aws.errors import code, retried
from sandbox.pulumi.plugins.aws.expressions import fields, formatted, found, is_text, mentioned, parsed
from sandbox.pulumi.plugins.aws.invokes import partition
from sandbox.pulumi.plugins.aws.policy_document import equivalent
from sandbox.pulumi.plugins.aws.resource_type import ADOPTED as REGION
from sandbox.pulumi.plugins.aws.resource_type import ResourceType
from sandbox.pulumi.plugins.aws.row import ADOPTED, Call, Of, Row, Tagging
from sandbox.pulumi.plugins.replies import RefusedError
from sandbox.pulumi.plugins.wire import Properties, Value

TAGS: Final = frozenset({"tags", "tagsAll"})


def by_row(row: Row) -> ResourceType:
    """The type that `row` describes."""
    made, free = _Made(row), adopted(row)
    region = frozenset[str]() if row.everywhere else REGION
    return ResourceType(
        inputs=models.model(row),
        service=row.service,
        create=made.create,
        seek=made.seek,
        finish=made.finish,
        read=made.read,
        update=made.update,
        delete=made.delete,
        replaces=_replaces(row) | region,
        computed=frozenset({"id", *row.answers} - row.inputs.keys() | free) | region,
        adopted=free | region,
        autoname=row.autoname,
        delete_first=row.delete_first,
        equivalent={**dict.fromkeys(row.documents, equivalent), **row.same},
    )


def adopted(row: Row) -> frozenset[str]:
    """The inputs, and parts of them, that AWS chooses while a program doesn't declare them."""
    wishes = {path: wish.wish if isinstance(wish, Of) else wish for path, wish in row.inputs.items()}
    return frozenset(path for path, wish in wishes.items() if wish is ADOPTED)


def takes(row: Row, call: Call) -> frozenset[str]:
    """The inputs that a changing call brings to AWS."""
    written = mentioned(dict(call.given)) | mentioned(f"${call.when}" if call.when else None)
    if call.only is not None:
        return (frozenset(call.only) | written) & row.properties
    # What names the resource stands beside a part that holds all the rest.
    own = frozenset[str]() if call.within else row.names_it.keys()
    fitting = shapes.members(models.target(row, call), row.names).keys() - own - call.given.keys()
    return frozenset((fitting | written) & row.properties - TAGS)


def _replaces(row: Row) -> frozenset[str]:
    """Inputs that only the creating call takes; those that none takes are for the plugin alone."""
    changeable = frozenset[str]().union(*(takes(row, call) for call in row.updates))
    untold = {name for name, where in row.answers.items() if not where}
    key = frozenset(row.names_it.values()) & row.properties
    return frozenset({*(takes(row, row.create) - changeable - untold), *key, *row.replaces})


class _Made:
    """The functions of a row's type."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._adopted = adopted(row)
        self._asks_who = "account" in _facts(row)

    def create(self, api: Api, properties: Properties) -> str:
        row, known = self._row, self._known(api, "", properties)
        tags = row.tagging.made if row.tagging and properties.get("tagsAll") else {}
        try:
            answer = calling.call(api, row, row.create, known, takes(row, row.create), tags)
        except ClientError as error:
            taken = formatted(row.id, known) if is_text(row.id) else None
            if taken is None or code(error) != row.exists or not retried(error):
                raise
            return taken  # by the attempt before, whose answer was lost
        if is_text(row.id):
            return str(formatted(row.id, known | (answer or {})))
        return str(found(row.id, answer)).removeprefix(row.prefix)

    def seek(self, api: Api, properties: Properties) -> str | None:
        row, known = self._row, self._known(api, "", properties)
        if row.listing is None:
            ids = [formatted(row.id, known)]
        else:
            told = calling.call(api, row, row.listing, {**known, "id": None}) or []
            ids = [str(one).removeprefix(row.prefix) for one in told]
        made = [one for one in ids if one and self._is_made_of(api, one, properties)]
        return made[0] if len(made) == 1 else None  # of several nobody knows which one

    def _is_made_of(self, api: Api, identity: str, properties: Properties) -> bool:
        live = self.read(api, identity, properties)
        if live is None or live.get("tagsAll") != properties.get("tagsAll"):
            return False
        awss = self._adopted | self._row.answers.keys()
        live = parts.dropped(live, properties, (path for path in awss if "." in path))
        given = takes(self._row, self._row.create) & live.keys() & properties.keys()
        return all(self._same(name, live[name], properties[name]) for name in given)

    def finish(self, api: Api, identity: str, properties: Properties) -> None:
        row, known = self._row, self._known(api, identity, properties)
        if row.ready:
            calling.wait(api, row, row.ready, known, lambda: self._found(api, identity, properties))
        for call in row.settle:
            calling.call(api, row, call, known)
        tagged = TAGS if row.tagging and row.tagging.made else frozenset[str]()
        made = takes(row, row.create) | frozenset(row.names_it.values()) | tagged
        if properties.keys() & (row.properties | TAGS) - made:
            self.update(api, identity, properties, properties)

    def read(self, api: Api, identity: str, last: Properties) -> Properties | None:
        row, seen = self._row, self._found(api, identity, last)
        if seen is None:
            return None
        known = dict(seen)
        live = {name: seen.get(name) for name in _told(row)}
        for name, where in row.answers.items():
            if where:
                live[name] = formatted(where, known) if is_text(where) else found(where, known)
                known.setdefault(name, live[name])
        live = {name: _typed(row, name, value) for name, value in live.items()}
        if row.tagging:
            live["tagsAll"] = self._tags(api, known | live)
            live["tags"] = live["tagsAll"] or None
        return live if row.everywhere else {**live, "region": api.region}

    def update(self, api: Api, identity: str, properties: Properties, last: Properties) -> None:
        row, live = self._row, self.read(api, identity, last)
        if live is None:
            raise RefusedError(
                grpc.StatusCode.NOT_FOUND, f"{identity!r} is gone: run `pulumi refresh`, then `pulumi up`"
            )
        last = {**last, **live}  # a run that was cut short may have left the state behind the truth
        kept = {name: last.get(name) for name in self._adopted & row.properties}
        wanted = {**dict.fromkeys(row.properties), **kept, **properties}
        wanted = parts.filled(wanted, last, sorted(self._adopted - row.properties))
        changed = {name for name in row.properties if not self._same(name, last.get(name), wanted[name])}
        known = self._known(api, identity, {**last, **wanted})
        known |= {"was": parts.respelled(last, wanted), "added": _more(last, wanted), "removed": _more(wanted, last)}
        for call in row.updates:
            if takes(row, call) & changed:
                calling.call(api, row, call, known, takes(row, call))
        if row.tagging:
            self._tag(api, row.tagging, known, last.get("tagsAll") or {})

    def delete(self, api: Api, identity: str, last: Properties) -> None:
        row, known = self._row, self._known(api, identity, last)
        for call in row.deletes:
            try:
                calling.call(api, row, call, known)
            except ClientError as error:
                if code(error) not in (*row.gone, *call.absent):
                    raise
        if row.deletes and (row.ready or row.ended):
            calling.until(api, lambda: self._found(api, identity, last) is None, f"the end of {identity!r}")

    def _found(self, api: Api, identity: str, last: Properties) -> Properties | None:
        """What AWS says, None if it has no such resource."""
        row, seen = self._row, self._known(api, identity, last)
        stale = (row.inputs.keys() | row.answers.keys()) - set(row.names_it.values()) - fields(row.id)
        for call in row.reads:
            try:
                answer = calling.call(api, row, call, seen)
            except ClientError as error:
                if code(error) in row.gone:
                    return None
                if code(error) in call.absent:
                    continue
                raise
            if call is row.reads[0]:
                if not answer:
                    return None
                seen = {key: value for key, value in seen.items() if key not in stale}
            seen |= answer or {}
        return None if any(seen.get(name) in values for name, values in row.ended.items()) else seen

    def _same(self, name: str, one: Value, other: Value) -> bool:
        one, other = parts.meaning(one), parts.meaning(other)
        if one == other or (parts.is_nothing(one) and parts.is_nothing(other)):
            return True
        rule = equivalent if name in self._row.documents else self._row.same.get(name)
        return rule is not None and isinstance(one, str) and isinstance(other, str) and rule(one, other)

    def _tag(self, api: Api, tagging: Tagging, known: Properties, old: Mapping[str, str]) -> None:
        new = known["tagsAll"]
        if keys := sorted(old.keys() - new.keys()):
            calling.call(api, self._row, tagging.remove, known | {"keys": keys})
        if changed := {key: value for key, value in new.items() if old.get(key) != value}:
            calling.call(api, self._row, tagging.add, known | {"tags": changed})

    def _tags(self, api: Api, known: Properties) -> dict[str, str]:
        tagging = self._row.tagging
        asked = tagging and tagging.read
        seen = calling.call(api, self._row, asked, known) if asked else known.get("tags")
        tags = shapes.as_map(seen) if isinstance(seen, list) else seen or {}
        return {key: value for key, value in tags.items() if not key.startswith("aws:")}

    def _known(self, api: Api, identity: str, properties: Properties) -> Properties:
        """What arguments can be made of."""
        facts = {"id": identity, "region": api.region, "tagsAll": properties.get("tagsAll") or {}}
        found_in = partition(api.region)
        facts |= {"partition": found_in["partition"], "token": secrets.token_hex(16)}
        if self._asks_who:
            facts["account"] = api.account()
        of_id = parsed(self._row.id, identity) if is_text(self._row.id) and identity else {}
        return {**of_id, **{name: value for name, value in properties.items() if value is not None}, **facts}


def _told(row: Row) -> frozenset[str]:
    """The inputs that AWS tells: those that it was given, but for what the row says that it keeps to itself."""
    changing = (takes(row, call) for call in (row.create, *row.updates))
    given = frozenset(row.names_it.values()).union(*changing) & row.properties
    return given - {name for name, where in row.answers.items() if not where}


def _typed(row: Row, name: str, value: Value) -> Value:
    """A value in the form that the input has: attributes of SNS and SQS are all text."""
    match value, row.inputs.get(name):
        case dict(), _ if name in row.documents:
            return json.dumps(value)  # which botocore has parsed for IAM
        case str(), bool() | int():
            return json.loads(value)
        case _:
            return value


def _more(old: Properties, new: Properties) -> Properties:
    """The items of lists that only `new` has."""
    lists = {name: value for name, value in new.items() if isinstance(value, list)}
    had = {name: [parts.meaning(item) for item in old.get(name) or []] for name in lists}
    more = {name: [one for one in value if parts.meaning(one) not in had[name]] for name, value in lists.items()}
    return {name: items for name, items in more.items() if items}


def _facts(row: Row) -> frozenset[str]:
    """The names that the row's expressions look at."""
    texts = (row.id, *row.answers.values(), *row.names_it.values())
    in_calls = (mentioned(dict(call.given)) for call in row.calls)
    return frozenset[str]().union(*in_calls, *(fields(text) for text in texts), row.names_it.values())
