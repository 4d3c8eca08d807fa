# One line a command; each does what it needs first, and nothing twice.
WERROR ?= OFF
JOBS ?= $(shell nproc)
BIN = build/bin
PYTHON = build/venv/bin/python

.PHONY: faults hostile help install build test test-slow onnx-nodes asan demo bench bench-kernels bench-odd-shapes bench-threads bench-models differential format clean

help: ; @sed -n '/^help/d; s/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

install: ; @tools/setup/install.sh ## Debian packages, and a Python environment in build/venv

build: install ; @cmake --preset dev -DALT_WERROR=$(WERROR) --log-level=WARNING && cmake --build --preset dev -j $(JOBS) ## programs in build/bin

test: build ; @ctest --preset dev -LE slow -j $(JOBS) ## all tests but the slow ones

test-slow: build ; @ctest --preset dev -L slow ## the long ones: whole models, ONNX's node tests, the reports in a browser

onnx-nodes: build ; @$(PYTHON) tests/models/onnx_nodes.py $(BIN)/alt --json bench/results/onnx-nodes.json --table docs/onnx-operators.md ## all of ONNX's node tests; writes docs/onnx-operators.md

asan: install ; @cmake --preset asan --log-level=WARNING && cmake --build --preset asan -j $(JOBS) && ctest --preset asan -L unit ## unit tests under sanitizers

faults: build ; @mkdir -p bench/results && $(PYTHON) tests/faults/faults.py $(BIN)/alt --runs $(or $(RUNS),200) --seed $(or $(SEED),1) --json bench/results/faults.json ## harm at random moments: RUNS=N, SEED=N

hostile: build ; @$(PYTHON) tests/hostile/hostile.py $(BIN)/alt --verbose $(FILES) ## files that mean harm, each answered by one sentence; FILES="FOLDER ..." for others

demo: build ; @$(PYTHON) tools/demo/demo.py ## a real model tuned for a minute, beside ONNX Runtime

bench: build ; @$(MAKE) --no-print-directory -C bench quick ## a matmul and a convolution, tuned with 200 trials, beside BLAS and oneDNN

bench-kernels: build ; @$(MAKE) --no-print-directory -C bench kernels ## all 22 kernels beside the libraries; JSON=FILE, TRIALS=N, ROWS="C1 C5"

bench-odd-shapes: build ; @$(MAKE) --no-print-directory -C bench odd-shapes ## the same for 40 odd shapes; SEED=N

bench-threads: build ; @$(MAKE) --no-print-directory -C bench threads ## what a second core gives; JSON=FILE, TRIALS=N, ROWS="512^3 C1", ODD=40

bench-models: build ; @$(MAKE) --no-print-directory -C bench models ## whole models beside ONNX Runtime; JSON=FILE, MODELS="vit bert", LIST=wheels.json, THREADS=2, BUDGET=60s

differential: build ; @$(PYTHON) bench/differential/run.py --bin $(BIN) --runs $(or $(RUNS),20000) --seed $(or $(SEED),1) --json bench/results/differential.json ## random programs and graphs beside independent references; RUNS=N, SEED=N

format: ; @git ls-files '*.cpp' '*.h' | xargs clang-format -i ## in place

clean: ; @rm -rf build build-asan build-release ## everything that was made here
