"""Property paths."""

import pytest

from sandbox.plugins.kubernetes import paths

WRITTEN = {
    "spec.ports[0].port": ("spec", "ports", 0, "port"),
    'metadata.annotations["pulumi.com/timeoutSeconds"]': ("metadata", "annotations", "pulumi.com/timeoutSeconds"),
    'data["a.b"].c': ("data", "a.b", "c"),
    'data["say \\"hi\\""]': ("data", 'say "hi"'),
    "data.k": ("data", "k"),
    "rules[0].verbs[1]": ("rules", 0, "verbs", 1),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_path_is_written_and_read_alike(written: str) -> None:
    assert paths.text(WRITTEN[written]) == written
    assert paths.parse(written) == WRITTEN[written]


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a property path; write it like"):
        paths.parse("spec[")


def test_a_path_covers_what_lies_below_it() -> None:
    assert paths.covers(("spec", "selector"), ("spec", "selector", "app"))
    assert paths.covers(("spec", "*", "image"), ("spec", 0, "image", "tag"))
    assert not paths.covers(("spec", "selector"), ("spec",))
    assert not paths.covers(("spec", "selector"), ("spec", "selectors"))
