"""The stand-in `docker-build` plugin: `docker-build:index:Image`, built with buildah instead of BuildKit.

It takes what a serving image needs and refuses what would make a different image. It builds for the machine's own
platform, pushes to registries that ask for no login, and never pushes the same build twice.
"""
