# Wardkey: `make run` to see it, `make test` to prove it, `make help` for the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PORT ?= 8480
SET ?= core
CARGO ?= cargo

.PHONY: help
help: ## Lists every target.
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: assets ## Builds and serves the demonstration on http://localhost:8480 (PORT=… changes it).
	@$(CARGO) build --bin wardkey
	@exec $${CARGO_TARGET_DIR:-target}/debug/wardkey demo --port $(PORT)

.PHONY: test
test: setup assets ## Runs every test: rules, both engines, real clients, a real browser.
	@npm --prefix authenticator test --silent -- --quiet
	@npm --prefix authenticator run browser --silent
	@$(CARGO) build --workspace --all-targets
	@$(CARGO) xtask pg -- $(CARGO) test --workspace --quiet
	@$(CARGO) xtask pg -- bash e2e/run

.PHONY: check
check: assets ## Runs the rules' tests only: the inner loop.
	@$(CARGO) test -p wardkey-domain --quiet

.PHONY: setup
setup: ## Installs what the tests need from Debian, npm and PyPI.
	@bash scripts/install-test-tools

.PHONY: assets
assets: ## Installs the NHS design system at its pinned versions and builds the authenticator app.
	@bash scripts/install-assets

.PHONY: lint
lint: assets ## Checks formatting, lints, types, the rules of the house and generated documents.
	@npm --prefix authenticator run --silent check
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	@$(CARGO) check --package xtask --features bench --quiet
	@$(CARGO) xtask tidy
	@$(CARGO) xtask docs --check

.PHONY: doc
doc: assets ## Builds the documentation of the code; a broken link is an error.
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --quiet

.PHONY: reference
reference: assets ## Writes docs/reference anew from the code.
	@$(CARGO) xtask docs

.PHONY: bench
bench: setup assets ## Measures speed against the machine's limits (SET=core; ONLY=flood for one part).
	@$(CARGO) build --release --bin wardkey
	@$(CARGO) xtask pg --large -- $(CARGO) run --quiet --release --package xtask --features bench -- bench --set $(SET) $(if $(ONLY),--only $(ONLY))

.PHONY: fuzz
fuzz: ## Runs each fuzz target of `domain` and `wire` for a minute (needs a nightly toolchain).
	@bash scripts/fuzz

.PHONY: clean
clean: ## Removes what was built and the demonstration's data.
	@rm -rf target var
