#!/bin/sh
# Sets the tracker up on this machine and runs it: ./go demo, ./go test; ./go alone lists the rest.
# A shell script because a minimal Debian has no make. Everything Python goes into .venv, nothing anywhere else.
set -eu
cd "$(dirname "$0")"

PDF_PACKAGES="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
VENV=.venv

say() { printf '· %s\n' "$*" >&2; }
fail() { printf './go: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

usage() {
  cat <<'TEXT'
./go demo [options]     the tracker with the demo county, in the browser   演示
./go serve [options]    the tracker with this folder's own data            运行
./go test [arguments]   the linters and all tests; with arguments, pytest with them
./go check              the linters alone
./go catalogue          gather the words to translate into the English catalogue
./go lock [options]     choose the versions in requirements/ anew (--upgrade: the newest)
./go clean              remove what this script has made; your data stays
TEXT
}

# ---- the machine ------------------------------------------------------------------------------------------------

# The packages among the arguments that dpkg does not have.
missing() {
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf ' %s' "$package"
  done
}

# Installs by apt as root; fails if it cannot, or if we are not root.
apt_install() {
  [ "$(id -u)" = 0 ] && has apt-get || return 1
  say "installing system packages:$*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null || return 1
  # shellcheck disable=SC2068  # one word a package
  apt-get install -y -qq --no-install-recommends $@ >/dev/null
}

apt_command() { printf 'sudo apt-get update && sudo apt-get install -y --no-install-recommends%s' "$*"; }

# Without $1 nothing goes on; $2 would be good to have, so that an administrator is asked once.
require() {
  [ -n "$1" ] || return 0
  apt_install "$1" || fail "missing on this machine:$1
  On Debian and Ubuntu an administrator installs it with
    $(apt_command "$1${2:-}")"
}

# Without these something is lost, and we say what ($1).
wish() {
  [ -n "$2" ] || return 0
  apt_install "$2" || say "missing on this machine:$2
  $1 To have them:
    $(apt_command "$2")"
}

pdf_missing() {
  # shellcheck disable=SC2086  # one word a package
  if has dpkg-query; then missing $PDF_PACKAGES; fi
}

test_missing() {
  [ -n "${TEST_DATABASE_URL:-}" ] || has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || printf ' postgresql'
  has dpkg-query || return 0
  missing libatomic1
  # Ubuntu has Chromium as a snap only; there the tests use Playwright's own (see own_browser).
  [ -n "$(browser)" ] || ! grep -q '^ID=debian' /etc/os-release || printf ' chromium'
}

browser() { for name in chromium chromium-browser google-chrome; do command -v "$name" && return; done || true; }

own_browser() {
  [ -z "$(browser)" ] || return 0
  say "fetching Playwright's Chromium"
  if [ "$(id -u)" = 0 ] && has apt-get; then
    "$VENV/bin/python" -m playwright install --with-deps chromium >/dev/null
  else
    "$VENV/bin/python" -m playwright install chromium >/dev/null
  fi || fail "no Chromium on this machine, and none could be fetched: install one (chromium or google-chrome)"
}

# ---- Python -----------------------------------------------------------------------------------------------------

# The first interpreter that runs $1 without an error; they may be shims of versions that are not there.
python_with() {
  for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 python3.14}; do
    if "$name" -c "$1" >/dev/null 2>&1; then printf '%s' "$name"; return; fi
  done
}

NEW_ENOUGH='import sys; sys.exit(sys.version_info < (3, 11))'

# The packages that let us make a virtual environment; empty when nothing is missing.
python_missing() {
  [ -z "$(python_with "$NEW_ENOUGH; import ensurepip, venv")" ] || return 0
  found=$(python_with "$NEW_ENOUGH")
  if [ -z "$found" ] && has python3 && ! has apt-get; then fail "Python 3.11 or newer is needed"; fi
  case "$found" in
    "" | python3) printf ' python3 python3-venv' ;;
    *) printf ' %s-venv' "$found" ;;
  esac
}

make_venv() {
  # A folder that was moved, or whose interpreter is gone, is made anew.
  if [ "$(cat "$VENV/.home" 2>/dev/null)" = "$PWD" ] && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then return; fi
  interpreter=$(python_with "$NEW_ENOUGH; import ensurepip, venv")
  [ -n "$interpreter" ] || fail "Python 3.11 or newer is needed (with its venv module)"
  say "making $VENV with $("$interpreter" --version)"
  rm -rf "$VENV"
  "$interpreter" -m venv "$VENV"
  printf '%s' "$PWD" >"$VENV/.home"
}

