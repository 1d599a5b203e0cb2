# Two commands do all set-up on a fresh Debian or Ubuntu with a Swift toolchain: `make run` and `make test`.
SWIFT ?= swift
ARGS ?=
VERSION ?= $(shell sed -nE 's/.*text = "(.*)"/\1/p' Sources/heliograph/Version.swift)
BENCH ?= capture
# Built for size, which costs no speed here and saves memory for ever; Swift's own libraries go into the binary. The functions in use
# stand together (scripts/order-functions), and nobody links to it, so that it need not tell names, as Swift otherwise makes it do.
LINKING := packaging/linking
RELEASE := $(SWIFT) build -c release --static-swift-stdlib -Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections \
    -Xswiftc -use-ld=lld -Xlinker --no-export-dynamic -Xlinker --symbol-ordering-file=$(LINKING)/functions-in-use.txt \
    -Xlinker --no-warn-symbol-ordering -Xlinker -T -Xlinker $(LINKING)/nameless-functions.ld
# What only a debugger reads is left out: it takes time.
TESTS_BUILD := $(SWIFT) build --build-tests --explicit-target-dependency-import-check error -debug-info-format none

# In a container one is often root, and a trial may be.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root yes)

.PHONY: run demo build order fuzz test-import bench bench-publishing deb test test-deb lint format dependencies test-tools

run: build ## install what is missing, build, start the capture proxy with its files under ./data
	.build/release/heliograph run --data data $(AS_ROOT) $(ARGS)

demo: build ## the proxy between a made-up Envoy and a made-up cloud, all on this machine
	scripts/demo .build/release/heliograph $(ARGS)

build: dependencies ## the release binary, .build/release/heliograph
	$(RELEASE) --product heliograph

order: build test-tools ## tell the linker anew which functions are in use, see scripts/order-functions
	scripts/install-packages valgrind
	scripts/order-functions .build/release/heliograph packaging/linking/functions-in-use.txt

deb: dependencies ## a Debian package of the release binary, with Swift's own libraries in the binary
	$(RELEASE) --product heliograph
	scripts/make-deb .build/release/heliograph .build/deb $(VERSION)

test: dependencies test-tools ## install what is missing, build everything, check the house rules, run all tests
	scripts/check
	$(TESTS_BUILD)
	scripts/run-tests $(SWIFT)
	$(MAKE) test-deb

fuzz: dependencies test-tools ## changed and broken reports into the decoder for ARGS seconds (180): no crash, no hang, no growing memory
	$(TESTS_BUILD)
	HELIOGRAPH_FUZZ_SECONDS=$(or $(ARGS),180) $(SWIFT) test --skip-build --filter ReportsTests.FuzzTests

test-import: dependencies test-tools ## the import of ARGS files (10000): twice, as live capture, and replayed; some minutes
	$(TESTS_BUILD)
	HELIOGRAPH_IMPORT_FILES=$(or $(ARGS),10000) $(SWIFT) test --skip-build --filter ImportTests.*many

bench: build ## what it costs to capture a report, against nginx and mitmproxy in the same run; BENCH=decoding or archive, bench-publishing: see Benchmarks/
	scripts/install-bench-peers
	$(RELEASE) --product $(BENCH)-benchmark
	.build/release/$(BENCH)-benchmark $(ARGS)

bench-publishing: build test-tools ## how fast the past goes to each target, and what all outputs add to capturing
	python3 Benchmarks/Publishing/publishing.py .build/release/heliograph $(ARGS)

test-deb: ## a package of the tests' binary in a new Debian system, installed, run, booted, upgraded, removed and purged (as root)
	DEB_COMPRESSION=none scripts/make-deb .build/debug/heliograph .build/deb 0.0.1
	DEB_COMPRESSION=none scripts/make-deb .build/debug/heliograph .build/deb 0.0.2
	scripts/test-deb .build/deb/heliograph_0.0.1_*.deb .build/deb/heliograph_0.0.2_*.deb

lint: ## how the code is laid out, by .swift-format
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

dependencies:
	scripts/install-dependencies

test-tools:
	scripts/install-test-tools
