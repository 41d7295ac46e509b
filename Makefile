# Everything that people and CI run. `make help` lists it. Only Go is needed, gcc for the
# race detector, and Python 3 for `make conformance`.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# Tools run at pinned versions and stay out of go.mod.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
ERRORLINT   := github.com/polyfloyd/go-errorlint@v1.8.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0

# What is checked: all packages of the module, tests included.
PACKAGES := ./...

# How much `make soak` tries: random specs, and random spec transitions that are crashed at
# every call. `make test` tries 2,000 and 200.
SOAK_SPECS       ?= 10000
SOAK_TRANSITIONS ?= 1000

# How long `make fuzz` gives each target.
FUZZTIME ?= 10m

# A release is built with VERSION=1.2.3 and holds no paths of the machine it was made on.
VERSION    ?=
BUILDFLAGS := $(if $(VERSION),-trimpath -ldflags '-s -w -X main.version=$(VERSION)')

# Without cgo the binary is static. Set for tests too, so that both share compiled packages.
export CGO_ENABLED := 0

.DEFAULT_GOAL := help
.PHONY: help build test check fmt vet staticcheck errorlint vuln race layout \
        bench fuzz soak conformance examples demo clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: ## build bin/scalectl, one static binary
	go build $(BUILDFLAGS) -o bin/scalectl ./cmd/scalectl

test: ## run every test; the only set-up is `go mod download`, which this does
	go mod download
	go test -timeout 60m $(PACKAGES)

check: fmt vet staticcheck errorlint layout vuln race ## everything that a change must pass besides test

fmt: ## fail if a file is not formatted
	@files=$$(gofmt -l cmd internal pkg schemas 2>/dev/null || true); \
	if [ -n "$$files" ]; then echo "gofmt: run gofmt -w on:"; echo "$$files"; exit 1; fi
	@echo "gofmt: ok"

vet: ## go vet
	go vet $(PACKAGES)

staticcheck: ## staticcheck, pinned
	go run $(STATICCHECK) $(PACKAGES)

errorlint: ## wrapped errors are compared and asserted with errors.Is and errors.As
	go run $(ERRORLINT) $(PACKAGES)

vuln: ## known vulnerabilities; any finding fails, an unreachable database is said and skipped
	@.ci/vuln $(GOVULNCHECK) $(PACKAGES)

race: ## short tests under the race detector
	@command -v "$${CC:-gcc}" >/dev/null || { echo "race: the race detector needs a C compiler; install gcc or set CC" >&2; exit 1; }
	CGO_ENABLED=1 go test -race -short -timeout 30m $(PACKAGES)

layout: ## the package map of the style guide, read back from go list
	go test -count=1 -run '^TestLayout' ./cmd/scalectl

bench: build ## AWS calls, wall time and memory of plan and validate at 10, 100 and 1,000 endpoints
	go run ./internal/bench

fuzz: ## every fuzz target, FUZZTIME each
	@for pkg in $$(go list $(PACKAGES)); do \
	  targets=$$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); \
	  for target in $$targets; do \
	    echo "fuzz $$pkg $$target $(FUZZTIME)"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg; \
	  done; \
	done

soak: ## the random fleets in great number
	go test -count=1 -timeout 12h ./internal/convergence -specs=$(SOAK_SPECS) -transitions=$(SOAK_TRANSITIONS)

conformance: build conformance/.venv/.done ## boto3, the AWS CLI and moto_server against the sandbox and scalectl
	SCALECTL=$(CURDIR)/bin/scalectl conformance/.venv/bin/python -m pytest -q conformance

conformance/.venv/.done: conformance/requirements.txt
	@command -v python3 >/dev/null || { echo "conformance: needs python3 with venv" >&2; exit 1; }
	rm -rf conformance/.venv
	python3 -m venv conformance/.venv
	conformance/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r conformance/requirements.txt
	touch $@

examples: ## every example from validate to an empty second plan
	go test -count=1 -run '^TestScript/example' -v ./cmd/scalectl

demo: build ## the main job on the embedded sandbox: validate, plan, apply, plan again
	@.ci/demo bin/scalectl

clean: ## remove what was built
	rm -rf bin dist conformance/.venv
