"""What may stand in the annotations by which a program tells this plugin how to treat an object."""

import re
from typing import Final, NamedTuple

from sandbox.plugins.kubernetes import compare, delete, field_managers
from sandbox.plugins.kubernetes.awaiting import awaiters, wait_for, waiting
from sandbox.plugins.kubernetes.errors import Refused
from sandbox.plugins.kubernetes.objects import Object, is_map, metadata
from sandbox.plugins.wire import Unknown


class Form(NamedTuple):
    """The values that an annotation may have, and how to say so."""

    pattern: str
    remedy: str


_SWITCH: Final = Form("(?i:true|false)", "write 'true' or 'false'")
FORMS: Final = {
    awaiters.SKIP_AWAIT: _SWITCH,
    waiting.TIMEOUT: Form(r"[1-9]\d*", "write a whole number of seconds, like '60'"),
    wait_for.ANNOTATION: Form("(?s:.+)", "write condition=Type[=status] or jsonpath={.a.b}[=value]"),
    compare.REPLACE_UNREADY: _SWITCH,
    delete.POLICY: Form(f"(?i:{'|'.join(delete.POLICIES)})", f"write one of {', '.join(delete.POLICIES)}"),
    field_managers.CHOSEN: Form(r"[ -~]{1,128}", "write a name of at most 128 printable characters"),
    field_managers.FORCE: _SWITCH,
}


def check(obj: Object) -> None:
    """See that the object's annotations mean something; one that a preview does not know yet may.

    Raises:
        Refused: one doesn't; the message names it, its value and what to write.
    """
    found = metadata(obj).get("annotations")
    annotations = found if is_map(found) else {}
    for key, form in FORMS.items():
        value = annotations.get(key)
        if value is None or isinstance(value, Unknown):
            continue
        if not isinstance(value, str) or not re.fullmatch(form.pattern, value):
            raise Refused(f"{key}: {value!r} is not understood; {form.remedy}")
    awaiters.awaiter_of(obj)
