#!/bin/sh
# Installs the pinned requirements and this project into .venv, once for each state of them.
# tools/setup.sh [dev]: with dev, what the tests and checks need too. PYTHON chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."

requirements=requirements${1:+-$1}.txt
installed=.venv/.installed-$(cat requirements*.txt pyproject.toml tools/setup.sh | cksum | cut -d' ' -f1)
[ -e "$installed${1:+-$1}" ] && exit 0

for python in ${PYTHON:-python3.11 python3.12 python3.13 python3 python}; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
    python=
done
[ -n "$python" ] || { echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=…" >&2; exit 2; }

if command -v uv >/dev/null 2>&1; then
    echo "Setting up .venv with uv from $requirements: some seconds, a minute on a slow line …"
    [ -x .venv/bin/python ] || uv venv --quiet --clear --python "$(command -v "$python")" .venv
    install="uv pip install --quiet --python .venv/bin/python"
    uninstall="uv pip uninstall --quiet --python .venv/bin/python"
else
    echo "Setting up .venv with pip from $requirements: about a minute, more on a slow line …"
    .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
    install=".venv/bin/python -m pip install --quiet --disable-pip-version-check"
    uninstall=".venv/bin/python -m pip uninstall --quiet --yes --disable-pip-version-check"
fi
rm -f .venv/.installed-*
# a package wanted with an extra is another to pip, and only a constraint pins that one too
$install --require-hashes -r "$requirements" -c "$requirements"
$install --no-deps --no-build-isolation -e .
# It comes with the tool that writes the bill of materials. Where it is, jsonschema loads it, and with that Airflow and Great
# Expectations: three seconds of work in every process, for a grammar of addresses that is not needed here. (pip check then
# names it as missing.)
[ -z "${1:-}" ] || $uninstall rfc3987-syntax
touch "$installed" "$installed${1:+-$1}"
