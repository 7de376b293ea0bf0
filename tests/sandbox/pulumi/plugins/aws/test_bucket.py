"""`aws:s3/bucket:Bucket` against moto."""

import re
from dataclasses import replace
from typing import Any

import grpc
import pytest
from botocore.exceptions import EndpointConnectionError
from pulumi.runtime.proto import provider_pb2 as rpc

from sandbox.pulumi.plugins import wire
from sandbox.pulumi.plugins.aws.provider import Aws
from sandbox.pulumi.plugins.aws.types import TYPES
from sandbox.pulumi.plugins.wire import Secret, Unknown
from tests.sandbox.pulumi.plugins.partial_failures import init_failure

BUCKET = "aws:s3/bucket:Bucket"


def names(s3: Any) -> Any:
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_a_bucket_is_made_with_all_its_outputs(aws: Any, s3: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store", "tags": {"team": "a"}})

    assert names(s3) == ["models-store"]
    assert bucket.id == "models-store"
    assert bucket.outputs == {
        "arn": "arn:aws:s3:::models-store",
        "bucket": "models-store",
        "bucketDomainName": "models-store.s3.amazonaws.com",
        "bucketRegion": "us-east-1",
        "bucketRegionalDomainName": "models-store.s3.us-east-1.amazonaws.com",
        "forceDestroy": False,
        "hostedZoneId": "Z3AQBSTGFJSTF",
        "id": "models-store",
        "region": "us-east-1",
        "tags": {"team": "a"},
        "tagsAll": {"owner": "tests", "team": "a"},
    }
    assert s3.get_bucket_tagging(Bucket="models-store")["TagSet"] == [
        {"Key": "owner", "Value": "tests"},
        {"Key": "team", "Value": "a"},
    ]


def test_a_preview_knows_the_inputs_and_touches_nothing(aws: Any, s3: Any) -> None:
    planned = aws.create(BUCKET, "store", {"bucket": "models-store"}, preview=True)

    assert planned.id == ""
    assert planned.outputs["bucket"] == "models-store"
    assert isinstance(planned.outputs["arn"], Unknown)
    assert isinstance(planned.outputs["id"], Unknown)
    assert names(s3) == []


def test_a_name_left_out_is_made_up_once_and_kept(aws: Any) -> None:
    first = aws.create(BUCKET, "Store", {})

    assert re.fullmatch(r"store-[0-9a-f]{7}", first.id)
    assert first.inputs["__defaults"] == ["bucket", "forceDestroy"]
    assert aws.check(BUCKET, "Store", {}, first.inputs)["bucket"] == first.id
    assert aws.diff(first, {}).changes == {}


def test_a_name_taken_back_from_the_program_makes_a_new_bucket(aws: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store"})

    found = aws.diff(bucket, {})

    assert found.changes == {"bucket": "UPDATE_REPLACE"}
    assert not found.delete_first


@pytest.mark.parametrize(("mode", "expected"), [("PROPOSE", "proposed"), ("ENFORCE", "proposed")])
def test_the_projects_own_naming_is_followed(aws: Any, mode: Any, expected: Any) -> None:
    wish = rpc.CheckRequest.AutonamingOptions(
        proposed_name="proposed", mode=rpc.CheckRequest.AutonamingOptions.Mode.Value(mode)
    )
    assert aws.check(BUCKET, "store", {}, autonaming=wish)["bucket"] == expected


def test_a_project_without_automatic_names_must_give_one(aws: Any) -> None:
    wish = rpc.CheckRequest.AutonamingOptions(mode=rpc.CheckRequest.AutonamingOptions.DISABLE)
    assert "must be given" in aws.check(BUCKET, "store", {}, autonaming=wish).reasons["bucket"]


def test_an_automatic_name_that_is_too_long_is_refused(aws: Any) -> None:
    assert "longer than 63" in aws.check(BUCKET, "s" * 60, {}).reasons["bucket"]


@pytest.mark.parametrize(
    ("inputs", "path", "reason"),
    [
        ({"bucket": "Capital"}, "bucket", "'Capital'"),
        ({"bucket": "models", "forceDestroy": "yes"}, "forceDestroy", "'yes'"),
        ({"bucket": "models", "corsRules": []}, "corsRules", "doesn't support it"),
        ({"bucket": "models", "tags": {"a": 1}}, "tags.a", "string"),
    ],
)
def test_bad_inputs_are_refused_by_name_and_value(aws: Any, inputs: Any, path: Any, reason: Any) -> None:
    assert reason in aws.check(BUCKET, "store", inputs).reasons[path]


def test_a_refused_secret_is_not_shown(aws: Any) -> None:
    reasons = aws.check(BUCKET, "store", {"bucket": Secret("Hidden")}).reasons
    assert "Hidden" not in reasons["bucket"]


def test_a_changed_tag_is_an_update_of_that_tag(aws: Any, s3: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store", "tags": {"team": "a", "old": "1"}})
    news = {"bucket": "models-store", "tags": {"team": "b"}}

    assert aws.diff(bucket, news).changes == {
        "tags.team": "UPDATE",
        "tags.old": "DELETE",
        "tagsAll.team": "UPDATE",
        "tagsAll.old": "DELETE",
    }
    updated = aws.update(bucket, news)
    assert updated.outputs["tagsAll"] == {"owner": "tests", "team": "b"}
    assert aws.diff(updated, news).changes == {}


def test_an_update_in_preview_touches_nothing(aws: Any, s3: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store", "tags": {"team": "a"}})

    planned = aws.update(bucket, {"bucket": "models-store", "tags": {"team": Unknown()}}, preview=True)

    assert planned.outputs["arn"] == "arn:aws:s3:::models-store"
    assert planned.outputs["tags"] == {"team": Unknown()}
    assert {"Key": "team", "Value": "a"} in s3.get_bucket_tagging(Bucket="models-store")["TagSet"]


def test_no_tags_at_all_are_no_difference(aws: Any, settings: Any, serve_plugin: Any) -> None:
    plain = {**settings}
    del plain["defaultTags"]
    plugin = serve_plugin(type(aws_servicer())())
    plugin.configure(plain)
    bucket = plugin.create(BUCKET, "store", {"bucket": "models-store"})

    assert plugin.diff(bucket, {"bucket": "models-store"}).changes == {}
    assert plugin.diff(plugin.read(bucket), {"bucket": "models-store"}).changes == {}


def aws_servicer() -> Any:
    from sandbox.pulumi.plugins.aws.provider import Aws

    return Aws()


def test_new_default_tags_of_the_provider_are_an_update(aws: Any, settings: Any, serve_plugin: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store"})
    other = serve_plugin(aws_servicer())
    other.configure({**settings, "defaultTags": '{"tags": {"owner": "someone"}}'})

    assert other.diff(bucket, {"bucket": "models-store"}).changes == {"tagsAll.owner": "UPDATE"}
    assert other.update(bucket, {"bucket": "models-store"}).outputs["tagsAll"] == {"owner": "someone"}


def test_another_name_replaces_the_bucket(aws: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store"})

    found = aws.diff(bucket, {"bucket": "models-store-2"})

    assert found.changes == {"bucket": "UPDATE_REPLACE"}
    assert found.replaces == ["bucket"]
    assert not found.delete_first


def test_another_region_under_the_same_name_deletes_the_old_bucket_first(aws: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store"})

    found = aws.diff(bucket, {"bucket": "models-store", "region": "eu-west-1"})

    assert found.changes == {"region": "UPDATE_REPLACE"}
    assert found.delete_first


def test_a_bucket_can_live_in_a_region_of_its_own(aws: Any, s3: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store", "region": "eu-west-1"})

    assert s3.get_bucket_location(Bucket="models-store")["LocationConstraint"] == "eu-west-1"
    assert bucket.outputs["hostedZoneId"] == "Z1BKCTXD74EZPE"
    assert aws.diff(aws.read(bucket), bucket.inputs).changes == {}


def test_a_refresh_finds_nothing_where_nothing_changed(aws: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store", "tags": {"team": "a"}, "forceDestroy": True})

    refreshed = aws.read(bucket)

    assert refreshed == bucket


def test_a_refresh_finds_a_changed_tag(aws: Any, s3: Any) -> None:
    news = {"bucket": "models-store", "tags": {"team": "a"}}
    bucket = aws.create(BUCKET, "store", news)
    s3.put_bucket_tagging(Bucket="models-store", Tagging={"TagSet": [{"Key": "team", "Value": "z"}]})

    refreshed = aws.read(bucket)

    assert refreshed.inputs["tags"] == {"team": "z"}
    assert aws.diff(refreshed, news).changes == {
        "tags.team": "UPDATE",
        "tagsAll.team": "UPDATE",
        "tagsAll.owner": "ADD",
    }
    assert aws.diff(aws.update(refreshed, news), news).changes == {}


def test_a_refresh_tells_that_a_bucket_is_gone(aws: Any, s3: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store"})
    s3.delete_bucket(Bucket="models-store")

    assert aws.read(bucket) is None


def test_an_imported_bucket_needs_no_change(aws: Any, s3: Any) -> None:
    s3.create_bucket(Bucket="models-store")
    s3.put_bucket_tagging(
        Bucket="models-store", Tagging={"TagSet": [{"Key": "a", "Value": "b"}, {"Key": "owner", "Value": "tests"}]}
    )

    bucket = aws.imported(BUCKET, "store", "models-store")

    assert bucket.inputs == {"bucket": "models-store", "forceDestroy": False, "tags": {"a": "b"}}
    assert aws.diff(bucket, {"bucket": "models-store", "tags": {"a": "b"}}).changes == {}


def test_importing_what_is_not_there_finds_nothing(aws: Any) -> None:
    assert aws.imported(BUCKET, "store", "nothing-here") is None


def test_a_bucket_that_exists_is_not_taken_over(aws: Any, s3: Any) -> None:
    s3.create_bucket(Bucket="models-store")

    with pytest.raises(grpc.RpcError) as refused:
        aws.create(BUCKET, "store", {"bucket": "models-store"})

    assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS
    assert "pulumi import" in str(refused.value.details())


def test_an_empty_bucket_is_deleted_and_a_second_time_is_no_error(aws: Any, s3: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store"})

    aws.delete(bucket)
    aws.delete(bucket)

    assert names(s3) == []


def test_a_bucket_with_objects_is_kept_unless_forced(aws: Any, s3: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store"})
    s3.put_object(Bucket="models-store", Key="k", Body=b"v")

    with pytest.raises(grpc.RpcError) as refused:
        aws.delete(bucket)

    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "forceDestroy" in str(refused.value.details())
    assert names(s3) == ["models-store"]


def test_a_forced_delete_takes_versions_and_markers_along(aws: Any, s3: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store", "forceDestroy": True})
    s3.put_bucket_versioning(Bucket="models-store", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket="models-store", Key="k", Body=body)
    s3.delete_object(Bucket="models-store", Key="k")

    aws.delete(bucket)

    assert names(s3) == []


def test_force_destroy_alone_is_an_update_that_a_refresh_keeps(aws: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store"})
    news = {"bucket": "models-store", "forceDestroy": True}

    assert aws.diff(bucket, news).changes == {"forceDestroy": "UPDATE"}
    assert aws.read(aws.update(bucket, news)).outputs["forceDestroy"] is True


def test_secrets_stay_secret_through_create_and_refresh(aws: Any) -> None:
    bucket = aws.create(BUCKET, "store", {"bucket": "models-store", "tags": {"key": Secret("hush")}})

    assert bucket.outputs["tags"]["key"] == Secret("hush")
    assert bucket.outputs["tagsAll"]["key"] == Secret("hush")
    assert aws.read(bucket).outputs["tags"]["key"] == Secret("hush")
    assert aws.read(bucket).outputs["tagsAll"]["key"] == Secret("hush")
    assert aws.read(bucket).inputs["tags"]["key"] == Secret("hush")


def test_tags_that_fail_leave_no_bucket_behind(aws: Any, s3: Any) -> None:
    with pytest.raises(grpc.RpcError):
        aws.create(BUCKET, "store", {"bucket": "models-store", "tags": {"aws:reserved": "x"}})

    assert names(s3) == []


def test_a_bucket_that_cannot_be_read_behind_its_creation_is_in_the_state(
    serve_plugin: Any, settings: dict[str, Any], s3: Any
) -> None:
    def unreadable(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://store")

    plugin = serve_plugin(Aws({BUCKET: replace(TYPES[BUCKET], read=unreadable)}))
    plugin.configure(settings)

    with pytest.raises(grpc.RpcError, match=r"was created, but what follows failed: .*is the sandbox up") as failure:
        plugin.create(BUCKET, "store", {"bucket": "models-store", "tags": {"key": Secret("hush")}})

    recorded = init_failure(failure.value)
    assert names(s3) == [recorded.id] == ["models-store"]
    assert wire.decode(recorded.properties)["bucket"] == "models-store"
    assert wire.decode(recorded.properties)["tags"] == {"key": Secret("hush")}
