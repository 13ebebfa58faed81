"""The program, run as the files under test say, on free ports and in a home of its own."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager

# Flags and settings that these files use already and the program does not have yet. The check fails when it has them: then they leave here.
PENDING_FLAGS = {"--forward", "--status"}
PENDING_SETTINGS = {"collect.otlp_grpc"}

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


def accepts(binary, arguments, environment):
    """Whether the program takes these arguments: flags that are pending it must refuse, and it is asked without them."""
    pending = PENDING_FLAGS & set(arguments)
    for flag in pending:
        refused = subprocess.run([binary, "collect", flag], env=environment, capture_output=True, text=True, timeout=60)
        must(refused.returncode == 2 and f"unexpected argument '{flag}'" in refused.stderr,
             f"{flag} is no longer pending: {refused.stderr}")
    # With a pending flag goes its value.
    kept = [argument for argument, before in zip(arguments, [None, *arguments]) if not {argument, before} & pending]
    if "--status" in arguments:
        return kept
    with collecting([binary, *kept], environment):
        pass
    return kept


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
