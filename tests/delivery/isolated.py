"""The static program where the container has it: in a folder with nothing but certificates, as a user that nobody knows."""

import os
import shutil
import socket
import struct
import subprocess
import threading
from pathlib import Path

from program import collecting, free, must, say, send

USER = 65532
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"


def check(static, root, image):
    must(interpreter(static) is None, f"{static} is not static: it needs {interpreter(static)}")
    say("static build: it needs no library and no loader")
    if os.geteuid() != 0:
        print("not proved: the static build in an empty folder, which needs root", flush=True)
        return
    for name in ("data", "tmp", "etc/ssl/certs"):
        (root / name).mkdir(parents=True)
    shutil.copy(static, root / "cruddur-trace")
    shutil.copy(f"/{CERTIFICATES}", root / CERTIFICATES)
    for folder in (root.parent, root):
        folder.chmod(0o755)
    os.chown(root / "data", USER, USER)
    (root / "data").chmod(0o700)
    (root / "etc/hosts").write_text("127.0.0.1 api.example\n")

    def enter():
        os.chroot(root)
        os.chdir("/")
        os.setgroups([])
        os.setgid(USER)
        os.setuid(USER)

    inside = {"preexec_fn": enter}
    environment = free(image)
    with collecting(["/cruddur-trace", "collect"], environment, **inside) as doors:
        send(doors["OTLP/HTTP"], "in an empty folder")
        listed = subprocess.run(["/cruddur-trace", "list", "-b", "local"], env=environment, capture_output=True, text=True, timeout=60, **inside)
        must(listed.returncode == 0 and "in an empty folder" in listed.stdout, f"it is not listed: {listed.stderr}")
    stat = (root / "data/traces.db").stat()
    must((stat.st_uid, stat.st_mode & 0o777) == (USER, 0o600), "the store is not private to its user")

    # A name is resolved, from a file here, and certificates are read: a connection arrives, and TLS begins.
    with socket.create_server(("127.0.0.1", 0)) as server:
        began = []
        thread = threading.Thread(target=lambda: began.append(hello(server)), daemon=True)
        thread.start()
        asked = {**environment, "HONEYCOMB_API_KEY": "not-a-key", "CRUDDUR_TRACE_HONEYCOMB_ENDPOINT": f"https://api.example:{server.getsockname()[1]}"}
        command = ["/cruddur-trace", "list", "-b", "honeycomb", "--timeout", "5s"]
        told = subprocess.run(command, env=asked, capture_output=True, text=True, timeout=60, **inside)
        thread.join(10)
    must(told.returncode == 3 and began == [b"\x16\x03"], f"no connection to api.example: {told.stderr}")
    unknown = {**asked, "CRUDDUR_TRACE_HONEYCOMB_ENDPOINT": "https://unknown.invalid"}
    told = subprocess.run(command, env=unknown, capture_output=True, text=True, timeout=60, **inside)
    must(told.returncode == 3 and "lookup" in told.stderr, f"a name that is none is not said to be: {told.stderr}")
    say("static build: in an empty folder, without a home, it receives, lists, resolves names and reads certificates")


def hello(server):
    """The first bytes of the first connection: 16 03 is TLS."""
    connection, _ = server.accept()
    with connection:
        return connection.recv(2)


def interpreter(path):
    """The loader that an ELF program asks for; `None` for one that needs none."""
    data = Path(path).read_bytes()
    must(data[:6] == b"\x7fELF\x02\x01", f"{path} is no 64-bit program")
    offset, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    for number in range(count):
        kind, _, begin, _, _, length = struct.unpack_from("<IIQQQQ", data, offset + number * size)
        if kind == 3:  # PT_INTERP
            return data[begin:begin + length].rstrip(b"\0").decode()
    return None
