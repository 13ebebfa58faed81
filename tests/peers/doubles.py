"""Doubles of services, which the integration tests serve alone."""

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from compare import must_equal, must_hold

PATIENCE = 60


@contextmanager
def serving(program: str, name: str, folder: Path):
    """A double, running: its address, and the keys that it knows."""
    address = folder / name
    process = subprocess.Popen(
        [program, f"serve_{name}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=os.environ | {f"CRUDDUR_TRACE_SERVE_{name.upper()}": str(address)},
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not address.exists():
            must_hold("the double starts", process.poll() is None and time.monotonic() < deadline)
            time.sleep(0.02)
        yield address.read_text().split()
    finally:
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
    must_equal("the double ends when its stdin does", 0, process.returncode)
