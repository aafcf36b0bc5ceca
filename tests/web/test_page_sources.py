"""The pages' own tests run here, and their types are the API's. (`npm test` in callcenter/web does the first by hand.)"""

import os
import subprocess
import sys
from pathlib import Path

import callcenter.web
from callcenter.api.typescript import typescript_document
from tests.web.pages.words import FILES, Words

WEB = Path(callcenter.web.__file__).parent


def test_types_and_unit_tests_of_the_pages():
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        ["npm", "test", "--silent"], cwd=WEB, env={**os.environ, "PATH": path}, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_pages_know_the_apis_bodies_as_they_are():
    assert (WEB / "src/api/types.ts").read_text("utf-8") == typescript_document(), (
        "run: .venv/bin/python -m callcenter.api.typescript > callcenter/web/src/api/types.ts"
    )


def test_every_word_of_the_dictionary_is_read_by_the_tests():
    keys = sum(file.read_text("utf-8").count("], ") for file in FILES if file.name != "index.ts")
    written = sum(
        len([line for line in file.read_text("utf-8").splitlines() if line.endswith(("],", "] as const,"))]) for file in FILES
    )
    assert len(Words.pairs) == written > 300, keys


def test_nothing_is_loaded_from_elsewhere():
    page = (WEB / "static/index.html").read_text("utf-8")
    assert "http:" not in page
    assert "https:" not in page
    for asset in (WEB / "static/assets").glob("*.css"):
        assert "url(" not in asset.read_text("utf-8").replace("url(#", "")
