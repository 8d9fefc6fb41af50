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

# Files of tests at a time, each with one thread: so what a file's tests share is made once.
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
