# `make` lists what can be made. A virtual environment is made on first use.
#
# Without a GPU, PyTorch's CPU build is a tenth of the size:
#   make setup TORCH_INDEX=https://download.pytorch.org/whl/cpu
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TORCH_INDEX ?=

# What the study is made with: make reproduce-table DATA=t91 BUDGET=standard SEEDS=0,1,2 SCALE=3
EXPERIMENT ?= ablation
DATA ?= sample
BUDGET ?= quick
SEEDS ?= 0
SCALE ?= 3
PRECISION ?= 32-true
JOBS ?= 2
# Where the findings go; FINDINGS=experiments replaces the committed ones.
FINDINGS ?= reports

# Files of tests at a time, each with one thread: so what a file's tests share is made once. Where
# one's process dies, the run ends and names the test: pytest-xdist 3.8 would wait for ever.
WORKERS ?= 2

# Which weights: make weights WEIGHTS="eeds-x4 eeds_fast-x2"
WEIGHTS ?=

# What is measured: make bench ROWS=stream,help
ROWS ?=

# The speed run: make speedrun MARKS=36.0 ON=gpu CHANGE="what is new"
MARKS ?=
ON ?= cpu
CHANGE ?=

.PHONY: help setup test test-slow lint reproduce-table weights losses pages pictures docs demo bench speedrun clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(VENV)/.ready  ## make the virtual environment (TORCH_INDEX=URL for another build of PyTorch)

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt torch $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

test: setup lint  ## lint, types, and all tests but the slow ones
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m 'not slow' -n $(WORKERS) --dist loadfile --no-loadscope-reorder --max-worker-restart=0

test-slow: setup  ## the tests that take minutes
	$(BIN)/python -m pytest -m slow --timeout 7200

lint: setup  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

reproduce-table: setup  ## train the five networks and settle the ablation: DATA= BUDGET= SEEDS= SCALE= PRECISION= JOBS= FINDINGS=
	$(BIN)/python train.py experiment=$(EXPERIMENT) data=$(DATA) budget=$(BUDGET) seed=$(SEEDS) scale=$(SCALE) trainer.precision=$(PRECISION) jobs=$(JOBS) paths.experiments=$(FINDINGS)

weights: setup  ## train the weights that ship and put them into the package (five and a half hours of one thread): WEIGHTS=eeds-x4
	$(BIN)/python tools/make_weights.py $(WEIGHTS)

pages: setup  ## build the page of every committed finding: experiments/*/*/index.html
	$(BIN)/shoal pages experiments

losses: setup  ## write the first losses of every model anew, after RESULTS was raised (three minutes)
	cd tests && ../$(BIN)/python -W ignore -m helpers.losses

docs: setup  ## build the pages of docs/ into output/site; a warning or a dead link is an error
	$(BIN)/python -m pip install --quiet -c constraints.txt -c docs/constraints.txt -e '.[docs]'
	$(BIN)/python -m mkdocs build --quiet

demo: setup  ## build docs/demo, a page that enlarges in the browser (needs npm)
	$(BIN)/python tools/make_demo.py

pictures: setup  ## draw the pictures of README.md and of the pages from the weights that ship
	$(BIN)/python docs/pictures.py
	$(BIN)/python docs/frontier.py

bench: setup  ## measure speed, all rows (5 minutes) or some: ROWS=stream,help
	$(BIN)/python -m benchmarks $(ROWS)

speedrun: setup  ## seconds from a cold start to a mark, ten seeds: MARKS=36.0 ON=gpu CHANGE="what is new"
	$(BIN)/python -m tools.speedrun $(MARKS) --on $(ON) --change "$(CHANGE)"

clean:  ## delete the decoded pictures and tool caches (never runs or data)
	rm -rf cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
