"""The stand-in `aws` plugin: S3 as pulumi-aws 7 declares it, against an endpoint that isn't AWS.

It behaves as the official plugin for the types in `types.TYPES`; a further type is an entry there. It deliberately
refuses what it doesn't know, and never talks to an endpoint that the provider's configuration doesn't name.
"""
