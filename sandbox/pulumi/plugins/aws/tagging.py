"""How each service keeps tags."""

from typing import Final

from sandbox.pulumi.plugins.aws.row import Call, Tagging


def ec2(kind: str) -> Tagging:
    """Tags of a resource of EC2, whose kind the creating call has to be told."""
    return Tagging(
        made={"tagSpecifications": [{"resourceType": kind, "tags": "$tagsAll"}]},
        add=Call("CreateTags", resources=["$id"], tags="$tags"),
        remove=Call("DeleteTags", resources=["$id"], tags="$keys[].{key: @}"),
    )


def iam(noun: str) -> Tagging:
    """Tags of a resource of IAM, which has operations for each kind."""
    return Tagging(
        made={"tags": "$tagsAll"},
        add=Call(f"Tag{noun}", tags="$tags"),
        remove=Call(f"Untag{noun}", tagKeys="$keys"),
    )


def by_arn(arn: str = "$arn", *, listed: bool = True) -> Tagging:
    """Tags as most services keep them: by the resource's ARN, with a call of their own for reading."""
    return Tagging(
        made={"tags": "$tagsAll"},
        add=Call("TagResource", resourceArn=arn, tags="$tags"),
        remove=Call("UntagResource", resourceArn=arn, tagKeys="$keys"),
        read=Call("ListTagsForResource", at="tags", resourceArn=arn) if listed else None,
    )


KMS: Final = Tagging(
    made={"tags": "$tagsAll"},
    add=Call("TagResource", tags="$tags"),
    remove=Call("UntagResource", tagKeys="$keys"),
    read=Call("ListResourceTags", at="tags"),
)
ACM: Final = Tagging(
    made={"tags": "$tagsAll"},
    add=Call("AddTagsToCertificate", tags="$tags"),
    remove=Call("RemoveTagsFromCertificate", tags="$keys[].{key: @}"),
    read=Call("ListTagsForCertificate", at="tags"),
)
BUDGETS: Final = Tagging(
    made={"resourceTags": "$tagsAll"},
    add=Call("TagResource", resourceArn="$arn", resourceTags="$tags"),
    remove=Call("UntagResource", resourceArn="$arn", resourceTagKeys="$keys"),
    read=Call("ListTagsForResource", at="resourceTags", resourceArn="$arn"),
)
ROUTE53: Final = Tagging(
    made={},
    add=Call("ChangeTagsForResource", resourceType="hostedzone", resourceId="$id", addTags="$tags"),
    remove=Call("ChangeTagsForResource", resourceType="hostedzone", resourceId="$id", removeTagKeys="$keys"),
    read=Call("ListTagsForResource", at="resourceTagSet.tags", resourceType="hostedzone", resourceId="$id"),
)
