# make run: set up, ingest the sample plans, start the API and the page. make test: ruff, mypy, pytest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A local folder of wheels where pip is set up for one, else PyTorch's own CPU index: never the CUDA build.
TORCH := 2.13.0
TORCH_SOURCE := $(if $(PIP_FIND_LINKS),--find-links $(PIP_FIND_LINKS),--torch-backend cpu)
UV := 0.9.30

.PHONY: run test test-offline setup system train lock figures check-bundle sbom audit clean

run: setup
	$(BIN)/planseek ingest corpus/samples
	$(BIN)/planseek serve

# A file's tests share what they open: two files at a time.
TOGETHER := -n 2 --dist loadfile
test: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(TOGETHER)

# The same tests, or those of TESTS=…, where no way leads off this machine (Linux; util-linux and iproute2).
TESTS :=
test-offline: setup
	unshare $(if $(filter 0,$(shell id -u)),,--map-root-user) --net sh -c 'ip link set lo up && ! ip route get 192.0.2.1 2>/dev/null && exec $(BIN)/python -m pytest $(TOGETHER) $(TESTS)'

setup: $(VENV)/ready

$(VENV)/ready: requirements.lock pyproject.toml
	@echo "正在准备运行环境（首次约下载 540 MB，安装后占 2 GB，需几分钟）……"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	$(BIN)/uv pip install --python $(BIN)/python --no-deps $(TORCH_SOURCE) torch==$(TORCH)
	$(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --no-deps --require-hashes -r requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# What only tests and optional features need, from Debian: a browser, Chinese fonts, LibreOffice.
system:
	@if command -v apt-get >/dev/null && ! { command -v chromium && command -v soffice && fc-list :lang=zh | grep -q .; } >/dev/null 2>&1; then \
		$(if $(filter 0,$(shell id -u)),,sudo) apt-get update -qq && \
		$(if $(filter 0,$(shell id -u)),,sudo) apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig libreoffice-writer libreoffice-calc \
			libpangoft2-1.0-0 libharfbuzz-subset0; \
	fi

train: setup
	$(BIN)/python -m training.dictionary
	$(BIN)/python -m training

figures: setup
	$(BIN)/python -m benchmarks.figures

# An offline bundle is made, unpacked elsewhere, installed where there is no network, and used there (Linux; minutes).
check-bundle: setup
	$(BIN)/python -m benchmarks.offline

# Everything that is locked, with versions, hashes and licences, as CycloneDX JSON.
sbom: setup
	mkdir -p build && $(BIN)/python -m bundle.sbom > build/sbom.json && echo build/sbom.json

# Known weaknesses of what is locked; asks PyPI. The tool stays out of the environment that runs.
PIP_AUDIT := 2.10.1
audit: setup
	test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv build/audit && build/audit/bin/python -m pip install -q pip-audit==$(PIP_AUDIT); }
	build/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

# All but torch and the CUDA packages that its Linux builds ask for, hashed, for every platform.
CUDA := triton cuda-bindings cuda-pathfinder cuda-toolkit $(addprefix nvidia-,cublas cuda-cccl cuda-cupti cuda-nvrtc \
	cuda-runtime cudnn-cu13 cufft cufile curand cusolver cusparse cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx)
lock:
	$(BIN)/uv pip compile pyproject.toml --extra test --extra ocr --extra onnx --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --quiet $(foreach package,torch $(CUDA),--no-emit-package $(package)) --output-file requirements.lock
	@! grep -nE '^(torch|triton|nvidia-|cuda-)|http|file:|\+cpu' requirements.lock | grep -vE '^[0-9]+:http[a-z0-9-]*=='

clean:
	rm -rf $(VENV) .planseek
