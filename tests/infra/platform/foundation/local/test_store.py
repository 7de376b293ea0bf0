from tests.infra import stacks


def test_the_store_is_reached_at_its_endpoint_and_nothing_of_aws_is_asked_for() -> None:
    provider = stacks.platform().one("aws")
    assert "http://10.244.0.1:4566" in provider["endpoints"]
    skipped = ("skipCredentialsValidation", "skipMetadataApiCheck", "skipRequestingAccountId", "skipRegionValidation")
    assert all(provider[name] == "true" for name in (*skipped, "s3UsePathStyle"))
    assert not {"accessKey", "secretKey"} & set(provider)


def test_its_client_gets_the_endpoint_and_the_credentials_that_it_takes() -> None:
    assert stacks.platform().outputs["modelStore"] == {
        "url": "s3://slipway-models/models",
        "region": "us-east-1",
        "environment": {
            "AWS_ENDPOINT_URL": "http://10.244.0.1:4566",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
        },
    }


def test_a_store_with_tls_is_not_talked_to_without() -> None:
    config = stacks.platform_configuration()
    config["slipway-platform:foundation"]["local"]["store"]["endpoint"] = "https://s3.example.com"
    environment = stacks.platform_with(config).outputs["modelStore"]["environment"]
    assert environment["AWS_ALLOW_HTTP"] == "false"
