"""The GitHub action: against the published schema, and its steps run as a runner runs them."""

import os
import re
import subprocess
import tarfile
from hashlib import sha256
from pathlib import Path

import yaml

from program import must, say

ROOT = Path(__file__).resolve().parents[2]
SPAN = """
import json, os, time, urllib.request
now = time.time_ns()
span = {"traceId": os.urandom(16).hex(), "spanId": os.urandom(8).hex(), "name": "it's \\"odd\\" $(x)", "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 1)}
body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
url = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}))
"""


def check(binary, folder):
    path = ROOT / "action.yml"
    subprocess.run(["check-jsonschema", "--builtin-schema", "vendor.github-actions", str(path)], check=True, stdout=subprocess.DEVNULL)
    action = yaml.safe_load(path.read_text())
    install, check = action["runs"]["steps"]
    for step in (install, check):
        # What a caller writes must not become shell: it comes by the environment.
        must(step["shell"] == "bash" and "${{" not in step["run"], f"{step['name']}: an expression is put into the shell")
        subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)
        subprocess.run(["shellcheck", "--shell=bash", "--severity=style", "-"], input=step["run"], text=True, check=True)
    used = set(re.findall(r"\$\{\{ inputs\.(\w+) \}\}", path.read_text()))
    must(used == action["inputs"].keys(), f"inputs that are not used, or not there: {used ^ action['inputs'].keys()}")
    say("action.yml: valid, and nothing of its callers gets into its shell")

    runner = Runner(folder, action)
    own = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    archive = release(binary, folder)
    runner.step(install, {"version": "9.9.9"}, 0)
    must("cargo" not in runner.called(), "it was built although there is a release")
    must(runner.path() == [str(runner.temp / "cruddur-trace/bin")], "it is not on the path")
    # What is built in its place is another version.
    runner.step(install, {"version": "1.2.3"}, 1)
    must(f"cargo install --locked --root {runner.temp}/cruddur-trace --path {ROOT}" in runner.called(), "a release that is not there is not built")
    runner.step(install, {"version": own}, 0)
    runner.step(install, {"version": ""}, 0)
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    runner.step(install, {"version": "9.9.9"}, 1)
    say("action.yml: installs a release whose checksum is right, refuses another, and builds where there is none, if that is the version that was asked for")

    (folder / "span.py").write_text(SPAN)
    sends = f"python3 '{folder}/span.py'"
    here = "name = \"it's \\\"odd\\\" $(x)\""
    (folder / "checks.toml").write_text("[[assert]]\nname = 'it is there'\nexpr = 'name =~ \"it.*\"'\n")
    runner.step(check, {"run": sends, "assert": f"{here}\nduration < 1s\n"}, 0)
    runner.step(check, {"run": sends, "file": str(folder / "checks.toml"), "args": "--wait=5s", "junit": str(folder / "junit.xml")}, 0)
    must("it is there" in (folder / "junit.xml").read_text(), "there is no report")
    must("it is there" in runner.summary(), "the verdicts are not in the job's summary")
    runner.step(check, {"run": sends, "assert": "name = \"nothing\""}, 1)
    runner.step(check, {"run": f"{sends}\nexit 7\ntrue", "assert": here}, 7)
    fixture = f"-b\nfile:{ROOT}/tests/fixtures/cruddur.json"
    runner.step(check, {"assert": "name = \"GET /api/activities/home\"", "args": fixture}, 0)
    runner.step(check, {"assert": "name = \"nothing\"", "args": fixture}, 1)
    say("action.yml: asserts what a command sent, and ends as the command and the verdicts do")


def release(binary, folder):
    """A release as the action expects it, in the place of GitHub's. Answers the archive."""
    place = folder / "releases/v9.9.9"
    place.mkdir(parents=True)
    archive = place / "cruddur-trace-x86_64-unknown-linux-gnu.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(binary, "cruddur-trace")
    (place / f"{archive.name}.sha256").write_text(f"{sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")
    return archive


class Runner:
    """As much of a GitHub runner as the steps see. Its cargo installs nothing and says what it was asked."""

    def __init__(self, folder, action):
        self.folder, self.inputs = folder, action["inputs"]
        self.temp = folder / "temp"
        (folder / "bin").mkdir(parents=True)
        self.temp.mkdir()
        cargo = folder / "bin/cargo"
        cargo.write_text(f'#!/bin/sh\necho "cargo $*" >> "{folder}/called"\n')
        cargo.chmod(0o755)

    def step(self, step, inputs, code):
        """Runs a step with these inputs, as GitHub runs bash, and checks how it ends."""
        given = {name: inputs.get(name, described["default"]) for name, described in self.inputs.items()}
        environment = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder), "LANG": "C.UTF-8",
            "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_PATH": str(self.folder / "path"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"), "RUNNER_TEMP": str(self.temp), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64",
        }
        for name, value in step["env"].items():
            value = re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: given[found[1]], value)
            environment[name] = value.replace("${{ github.server_url }}/${{ github.action_repository }}", f"file://{self.folder}").replace("/releases/download", "/releases")
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True, timeout=300)
        must(done.returncode == code, f"{step['name']} with {inputs} ends with {done.returncode}, not {code}: {done.stdout}{done.stderr}")

    def read(self, name):
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def called(self):
        return self.read("called")

    def path(self):
        return self.read("path").split()

    def summary(self):
        return self.read("summary")
