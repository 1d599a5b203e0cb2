# Two commands do all set-up on a fresh Debian or Ubuntu with a Swift toolchain: `make run` and `make test`.
SWIFT ?= swift
ARGS ?=

.PHONY: run demo build bench test lint format dependencies test-tools

run: build ## install what is missing, build, start the capture proxy with its files under ./data
	.build/release/heliograph run --data data $(ARGS)

demo: build ## the proxy between a made-up Envoy and a made-up cloud, all on this machine
	scripts/demo .build/release/heliograph $(ARGS)

build: dependencies ## the release binary, .build/release/heliograph
	$(SWIFT) build -c release --static-swift-stdlib --product heliograph

test: dependencies test-tools ## install what is missing, build everything, check the house rules, run all tests
	scripts/check
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	$(SWIFT) test --skip-build

bench: build ## what it costs to capture a report, against nginx and mitmproxy in the same run
	scripts/install-bench-peers
	$(SWIFT) build -c release --static-swift-stdlib --product capture-benchmark
	.build/release/capture-benchmark $(ARGS)

lint: ## how the code is laid out, by .swift-format
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

dependencies:
	scripts/install-dependencies

test-tools:
	scripts/install-test-tools
