# Every target goes through installer/bootstrap.py, which first sets up .venv where that is needed.
# Windows, without make: py installer\bootstrap.py demo

# The first Python that is new enough and whole; else the first new enough; else any, which then says what is needed.
define find_python
.venv/bin/python -c '' 2>/dev/null && { echo .venv/bin/python; exit; }; \
for test in "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))" \
            "import sys; sys.exit(sys.version_info < (3, 11))" ""; do \
  for p in python3.13 python3.12 python3.11 python3.14 python3 python; do \
    "$$p" -c "$$test" >/dev/null 2>&1 && { echo "$$p"; exit; }; \
  done; \
done; echo python3
endef
PYTHON = $(shell $(find_python))

.PHONY: demo gui test lint bench screenshots setup clean

demo gui test lint bench screenshots setup:
	@$(PYTHON) installer/bootstrap.py $@

clean:
	rm -rf .venv .venv.lock build dist demo-output salviewer.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
