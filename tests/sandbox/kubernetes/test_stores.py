from pathlib import Path

from sandbox.aws import surroundings
from sandbox.kubernetes import addresses, health, pki, stores
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout


def note(layout: Layout, component: Component) -> str:
    return next(part.note for part in health.look(layout, [component]) if part.name == component.name)


def test_the_s3_endpoint_is_what_was_installed_and_changes_with_it(layout: Layout) -> None:
    pki.make(layout)
    one = stores.s3(layout, pki.locate(layout), Path("/tools/aws/one"))
    assert one.arguments[:3] == ("-I", "/tools/aws/one", "sandbox.aws")
    assert one.program.resolve() == one.program
    assert one.key == stores.s3(layout, pki.locate(layout), Path("/tools/aws/one")).key
    assert one.key != stores.s3(layout, pki.locate(layout), Path("/tools/aws/two")).key


def test_its_clusters_are_this_cluster(layout: Layout) -> None:
    component = stores.s3(layout, pki.locate(layout), Path("/tools/aws/one"))
    component.write()
    told = surroundings.read(Path(component.arguments[component.arguments.index("--around") + 1]))
    assert told.cluster
    assert told.cluster.endpoint == addresses.API_URL
    certificate = pki.locate(layout).cluster.certificate
    certificate.parent.mkdir(parents=True)
    certificate.write_bytes(b"PEM")
    assert told.cluster.authority == "UEVN"
    assert told.cluster.services == "http://10.244.1.2:443"


def test_it_is_where_pods_of_eks_look_for_aws_and_its_webhook_has_a_certificate(layout: Layout) -> None:
    certificates = pki.locate(layout)
    arguments = stores.s3(layout, certificates, Path("/tools/aws/one")).arguments
    also = [arguments[at + 1] for at, word in enumerate(arguments) if word == "--also"]
    assert also == ["10.244.1.2:443", "169.254.170.23:80"]
    at = arguments.index("--tls")
    admission = certificates.admission
    assert arguments[at + 1 : at + 4] == ("10.244.0.1:4567", str(admission.certificate), str(admission.key))
    assert addresses.PODS_URL.startswith("https://10.244.0.1:4567/")


def test_what_the_s3_endpoint_keeps_goes_with_the_sandbox(layout: Layout) -> None:
    component = stores.s3(layout, pki.locate(layout), Path("/tools/aws/one"))
    data = Path(component.arguments[component.arguments.index("--data") + 1])
    assert data.is_relative_to(layout.cluster)


def test_status_tells_that_a_snapshot_could_not_be_read(layout: Layout) -> None:
    component = stores.s3(layout, pki.locate(layout), Path("/tools/aws/one"))
    assert note(layout, component) == ""
    layout.aws.mkdir(parents=True)
    (layout.aws / "snapshot.unreadable").touch()
    assert f"remove {layout.aws / 'snapshot.unreadable'}" in note(layout, component)
