"""Proves that the reports of `assert` are what CI servers take, whatever assertions and spans are called.

    check.py CRUDDUR_TRACE_BINARY JUNIT_SCHEMA

Runs assertions with hostile names on a trace with hostile names, and reads what is written by parsers that others wrote. Prints one
line for each thing that is proved; the first difference ends it.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from junitparser import Error, Failure, JUnitXml
from lxml import etree

HOSTILE = [
    "plain",
    "]]> <![CDATA[ <!-- --> & &amp; \" '",
    "\x00\x07\x0b\x1b[31mred\x1b[0m\x1b]8;;http://x\x07\x7f\x85\x9b",
    "line\r\n\n::error file=x::y\n",
    "\u202eright\u2066\u200b\u2028\ufffe\uffff\U000e0041",
    "| a `b` ```` @octocat #1 </details> </code>",
    "</td><script>alert(1)</script><img src=x onerror=alert(1)>",
    "注文 👩\u200d👧 e\u0301",
    "long " * 200_000,
]


def main():
    binary, schema = sys.argv[1:]
    schema = etree.XMLSchema(etree.parse(schema))
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "traces.json").write_text(json.dumps(traces()))
        # Every name once with each verdict.
        (folder / "checks.toml").write_text("".join(check(name, kind) for name in HOSTILE for kind in ("holds", "fails", "unknown")))
        count = len(HOSTILE)
        run(binary, folder, schema, ["--file", "checks.toml"], 1, (3 * count, count, count))
        for kind, code, counts in [("holds", 0, (1, 0, 0)), ("fails", 1, (1, 1, 0)), ("unknown", 3, (1, 0, 1))]:
            (folder / "one.toml").write_text(check("one", kind))
            run(binary, folder, schema, ["--file", "one.toml"], code, counts)
        run(binary, folder, schema, ["name = 'nothing has this name'", "--settle", "0s"], 1, (1, 1, 0))


def run(binary, folder, schema, arguments, code, counts):
    """Runs assertions, and holds their reports against how many there are, how many fail, and how many cannot be told."""
    reports = {name: folder / f"report.{name}" for name in ("junit", "markdown", "html")}
    flags = [flag for name, path in reports.items() for flag in (f"--{name}", str(path))]
    command = [binary, "assert", "-b", "file:traces.json", *arguments, *flags]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    must(done.returncode == code, f"exit code {done.returncode}, not {code}: {done.stderr.decode()[-2000:]}")
    tests, failures, errors = counts
    what = f"{tests} assertions, {failures} that do not hold, {errors} that cannot be told"

    schema.assertValid(etree.parse(reports["junit"]))
    read = JUnitXml.fromfile(str(reports["junit"]))
    must((read.tests, read.failures, read.errors) == counts, f"counted are {(read.tests, read.failures, read.errors)}, not {counts}")
    results = [result for suite in read for case in suite for result in case.result]
    must(sum(isinstance(result, Failure) for result in results) == failures, "there are other failures than counted")
    must(sum(isinstance(result, Error) for result in results) == errors, "there are other errors than counted")
    drawn = [result for result in results if isinstance(result, Failure) and "critical path" in (result.text or "")]
    # The assertion of the command line is about a span that is nowhere.
    must(len(drawn) == failures or arguments[0] != "--file", f"{len(drawn)} of {failures} failures show a trace")
    proved(f"JUnit: {what}")

    markdown = reports["markdown"].read_bytes()
    must(len(markdown) <= 1 << 20, f"{len(markdown)} bytes are more than GitHub takes")
    lines = markdown.decode().splitlines()
    marks = [sum(line.startswith(f"| {mark} ") for line in lines) for mark in "✅❌❔"]
    must(marks == [tests - failures - errors, failures, errors], f"the table has {marks}")
    proved(f"Markdown: {what}")

    # The page is XML, too, so that nothing is repaired as it is read.
    page = etree.parse(reports["html"])
    rows = [len(page.findall(f".//tbody/tr[@class='{verdict}']")) for verdict in ("holds", "fails", "unknown")]
    must(rows == marks, f"the page has {rows}")
    must(not page.findall(".//script") and not page.findall(".//img"), "there is a script or an image")
    odd = [name for element in page.iter() for name in element.attrib if name.startswith("on") or name == "style"]
    must(not odd, f"there are attributes that do something: {odd}")
    must(len(page.findall(".//{http://www.w3.org/2000/svg}svg")) >= len(drawn), "there are fewer pictures than traces")
    proved(f"HTML: {what}")


def check(name, kind):
    """An assertion as TOML. What cannot be told waits for a trace to settle that never does. A file of assertions may have 1 MiB."""
    expression = {"holds": "status = error", "fails": "status = error", "unknown": "name = 'still to come'"}[kind]
    more = {"holds": "settle = '0s'", "fails": "settle = '0s'\nabsent = true", "unknown": "settle = '100000d'"}[kind]
    quoted = "".join(c if c.isascii() and c.isalnum() or c == " " else f"\\U{ord(c):08x}" for c in f"{name[:20_000]} {kind}")
    return f'[[assert]]\nname = "{quoted}"\nexpr = "{expression}"\n{more}\n'


def traces():
    """A trace of spans with hostile names, all of which fail."""
    begin = 1_784_901_785_123_000_000
    spans = [
        {
            "traceId": "5759e988bd862e3fe1be46a994272793",
            "spanId": f"{number:016x}",
            "parentSpanId": f"{1:016x}" if number > 1 else "",
            "name": name,
            "kind": 1,
            "startTimeUnixNano": str(begin + number * 1_000_000),
            "endTimeUnixNano": str(begin + 900_000_000),
            "status": {"code": 2, "message": name},
            "attributes": [{"key": name, "value": {"stringValue": name}}],
        }
        for number, name in enumerate(HOSTILE, 1)
    ]
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": HOSTILE[1]}}]}
    return {"resourceSpans": [{"resource": service, "scopeSpans": [{"spans": spans}]}]}


def must(holds, otherwise):
    if not holds:
        sys.exit(f"tests/reports: {otherwise}")


def proved(line):
    print(f"  ok  {line}", flush=True)


if __name__ == "__main__":
    main()
