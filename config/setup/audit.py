"""Asks what is known against the packages that we lock: pip-audit for requirements/dev.txt, which holds all of run.txt, and
`npm audit` for the pages. `make audit`; docs/audits.md explains what is found and stays.

Ends with 0 when both answered and everything found is explained, 1 when something is not, 2 when one could not be asked: a
service that is out of reach must not look like a clean answer, which is what `pip-audit` alone would make of it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = re.compile(r"^\| *`?((?:GHSA|PYSEC|CVE)-[\w-]+)`? *\|", re.MULTILINE)
"""A row of docs/audits.md begins with the name of what it explains."""


class NotAsked(Exception):
    """There is no answer; the text says what was tried and what came back."""


class Finding(NamedTuple):
    package: str
    names: frozenset[str]
    """One advisory has several: GHSA-..., CVE-..., PYSEC-..."""
    what: str
    """The title, or the versions that mend it."""


def of_pip(report: Any) -> list[Finding]:
    """The findings of pip-audit's JSON. Raises NotAsked when a package was passed over."""
    packages = report["dependencies"]
    skipped = [f"{each['name']}: {each['skip_reason']}" for each in packages if "skip_reason" in each]
    if skipped or not packages:
        raise NotAsked("; ".join(skipped[:3]) or "it audited no package")
    return [
        Finding(
            f"{each['name']} {each['version']}",
            frozenset([hole["id"], *hole["aliases"]]),
            f"mended in {', '.join(hole['fix_versions']) or 'no version yet'}",
        )
        for each in packages
        for hole in each["vulns"]
    ]


def of_npm(report: Any) -> list[Finding]:
    """The findings of `npm audit --json`, one for each advisory. Raises NotAsked when it holds none because nobody answered."""
    if "auditReportVersion" not in report:
        raise NotAsked(str(report.get("message") or report.get("error") or report)[:300])
    return [
        Finding(f"{name} {hole['range']}", frozenset([hole["url"].rsplit("/", 1)[-1]]), f"{hole['severity']}: {hole['title']}")
        for name, each in report["vulnerabilities"].items()
        for hole in each["via"]
        if isinstance(hole, dict)  # a text names the package below, which has the advisory
    ]


def ask_pip(options: Sequence[str]) -> list[Finding]:
    """pip-audit over the lock file, as it stands: nothing is resolved or installed. `--strict` stops at the first package
    that the service does not know."""
    lock = str(ROOT / "requirements" / "dev.txt")
    fixed = ["--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    return of_pip(_answer([sys.executable, "-m", "pip_audit", *fixed, "-r", lock, *options], ROOT))


def ask_npm(options: Sequence[str]) -> list[Finding]:
    """`npm audit` over the lock file of the pages; node_modules need not be there."""
    return of_npm(_answer(["npm", "audit", "--package-lock-only", "--json", *options], ROOT / "callcenter" / "web"))


def _answer(command: list[str], folder: Path) -> Any:
    """What the program printed as JSON, whatever it thinks of it: both end with 1 for findings and for failures alike."""
    bin_folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise NotAsked(said[-1].strip()[:300] if said else f"it ended with {done.returncode} and said nothing") from None


def unexplained(found: Iterable[Finding], text: str) -> list[Finding]:
    """Those of which no name begins a row in the text of docs/audits.md."""
    known = set(EXPLAINED.findall(text))
    return [each for each in found if not each.names & known]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="what is known against the packages that we lock")
    parser.add_argument("--service", choices=("pypi", "osv"), default="pypi", help="whom pip-audit asks (default: pypi)")
    parser.add_argument("--osv-url", help="another address of the osv service")
    parser.add_argument("--npm-registry", help="another registry for npm's question")
    asked = parser.parse_args(arguments)
    pip_options = ["-s", asked.service, *(["--osv-url", asked.osv_url] if asked.osv_url else [])]
    npm_options = ["--registry", asked.npm_registry] if asked.npm_registry else []

    explanations = (ROOT / "docs" / "audits.md").read_text("utf-8")
    worst = 0
    for name, ask, options in (("pip-audit", ask_pip, pip_options), ("npm audit", ask_npm, npm_options)):
        try:
            found = ask(options)
        except NotAsked as why:
            print(f"{name}: NOT ASKED, so nothing is known: {why}")
            worst = 2
            continue
        open_ones = unexplained(found, explanations)
        print(f"{name}: answered, {len(found)} found, {len(found) - len(open_ones)} of them explained in docs/audits.md")
        for each in open_ones:
            print(f"  {each.package}: {', '.join(sorted(each.names))}: {each.what}")
        worst = max(worst, 1 if open_ones else 0)
    return worst


if __name__ == "__main__":
    sys.exit(main())
