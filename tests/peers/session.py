"""The tool under proof, run as a user would, in a home and with a store of its own."""

import json
import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

from compare import Difference, must_equal, must_hold

# Long enough for a busy CI machine; nothing here waits for it when all is well.
PATIENCE = 120


class Session:
    """One store, and the tool that fills and reads it. The environment has nothing in it that we did not put there."""

    def __init__(self, binary: str, folder: Path, name: str):
        self.binary = binary
        self.folder = folder / "".join(c if c.isalnum() else "-" for c in name)
        self.folder.mkdir()
        home = self.folder / "home"
        home.mkdir()
        self.truth = {kind: self.folder / f"{kind.lower()}.json" for kind in ("OTEL", "XRAY", "VISIT")}
        self.environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_STATE_HOME": str(home / "state"),
            "TMPDIR": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CRUDDUR_TRACE_STORE": str(self.folder / "store.db"),
        } | {f"PEERS_{kind}_TRUTH": str(path) for kind, path in self.truth.items()}

    def call(self, *arguments: str, expect: int = 0, extra=None, stdin: bytes = b"") -> subprocess.CompletedProcess:
        """Runs the tool; its exit code must be `expect`."""
        with self.started(*arguments, extra=extra) as process:
            try:
                stdout, stderr = process.communicate(stdin, timeout=PATIENCE)
            except subprocess.TimeoutExpired as late:
                raise Difference(
                    f"no end after {PATIENCE} s of: {printed(process.args)}\n{excerpt(late.stderr or b'')}"
                ) from late
        if process.returncode != expect:
            raise Difference(
                f"exit code {process.returncode} instead of {expect} of: {printed(process.args)}\n"
                f"--- stdout\n{excerpt(stdout)}\n--- stderr\n{excerpt(stderr)}"
            )
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    @contextmanager
    def started(self, *arguments: str, extra=None):
        """The tool, running, in a process group of its own, of which nothing may be left when it has ended."""
        process = subprocess.Popen(
            [self.binary, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment | (extra or {}),
            cwd=self.folder,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            ended = process.poll() is not None
            try:
                os.killpg(process.pid, signal.SIGKILL)
                left = ended
            except ProcessLookupError:
                left = False
            process.communicate()
        must_hold(f"nothing is left running after {printed(process.args)}", not left)

    def run(self, *command: str, options=(), **how) -> subprocess.CompletedProcess:
        return self.call("run", *options, "--", *command, **how)

    def json(self, *arguments: str) -> dict:
        done = self.call(*arguments, "-o", "json")
        try:
            document = json.loads(done.stdout)
        except ValueError as error:
            raise Difference(f"{arguments[0]} -o json is not JSON: {error}\n{done.stdout[:2000]!r}") from error
        must_equal(f"{arguments[0]} -o json: schema", 1, document["schema"])
        return document

    def sent(self, kind: str):
        return json.loads(self.truth[kind].read_text(encoding="utf-8"))


def proved(line: str):
    print(f"  ok  {line}", flush=True)


def excerpt(output: bytes) -> str:
    text = output.decode(errors="replace")
    return text if len(text) <= 4000 else f"{text[:2000]}\n[… {len(text) - 4000} characters …]\n{text[-2000:]}"


def printed(command) -> str:
    return " ".join(subprocess.list2cmdline([part]) for part in command)
