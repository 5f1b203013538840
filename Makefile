# The commands of a fresh clone. After `make setup` and `source .venv/bin/activate`, dvc, pytest and tensorboard work as usual.
SHELL := /bin/sh
ACTIVATE := PATH="$(CURDIR)/.venv/bin:$$PATH"
TWO_FILES := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help repro test test-slow test-nightly coverage setup lint lock plots verify accept table lessons pictures bench fuzz soak clean-runs clean

help:  ## what each target does
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s%s\n", $$1, $$2}'

repro: .venv/ready  ## run what params.yaml says, where something changed, and show the result
	@$(ACTIVATE) python src/doctor.py --repair
	@$(ACTIVATE) PERCEPT_SHOW=after dvc repro
	@$(ACTIVATE) python src/show.py

test: .venv/ready  ## all tests but the slow ones, two files at a time; those whose data cannot be reached are skipped
	@$(ACTIVATE) python -m pytest -q -rs $(TWO_FILES)

test-slow: .venv/ready  ## the runs that take up to two minutes each, two files at a time
	@$(ACTIVATE) python -m pytest -q -rs -m slow $(TWO_FILES)

test-nightly: .venv/ready  ## the published settings that take more than a minute each
	@$(ACTIVATE) python -m pytest -q -rs -m nightly

coverage: .venv/ready  ## the lines and branches of src/percept that no test enters
	@$(ACTIVATE) python -m pytest -q $(TWO_FILES) --cov --cov-report=term

setup: .venv/ready  ## make .venv from requirements.lock

.venv/ready: requirements.lock tools/setup.sh tools/vega.py
	@sh tools/setup.sh

lint: .venv/ready  ## style and types of the code
	@$(ACTIVATE) ruff check . && $(ACTIVATE) ruff format --check . && $(ACTIVATE) mypy src

lock: .venv/ready  ## write requirements.lock anew from pyproject.toml
	@$(ACTIVATE) uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet \
		--output-file requirements.lock

plots: .venv/ready  ## write .dvc/plots, with which `dvc plots` draws, from the charts of the report
	@$(ACTIVATE) python tools/dvc_plots.py

verify: .venv/ready  ## train every published setting anew, and hold it against results/tasks.json; TASK=churn, QUICK=1: some
	@$(ACTIVATE) python src/verify.py $(TASK) $(if $(QUICK),--quick)

accept: .venv/ready  ## keep this run as the accepted one of its task, unless it is worse; REASON="..." although it is
	@$(ACTIVATE) python src/accept.py $(if $(REASON),--force "$(REASON)")

table: .venv/ready  ## run every task with 5 seeds and write the table of results (README.md, results/tasks.json)
	@$(ACTIVATE) python src/reproduce_table.py

lessons: .venv/ready  ## make the tables and pictures of docs/lessons anew
	@$(ACTIVATE) python src/lesson.py

pictures: .venv/ready  ## make the pictures of the README anew: runs in a clone, and a browser looks at them
	@$(ACTIVATE) python tools/pictures.py

bench: .venv/ready  ## the pipeline against plain Keras scripts, its fit against others, and how fast it predicts
	@$(ACTIVATE) python benchmarks/run.py
	@$(ACTIVATE) python benchmarks/engines.py
	@$(ACTIVATE) python benchmarks/predict.py
	@$(ACTIVATE) python benchmarks/search.py

fuzz: .venv/ready  ## inputs of strangers for every door: the same two minutes each time, or FUZZ_SECONDS=600 DOOR=csv
	@$(ACTIVATE) PYTHONPATH=src:tests python tests/fuzz/explore.py $(if $(FUZZ_SECONDS),--seconds $(FUZZ_SECONDS)) $(if $(DOOR),--door $(DOOR))

soak: .venv/ready  ## 200 experiments in a row through the queue, and what grows meanwhile: an hour
	@$(ACTIVATE) python benchmarks/soak.py $(if $(RUNS),--runs $(RUNS))

clean-runs: .venv/ready  ## remove experiments but the newest 20 (KEEP=...) and what commits refer to
	@$(ACTIVATE) python src/clean_runs.py $(if $(KEEP),--keep $(KEEP))

clean:  ## remove the environment; data, models and results stay
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage
