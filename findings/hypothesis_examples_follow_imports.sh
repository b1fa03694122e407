#!/usr/bin/env bash
# Hypothesis 6.170.17: with derandomize=True, the examples of a test depend on which local modules
# happen to be imported when it runs.
#
# Guess: derandomize=True makes the examples a function of the test alone, so that the same test
# draws the same examples whatever ran before it.
# Found: Hypothesis collects the constants that stand in the source of local modules that have been
# imported, and mixes them into what it draws. A module that the test never uses changes its
# examples; so a test that counts what was drawn passes alone, and may fail behind other tests or
# in another worker of a parallel run.
#
# Seen: of four constants in an unrelated module, among 100 integers up to 10**6, none was drawn alone
# and three once that module was imported. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check hypothesis==6.170.17
mkdir "$folder/project"
cat > "$folder/project/unrelated.py" <<'PY'
NUMBERS = (123456, 654321, 777777, 888888)
PY
cat > "$folder/project/draw.py" <<'PY'
import sys

from hypothesis import given, settings, strategies as st

if sys.argv[1] == "with":
    import unrelated  # noqa: F401 - it is never used

drawn = []


@settings(derandomize=True, database=None, max_examples=100)
@given(st.integers(0, 10**6))
def test(number):
    drawn.append(number)


test()
print(*drawn)
PY
cd "$folder/project"
alone=$("$folder/env/bin/python" draw.py without)
again=$("$folder/env/bin/python" draw.py without)
beside=$("$folder/env/bin/python" draw.py with)
[ "$alone" = "$again" ] || { echo "the examples differ from run to run"; exit 1; }
"$folder/env/bin/python" - "$alone" "$beside" <<'PY'
import sys

import hypothesis

alone, beside = (set(text.split()) for text in sys.argv[1:3])
planted = {"123456", "654321", "777777", "888888"}
print(f"hypothesis {hypothesis.__version__}: {len(alone & planted)} of the 4 constants drawn alone, "
      f"{len(beside & planted)} once a module that holds them is imported")
if alone == beside or not beside & planted or alone & planted:
    sys.exit("this has changed: the examples no longer follow what is imported")
PY
