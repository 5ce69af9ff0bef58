# Two commands matter: `make run` and `make test`. Each does all of its own set-up.
UV := .tools/uv/bin/uv
PY := .venv/bin/python
SOURCES := shared functions infra tests bench
EXISTING := $(wildcard $(SOURCES))

.DEFAULT_GOAL := help
.PHONY: help setup check test clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(UV):
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; \
	  else echo "missing: Python's venv module (Debian/Ubuntu: apt-get install python3-venv)"; exit 1; fi; }
	python3 -m venv .tools/uv
	.tools/uv/bin/python -m pip install -q uv

.venv/.synced: pyproject.toml uv.lock | $(UV)
	$(UV) sync -q --locked --extra cli $(if $(shell pkg-config --exists libvirt 2>/dev/null && echo 1),--extra libvirt)
	@touch $@

setup: .venv/.synced ## install everything that the other commands need

check: setup ## lint, formatting, types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy $(EXISTING)

test: setup ## all tests
	.venv/bin/pytest

clean: ## remove everything that the other commands made
	rm -rf .venv .tools .novacron build .aws-sam
