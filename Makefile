# Two commands matter: `make run` and `make test`. Each does all of its own set-up.
UV := .tools/uv/bin/uv
PY := .venv/bin/python
RUN := PYTHONPATH=shared:. $(PY) -m
SAM := SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} .tools/sam/bin/sam
SOURCES := shared functions infra tests bench
EXISTING := $(wildcard $(SOURCES))

.DEFAULT_GOAL := help
.PHONY: help setup run check test bench deploy template proof proofs clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(UV):
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; \
	  else echo "missing: Python's venv module (Debian/Ubuntu: apt-get install python3-venv)"; exit 1; fi; }
	python3 -m venv .tools/uv
	.tools/uv/bin/python -m pip install -q uv

.tools/.system: infra/local/system.sh
	@infra/local/system.sh
	@mkdir -p .tools && touch $@

.venv/.synced: pyproject.toml uv.lock .tools/.system | $(UV)
	$(UV) sync -q --locked --extra cli --extra azure --extra commitments --extra costs --extra gcp --extra hosts $(if $(shell pkg-config --exists libvirt 2>/dev/null && echo 1),--extra libvirt)
	@touch $@

setup: .venv/.synced ## install everything that the other commands need

# MiniStack and the SAM CLI pin what they need: each has an environment of its own.
.tools/ministack/.ready: infra/local/stack/requirements.txt .venv/.synced
	$(UV) venv -q --clear --python $(PY) .tools/ministack
	$(UV) pip install -q --python .tools/ministack/bin/python -r $<
	@touch $@

.tools/sam/.ready: infra/requirements.txt .venv/.synced
	$(UV) venv -q --clear --python $(PY) .tools/sam
	$(UV) pip install -q --python .tools/sam/bin/python -r $<
	@touch $@

# A storage account for tests of the chunk store; without npm they are skipped.
.tools/azurite/.ready:
	@mkdir -p .tools/azurite
	@command -v npm >/dev/null && npm install --silent --no-audit --no-fund --prefix .tools/azurite azurite@3.37.0 || true
	@touch $@

run: setup .tools/ministack/.ready .tools/sam/.ready ## the embedded stack and the main job; ONCE=1: check, tear down, leave
	@$(RUN) infra.local.stack $(if $(ONCE),--once)

template: setup ## write infra/template.yaml anew from the functions
	$(RUN) infra.template
	$(RUN) infra.providers_table

check: setup .tools/sam/.ready ## lint, formatting, types, template
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy $(EXISTING)
	$(RUN) infra.template --check
	$(SAM) validate --lint --template-file infra/template.yaml

test: setup .tools/azurite/.ready ## all tests, and those of units and handlers on a second Python if there is one
	.venv/bin/pytest -n 2 --dist loadgroup
	@infra/other_python.sh $(UV) $(PY)

bench: setup ## every runnable comparison
	@for file in bench/*.py; do case $$file in */__init__.py) ;; *) $(RUN) bench.$$(basename $$file .py) || exit 1;; esac; done
	@$(RUN) bench.cold_start
	@$(RUN) bench.listing

deploy: setup .tools/sam/.ready ## to real AWS: ENV=dev ISSUER=https://... JWKS_URL=https://...
	@test -n "$(ENV)" -a -n "$(ISSUER)" -a -n "$(JWKS_URL)" || { echo "usage: make deploy ENV=dev ISSUER=https://... JWKS_URL=https://..."; exit 2; }
	$(RUN) infra.build
	$(SAM) build --config-env $(ENV) --build-dir build/sam --template-file infra/template.yaml --config-file $(CURDIR)/samconfig.toml
	$(SAM) deploy --config-env $(ENV) --template-file build/sam/template.yaml --config-file $(CURDIR)/samconfig.toml --parameter-overrides Issuer=$(ISSUER) JwksUrl=$(JWKS_URL)

proofs: setup ## what can be proven, by name
	@$(RUN) infra.proofs

proof: setup .tools/ministack/.ready .tools/sam/.ready ## prove one claim: NAME=foundation-...
	@$(RUN) infra.proofs $(NAME)

clean: ## remove everything that the other commands made
	rm -rf .venv .tools .novacron build .aws-sam
