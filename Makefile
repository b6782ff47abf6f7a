# The commands of this repository; each does all of its own set-up, in .venv.
#   make demo      run a sample firmware on a simulated board
#   make test      format, lint, types and every test
#   make sanitize  tests of the native core under AddressSanitizer and UBSan
#   make table     write the README's table of boards anew, from runs
#   make format    put Python and C++ into shape
#   make clean     remove what the others made
# Another Python: make test PYTHON=python3.12. Some of the tests: make unit TESTS=tests/power.

PYTHON ?= python3
TESTS := tests
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

NATIVE := $(wildcard mcusim/native/*.cpp mcusim/native/*.hpp \
	mcusim/native/mve/*.cpp mcusim/native/mve/*.hpp \
	mcusim/native/pio/*.cpp mcusim/native/pio/*.hpp)
NATIVE_TESTS := $(wildcard tests/native tests/cpu tests/machine tests/riscv)
# Directories too: theirs is the time at which a file was last added or removed.
SOURCES := $(wildcard pyproject.toml CMakeLists.txt README.md LICENSE) \
	$(shell find mcusim boards firmware_samples/prebuilt -not -path '*__pycache__*' 2>/dev/null)

# One stamp for each Python: choosing another one makes the environment anew.
MADE := $(VENV)/.made-with-$(subst /,_,$(PYTHON))
INSTALLED := $(VENV)/.installed

# What `make sanitize` changes: how the core is built, and what the tests run under.
BUILD_OPTIONS :=
UNDER :=

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: demo test lint unit sanitize table format clean

demo: $(INSTALLED)
	$(BIN)/mcusim run firmware_samples/prebuilt/digits-nrf52840.elf \
		--board nrf52840 --battery cr2032 --every 10s

test: lint unit

lint: $(INSTALLED) $(VENV)/.group-lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(NATIVE)

unit: $(INSTALLED) $(VENV)/.group-test
	$(UNDER) $(BIN)/python -P -m pytest -n auto --dist loadfile $(TESTS)

sanitize:
	@test -n '$(NATIVE_TESTS)' || { echo 'mcusim: there are no tests of the native core' >&2; exit 1; }
	@CXX='$(CXX)' sh tools/check_machine.sh '$(PYTHON)' sanitize
	CXX='$(CXX)' $(MAKE) --no-print-directory unit VENV=build/sanitize TESTS='$(NATIVE_TESTS)' \
		BUILD_OPTIONS='-C cmake.define.MCUSIM_SANITIZE=ON -C cmake.define.MCUSIM_WERROR=ON \
		-C cmake.build-type=Debug' UNDER=tools/sanitize/run

table: $(INSTALLED)
	$(BIN)/python -P tools/digits_table.py

format: $(VENV)/.group-lint
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(NATIVE)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find mcusim tests firmware_samples -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment has what building needs, CMake and Ninja included, and the build is not isolated:
# so a change compiles again only what it touches.
$(MADE):
	@sh tools/check_machine.sh '$(PYTHON)'
	@echo 'Creating $(VENV)'
	@'$(PYTHON)' -m venv --clear $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], \
		"cmake", "ninja", sep="\n")' >$(VENV)/build-requirements.txt
	@$(PIP) install --requirement $(VENV)/build-requirements.txt
	@touch $@

$(INSTALLED): $(MADE) $(SOURCES)
	@echo 'Installing mcusim in $(VENV)'
	@$(PIP) install --no-build-isolation -C build-dir=$(VENV)/build $(BUILD_OPTIONS) .
	@touch $@

# A dependency group of pyproject.toml.
$(VENV)/.group-%: pyproject.toml $(MADE)
	@echo 'Installing the $* tools in $(VENV)'
	@$(PIP) install --group $*
	@touch $@
