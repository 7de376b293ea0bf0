from pathlib import Path

from sandbox.kubernetes import health, stores
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout


def note(layout: Layout, component: Component) -> str:
    return next(part.note for part in health.look(layout, [component]) if part.name == component.name)


def test_the_s3_endpoint_is_what_was_installed_and_changes_with_it(layout: Layout) -> None:
    one = stores.s3(layout, Path("/tools/aws/one"))
    assert one.arguments[:2] == ("-I", "/tools/aws/one")
    assert one.program.resolve() == one.program
    assert one.key == stores.s3(layout, Path("/tools/aws/one")).key
    assert one.key != stores.s3(layout, Path("/tools/aws/two")).key


def test_what_the_s3_endpoint_keeps_goes_with_the_sandbox(layout: Layout) -> None:
    component = stores.s3(layout, Path("/tools/aws/one"))
    data = Path(component.arguments[component.arguments.index("--data") + 1])
    assert data.is_relative_to(layout.cluster)


def test_status_tells_that_a_snapshot_could_not_be_read(layout: Layout) -> None:
    component = stores.s3(layout, Path("/tools/aws/one"))
    assert note(layout, component) == ""
    layout.aws.mkdir(parents=True)
    (layout.aws / "snapshot.unreadable").touch()
    assert f"remove {layout.aws / 'snapshot.unreadable'}" in note(layout, component)
