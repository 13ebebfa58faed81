"""A backend with nothing but the X-Ray SDK, whose sampling rules come from the receiver, and somebody who visits it in a loop.

    xray_rules.py RULES     RULES is the receiver's file of rules, which is changed in between

The rules' paths: /never, /always, and /some with a reservoir and a rate of 0. Writes the documents that it sent to the file that
PEERS_XRAY_TRUTH names, and what it asked for to PEERS_VISIT_TRUTH.
"""

import json
import logging
import os
import sys
import time
from pathlib import Path

from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware
from flask import Flask

from truth import RecordingEmitter

# How long /some is visited as fast as it goes, in seconds.
LOOP = 2.5

logging.getLogger("aws_xray_sdk").setLevel(logging.ERROR)
emitter = RecordingEmitter()
xray_recorder.configure(service="backend-flask", context_missing="IGNORE_ERROR", emitter=emitter)
app = Flask("backend-flask")
XRayMiddleware(app, xray_recorder)
app.add_url_rule("/<path>", view_func=lambda path: path)
visitor = app.test_client()
sampler = xray_recorder.sampler
visits: list[tuple[str, int, int]] = []


def visit(path: str):
    """One request, and the seconds in which it began and ended: the SDK's reservoir counts by whole seconds of this clock."""
    began = int(time.time())
    assert visitor.get(path).status_code == 200
    visits.append((path, began, int(time.time())))


def wait_until(what: str, holds):
    deadline = time.monotonic() + 30
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"xray_rules.py: not within 30 s: {what}")
        time.sleep(0.02)


def rate_of(name: str):
    return {rule.name: rule.rate for rule in sampler._cache.rules}.get(name)


def main(file: Path):
    # Rules are newer than the second in which the receiver began. Fetched later, they are not fetched again in the middle of the loop,
    # where the SDK has no quota for a moment.
    begun = int(time.time())
    wait_until("the next second", lambda: int(time.time()) > begun)
    sampler.start()
    wait_until("the SDK has the receiver's rules", lambda: sampler._cache.rules)
    for _ in range(50):
        visit("/never")
        visit("/always")
    # Until there is a quota, the SDK borrows one request a second.
    visit("/some")
    # What it does every 10 s: report, and take the quota.
    sampler._target_poller._do_work()
    until = time.time() + LOOP
    while time.time() < until:
        visit("/some")

    rules = json.loads(file.read_text())
    for entry in rules:
        if entry["SamplingRule"]["RuleName"] == "never":
            entry["SamplingRule"]["FixedRate"] = 1
    file.write_text(json.dumps(rules, indent=1))
    # The answer to the next report says that the rules have changed, and the SDK fetches them.
    sampler._target_poller._do_work()
    wait_until("the SDK has fetched the changed rules", lambda: rate_of("never") == 1)
    for _ in range(20):
        visit("/never")

    Path(os.environ["PEERS_XRAY_TRUTH"]).write_text(json.dumps(emitter.records()))
    Path(os.environ["PEERS_VISIT_TRUTH"]).write_text(json.dumps(visits))
    print(f"{len(visits)} requests, {len(emitter.documents)} documents")


main(Path(sys.argv[1]))
