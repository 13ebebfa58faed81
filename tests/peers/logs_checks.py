"""What watchtower wrote into CloudWatch Logs, as moto has it, is found by `logs` and `show --logs`.

moto honours a filter pattern of one quoted phrase; of several it answers every line, so that the tool has to tell them apart itself
(https://docs.getmoto.org/en/latest/docs/services/logs.html)."""

import sys
from pathlib import Path

from aws import moto, variables
from compare import must_equal, must_hold
from session import Session, excerpt

LOGGED = str(Path(__file__).with_name("logged.py"))


def check_logs(session: Session, proved):
    with moto(session.folder, session.environment) as endpoint:
        session.environment |= variables(endpoint) | {
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": endpoint,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        session.run(sys.executable, LOGGED)
        (trace,) = session.json("list", "-b", "local")["traces"]
        here = (trace["trace_id"], "-b", "local")
        spans = {span["name"]: span["span_id"] for span in session.json("show", *here)["traces"][0]["spans"]}

        told = session.json("logs", *here, "--log-group", "cruddur")["logs"]
        lines = [[line["body"].split(" trace_id=")[0], line["severity"], line["span_id"], line["matched_by"]] for line in told]
        must_equal(
            "logs: the lines that hold the id, each in its span",
            [
                ["INFO asked for messages", "info", spans["GET /api/messages"], "trace_id"],
                ["ERROR no such group\nof anybody", "error", spans["query"], "trace_id"],
            ],
            lines,
        )
        proved("logs: what watchtower wrote with the id of the trace, and no other line")

        plain = session.json("logs", *here, "--log-group", "plain")
        must_equal("logs: by time and path", ["time_and_path"], [line["matched_by"] for line in plain["logs"]])
        must_hold("logs: the line of the path", plain["logs"][0]["body"].endswith("404 NOT FOUND"), plain["logs"])
        must_hold("logs: that it is no proof is said", any("marked" in note for note in plain["notes"]), plain["notes"])
        proved("logs: without an id, by time and path, and said to be so")

        drawn = session.call("show", *here, "--log-group", "cruddur").stdout
        must_hold("show --logs draws them", b"ERROR" in drawn and b"no such group" in drawn, excerpt(drawn))
        session.call("logs", *here, "--log-group", "elsewhere", expect=1)
        proved("show --logs draws them, and a group that is not there has none (exit 1)")
