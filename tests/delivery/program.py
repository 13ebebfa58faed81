"""The program, run as the files under test say, on free ports and in a home of its own."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager

VARIABLE = re.compile(r"^CRUDDUR_TRACE_(COLLECT_\w+)$")
ADDRESS = re.compile(r"(?<=[:\]])\d+$")


def must(condition, why):
    if not condition:
        raise SystemExit(f"tests/delivery: {why}")


def say(what):
    print(f"ok: {what}", flush=True)


def setting(variable):
    """The setting that an environment variable sets, such as collect.otlp_http."""
    found = VARIABLE.match(variable)
    return found and found[1].lower().replace("_", ".", 1)


def free(environment):
    """The same with any free port in the place of each that is named."""
    return {name: ADDRESS.sub("0", value) if setting(name) else value for name, value in environment.items()}


def settings(binary, environment):
    """What each setting is and where it comes from, as `config show` says."""
    shown = subprocess.run([binary, "config", "show", "-o", "json"], env=environment, capture_output=True, timeout=60, check=True)
    return {entry["key"]: (entry["value"], entry["origin"]) for entry in json.loads(shown.stdout)["settings"]}


def accepts(binary, arguments, environment, health=None):
    """Whether the program runs with these arguments, and says that it is well, and that it is not when it has ended."""
    with collecting([binary, *arguments], environment):
        if health:
            asked = subprocess.run([binary, *health], env=environment, capture_output=True, text=True, timeout=60)
            must(asked.returncode == 0, f"{health} says {asked.returncode} of a receiver that is well: {asked.stderr}")
    if health:
        asked = subprocess.run([binary, *health], env=environment, capture_output=True, text=True, timeout=60)
        must(asked.returncode == 1, f"{health} says {asked.returncode} of a receiver that has ended: {asked.stderr}")


@contextmanager
def collecting(command, environment, **options):
    """A receiver while it listens; answers its addresses. It has to end in good order."""
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **options)
    try:
        said = ""
        while "Ctrl-C stops" not in said:
            line = process.stderr.readline()
            must(line, f"{command} does not listen: {said}")
            said += line
        yield dict(re.findall(r"listening for (\S+).*? on (?:http://)?([\d.]+:\d+)", said))
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        must(process.wait(30) == 0, f"{command} ends with {process.returncode}: {rest}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def send(address, name):
    """A span of this name, now."""
    now = time.time_ns()
    span = {"traceId": os.urandom(16).hex(), "spanId": os.urandom(8).hex(), "name": name,
            "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 1000)}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    port = address.rsplit(":", 1)[1]
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/traces", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        must((answer.status, answer.read()) == (200, b"{}"), "the receiver does not take a good span")
