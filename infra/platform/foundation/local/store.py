"""An S3 service that is no AWS: it has one bucket of ours, takes any credentials, and nothing else of AWS is there."""

import pulumi
import pulumi_aws as aws

from infra.platform.foundation.local.config import Store
from infra.platform.model_bucket import ModelBucket, ModelBucketArgs
from infra.shared.platform_outputs import ModelStore, known


def store(config: Store, *, protect: bool) -> pulumi.Output[ModelStore]:
    """Declare the bucket of models in the service; `protect` keeps it when the stack is destroyed."""
    bucket = ModelBucket(
        "models",
        ModelBucketArgs(
            bucket=config.bucket, force_destroy=config.force_destroy, tls=config.endpoint.startswith("https://")
        ),
        opts=pulumi.ResourceOptions(provider=_provider(config), protect=protect),
    )
    return known(ModelStore, url=bucket.url, region=config.region, environment=_environment(config))


def _provider(config: Store) -> aws.Provider:
    # Credentials come from the environment, as everywhere with AWS; what only AWS has is not asked for.
    return aws.Provider(
        "store",
        region=config.region,
        endpoints=[{"s3": config.endpoint}],
        s3_use_path_style=True,
        skip_credentials_validation=True,
        skip_metadata_api_check=True,
        skip_region_validation=True,
        skip_requesting_account_id=True,
    )


def _environment(config: Store) -> dict[str, str]:
    # Read by the store's client in pods and tools (obstore). The service takes any credentials, but no request
    # without some.
    return {
        "AWS_ENDPOINT_URL": config.endpoint,
        "AWS_ALLOW_HTTP": str(config.endpoint.startswith("http://")).lower(),
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
    }
