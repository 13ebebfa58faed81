"""AWS X-Ray's API as moto has it, in a process of its own, and what AWS's own client for Python puts there and reads again.

moto (https://docs.getmoto.org/en/latest/docs/services/xray.html) keeps every document as it was sent and gives it back as it is. It
does not put the parts of a trace together as the service does: what is in several documents is for the reader to join.
"""

import json
import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import boto3

from compare import Difference, must_equal, same_id
from session import PATIENCE, excerpt

# How many ids the service takes at once; moto takes any number. https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html
BATCH = 5
# How many documents: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
DOCUMENTS = 25


def variables(endpoint: str) -> dict[str, str]:
    """What leads AWS's SDKs there, and nowhere else, with keys that are no keys."""
    return {
        "AWS_ENDPOINT_URL_XRAY": endpoint,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # What moto refuses, it refuses again.
        "AWS_MAX_ATTEMPTS": "2",
    }


@contextmanager
def moto(folder: Path, environment: dict[str, str]):
    """moto's server on a free port, ended at the end; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    said, reader = b"", None
    try:
        while not (running := re.search(rb"Running on (http://[0-9.:]+)", said)):
            line = process.stderr.readline()
            if not line:
                raise Difference(f"moto's server did not start:\n{excerpt(said)}")
            said += line
        late.cancel()
        # It writes a line for every request, which must not fill the pipe.
        reader = threading.Thread(target=process.stderr.read)
        reader.start()
        yield running[1].decode()
    finally:
        late.cancel()
        process.kill()
        process.wait()
        if reader:
            reader.join()
        process.stderr.close()


class Service:
    """The service as boto3 sees it."""

    def __init__(self, endpoint: str):
        # The user's own profiles, keys and proxies are none of our business.
        for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
            del os.environ[name]
        os.environ.update(variables(endpoint))
        self.client = boto3.client("xray", region_name=os.environ["AWS_REGION"])
        self.sent: list[str] = []

    def put(self, documents: list[dict]):
        """Sends them in that order, and remembers them byte by byte."""
        texts = [json.dumps(document, ensure_ascii=False) for document in documents]
        for start in range(0, len(texts), DOCUMENTS):
            answer = self.client.put_trace_segments(TraceSegmentDocuments=texts[start : start + DOCUMENTS])
            must_equal("moto takes every document", [], answer["UnprocessedTraceSegments"])
        self.sent += texts

    def documents(self, ids: list[str]) -> list[str]:
        """What boto3 gets of these traces."""
        texts = []
        for start in range(0, len(ids), BATCH):
            answer = self.client.batch_get_traces(TraceIds=ids[start : start + BATCH])
            must_equal("boto3: every trace is there", [], answer["UnprocessedTraceIds"])
            texts += [segment["Document"] for trace in answer["Traces"] for segment in trace["Segments"]]
        return texts

    def ids(self) -> list[str]:
        """The ids of all traces, as they were sent."""
        return list(dict.fromkeys(json.loads(text)["trace_id"] for text in self.sent))


def last_of_each(documents: list[dict]) -> list[dict]:
    """Of a segment that was sent again, what was sent last."""
    return list({(same_id(document["trace_id"]), document["id"]): document for document in documents}.values())


def in_parts(start: float) -> list[dict]:
    """A segment that is announced, subsegments that are sent on their own, one of them announced as well, and then the segment
    with others within it."""
    trace_id = f"1-{int(start):08x}-0000000000000000000000c1"
    failure = {
        "id": "00000000000000e1",
        "type": "KeyError",
        "message": "'uuid'",
        "stack": [{"path": "db.py", "line": 31, "label": "query"}],
    }
    segment = {"trace_id": trace_id, "id": "00000000000000a1", "name": "backend-flask", "start_time": start}
    apart = {"type": "subsegment", "trace_id": trace_id, "parent_id": segment["id"]}
    query = apart | {"id": "00000000000000b1", "name": "cruddur@db", "namespace": "remote", "start_time": start + 0.01}
    render = apart | {"id": "00000000000000b2", "name": "render", "start_time": start + 0.3, "end_time": start + 0.4}
    parse = {"id": "00000000000000b4", "name": "parse", "start_time": start + 0.031, "end_time": start + 0.032}
    verify = {
        "id": "00000000000000b3",
        "name": "verify",
        "start_time": start + 0.03,
        "end_time": start + 0.04,
        "subsegments": [parse],
    }
    return [
        segment | {"in_progress": True},
        query | {"in_progress": True},
        render | {"parent_id": query["id"], "annotations": {"rows": 45, "ratio": 0.5, "cached": False, "view": "home"}},
        query
        | {
            "end_time": start + 0.29,
            "sql": {"sanitized_query": "SELECT * FROM activities", "database_type": "PostgreSQL", "user": "cruddur"},
            "fault": True,
            "cause": {"working_directory": "/app", "exceptions": [failure]},
        },
        segment
        | {
            "end_time": start + 0.5,
            "user": "andrewbrown",
            "http": {
                "request": {"method": "GET", "url": "http://api.example/home"},
                "response": {"status": 500, "content_length": 0},
            },
            "fault": True,
            "annotations": {"zone": "eu-central-1"},
            "metadata": {"default": {"nested": [1, 2.5, "drei", {"four": 4}]}},
            "subsegments": [verify],
        },
    ]


def of_random_id(start: float) -> list[dict]:
    """A trace whose id was made by the W3C's rules: what looks like its time is of 2010."""
    trace_id = "1-4bf92f35-77b34da6a3ce929d0e0e4736"
    caller = {"trace_id": trace_id, "id": "00f067aa0ba902b7", "name": "gateway", "start_time": start, "end_time": start + 0.2}
    callee = {
        "trace_id": trace_id,
        "id": "b7ad6b7169203331",
        "name": "worker",
        "start_time": start + 0.1,
        "end_time": start + 0.15,
    }
    return [callee | {"parent_id": caller["id"]}, caller]


def odd(start: float) -> list[dict]:
    """A document that no SDK of AWS's would make, and that the service's schema leaves room for."""
    return [
        {
            "trace_id": f"1-{int(start):08x}-0000000000000000000000d1",
            "id": "00000000000000d1",
            "name": 'Größe: 日本, "quoted" & <b>',
            "start_time": int(start),
            "end_time": int(start) + 2,
            "throttle": True,
            "error": True,
            "origin": "AWS::EC2::Instance",
            "metadata": {
                "": {"deep": [[[[[[[["eight"]]]]]]]], "large": 9007199254740993, "line": "two\nlines"},
                "list": [1, 2],
            },
            "annotations": {"empty": "", "negative": -1, "tiny": 1e-9},
            "subsegments": [
                {"id": "00000000000000d2", "name": "instant", "start_time": start, "end_time": start, "namespace": "aws"},
                {"id": "00000000000000d3", "name": "instant", "start_time": start, "end_time": start, "subsegments": []},
            ],
            "nobody.knows": {"this": ["field"]},
        }
    ]


def still_running(start: float) -> list[dict]:
    """Of this, nothing but its beginning has come."""
    trace_id = f"1-{int(start):08x}-0000000000000000000000f1"
    return [{"trace_id": trace_id, "id": "00000000000000f1", "name": "backend-flask", "start_time": start, "in_progress": True}]
