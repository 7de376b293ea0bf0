from policies.cloud import kinds


def test_only_resources_of_the_types_are_picked() -> None:
    pick = kinds("aws:kms/key:Key")
    assert list(pick("aws:kms/key:Key", {"a": 1})) == [{"a": 1}]
    assert list(pick("aws:kms/alias:Alias", {"a": 1})) == []