pip_install() { "$VENV/bin/python" -m pip install -q --disable-pip-version-check --no-input "$@"; }

# $1: the lock file, run or dev. A stamp of everything that decides the result makes the next start quick.
setup() {
  sum=$(cat "requirements/$1.txt" pyproject.toml hatch_build.py | cksum | cut -d ' ' -f 1)
  if [ ! -e "$VENV/.$1.$sum" ] || [ "$(cat "$VENV/.home")" != "$PWD" ]; then
    make_venv
    say "installing $(grep -c == "requirements/$1.txt") Python packages (once)"
    pip_install --require-hashes -r "requirements/$1.txt"
    pip_install --no-deps --no-build-isolation -e .
    rm -f "$VENV/.$1."*
    touch "$VENV/.$1.$sum"
  fi
  catalogues
}

# What runs needs run.txt; an environment with dev.txt has all of it.
setup_run() {
  sum=$(cat requirements/dev.txt pyproject.toml hatch_build.py | cksum | cut -d ' ' -f 1)
  if [ -e "$VENV/.dev.$sum" ]; then setup dev; else setup run; fi
}

catalogues() {
  for source in tracker/translations/*/LC_MESSAGES/messages.po; do
    [ -e "$source" ] || continue
    if [ ! -e "${source%.po}.mo" ] || [ -n "$(find "$source" -newer "${source%.po}.mo")" ]; then
      "$VENV/bin/python" -c 'import hatch_build, pathlib; hatch_build.compile_catalogues(pathlib.Path())'
    fi
  done
}

# ---- the commands -----------------------------------------------------------------------------------------------

check() {
  for tool in "ruff check -q ." "ruff format -q --check ." "mypy --no-error-summary" "lint-imports --no-logo" \
    "djlint templates --lint --quiet"; do
    say "$tool"
    # shellcheck disable=SC2086  # a command and its words
    "$VENV/bin/"$tool >"$VENV/.check" 2>&1 || { cat "$VENV/.check"; return 1; }
  done
}

lock() {
  for name in run dev; do
    group=; [ $name = run ] || group="--group dev"
    # shellcheck disable=SC2086  # two words or none
    "$VENV/bin/uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
      --no-annotate --group build $group "$@" pyproject.toml -o "requirements/$name.txt" >/dev/null
  done
}

catalogue() {
  template="$VENV/messages.pot"
  "$VENV/bin/pybabel" -q extract -F pyproject.toml -k N_ -k NP_:1c,2 --no-location --sort-output --omit-header -o "$template" .
  words=tracker/translations/en/LC_MESSAGES/messages.po
  [ -e "$words" ] || : >"$words"
  "$VENV/bin/pybabel" -q update -i "$template" -d tracker/translations -l en -N --no-wrap --omit-header --ignore-obsolete
}

command=${1:-}
[ $# = 0 ] || shift
case "$command" in
  demo)
    require "$(python_missing)" "$(pdf_missing)"
    wish "Everything works but the PDF documents." "$(pdf_missing)"
    setup_run
    exec "$VENV/bin/tracker" demo "$@"
    ;;
  serve)
    require "$(python_missing)" "$(pdf_missing)"
    wish "Everything works but the PDF documents." "$(pdf_missing)"
    setup_run
    exec "$VENV/bin/tracker" serve "$@"
    ;;
  test)
    require "$(python_missing)$(pdf_missing)$(test_missing)"
    setup dev
    own_browser
    [ $# = 0 ] || exec "$VENV/bin/python" -m pytest "$@"
    check
    say "pytest"
    exec "$VENV/bin/python" -m pytest -q -n 2 --dist worksteal
    ;;
  check) require "$(python_missing)"; setup dev; check ;;
  catalogue) require "$(python_missing)"; setup dev; catalogue; catalogues ;;
  lock) require "$(python_missing)"; setup dev; lock "$@" ;;
  clean) rm -rf "$VENV" dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis ;;
  "" | help | -h | --help) usage ;;
  *) usage >&2; exit 2 ;;
esac
