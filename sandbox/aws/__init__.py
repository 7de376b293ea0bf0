"""The AWS of the sandbox: moto's server, extended in its own process, with its data on disk.

It is installed with the tools (`sandbox.toolchain.aws`) and runs without the checkout, so nothing here imports anything
else of the project.
"""
