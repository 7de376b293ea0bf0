# Each target does its own set-up; every step is cached by content, so a second run takes seconds.
.DEFAULT_GOAL := help
.PHONY: help tools crds setup up staging prod staging-down prod-down down clean test check unit coverage audit pipeline soak bench aws-smoke

PYTHON ?= python3
UV_VERSION := 0.13.9
# The parts of the soak; each takes less than an hour, and keeps what it measured when all of it has passed. The first
# one wants nothing else on the machine, the second ends with a new Prometheus, and soak_recorded looks at what that has
# recorded of those between. Staging and prod come last, in the place of what `make up` has made.
SOAK ?= $(addprefix tests/e2e/test_,$(addsuffix .py,soak_idle soak soak_monitoring paging release judged \
    soak_bad_releases soak_alike soak_commands soak_judged soak_pipeline soak_recorded soak_traces soak_watched)) \
    tests/sandbox/aws tests/sandbox/pulumi/cloud tests/load tests/infra/serving/analysis tests/tools/mutation \
    $(wildcard tests/cloud/test_*.py)
export UV_PYTHON_DOWNLOADS := never
# A shell's own virtual environment must not leak into ours, and Python must keep its bytecode: without it each of the
# hundreds of processes that Pulumi starts compiles its imports anew, which takes longer than their work.
unexport VIRTUAL_ENV
unexport PYTHONDONTWRITEBYTECODE

help: ## what can be done here
	@awk -F ':.*## ' '/^[a-z -]+:.*## /{printf "  make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.complete: pyproject.toml uv.lock tools/bootstrap
	@tools/bootstrap $(PYTHON) $(UV_VERSION)

tools: .venv/.complete ## slipway and Python alone, as pipelines need them

crds: .venv/.complete ## the controllers' CRDs, where the stacks of AWS have them
	@.venv/bin/python -m infra.platform.crds fetch .crds

setup: .venv/.complete ## prepare Python, the toolchain and the images on this machine
	@.venv/bin/python -m sandbox.journey setup

up: setup ## put the included model into production on this machine, and ask it
	@.venv/bin/python -m sandbox.journey up

staging prod: setup ## bring that environment up, with all of its AWS, on this machine's AWS and cluster
	@.venv/bin/python -m sandbox.journey $@

staging-down prod-down: .venv/.complete ## destroy that environment's stacks; the sandbox stays
	@.venv/bin/python -m sandbox.journey $@

down: .venv/.complete ## destroy the stacks and the sandbox with its data; built tools stay
	@.venv/bin/python -m sandbox.journey down

clean: down ## the same, and remove the built tools
	@.venv/bin/python -m sandbox.journey clean

check: .venv/.complete ## lint, format, types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/hadolint Dockerfile
	@.venv/bin/basedpyright
	@.venv/bin/zizmor --quiet --offline .github

unit: .venv/.complete ## the tests that need neither the toolchain's programs nor the sandbox
	@.venv/bin/python -m pytest -n auto --dist worksteal --ignore=tests/sandbox -m "not engine and not cluster and not life and not e2e and not soak"

coverage: .venv/.complete ## which lines and branches of the programs the unit tests reach; fails below 95 %
	@.venv/bin/python -m pytest -n auto --dist worksteal --cov --cov-report=term -m "not engine and not cluster and not life and not e2e and not soak" tests/infra tests/contract

audit: .venv/.complete ## known vulnerabilities of what is in the image, and of the tools; asks a public database
	@.venv/bin/pip-audit --strict --disable-pip --require-hashes -r service/requirements.txt
	@.venv/bin/pip-audit --strict --skip-editable

pipeline: setup ## from a model to production on this machine, by the steps of the workflows
	@.venv/bin/python -m sandbox.journey pipeline

# Who is started in the background ignores SIGINT, and so would all tests, which tools/lanes ends by it.
test: setup ## every test and check; boots the sandbox itself
	@env --default-signal=INT tools/lanes

soak: up ## the long evidence; writes most of docs/figures (SOAK=tests/load takes a part of it)
	@for part in $(SOAK); do .venv/bin/python -m pytest -m soak -s $$part || exit 1; done

bench: .venv/.complete ## how fast the service is, beside uvicorn alone and what others offer; writes docs/benchmarks.md
	@.venv/bin/python -m benchmarks --record

aws-smoke: .venv/.complete ## staging on a real account, up and down again: says what it costs, and asks first
	@.venv/bin/python -m tools.aws_smoke --account "$(ACCOUNT)" --confirm "$(CONFIRM)" $(if $(INSIDE),--inside)
