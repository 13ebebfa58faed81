"""Proves the files by which the program is delivered, as far as that goes without a container engine.

    check.py CRUDDUR_TRACE_BINARY STATIC_BINARY

Prints one line for each thing that is proved; the first difference ends it.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import yaml
from dockerfile_parse import DockerfileParser

import action
import isolated
from program import accepts, collecting, free, must, say, send, setting, settings

ROOT = Path(__file__).resolve().parents[2]
PORTS = {"4317/tcp", "4318/tcp", "9411/tcp", "2000/tcp", "2000/udp"}


def main():
    binary, *static = (str(Path(path).resolve()) for path in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        image = dockerfile(binary, folder)
        compose(binary, folder, image)
        unit(binary, folder)
        action.check(binary, folder / "action")
        if static:
            isolated.check(static[0], folder / "root", image)
        else:
            print("not proven: the static program in an empty root, as it was left out", flush=True)


def dockerfile(binary, folder):
    """The image: who runs in it, what, and where it listens. Answers its environment."""
    parser = DockerfileParser(path=str(folder / "Dockerfile"))
    parser.content = (ROOT / "Dockerfile").read_text()
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    build, final = parser.parent_images
    must(re.fullmatch(rf"rust:{re.escape(manifest['package']['rust-version'])}-slim-\w+", build), f"{build} is not of Cargo.toml's rust-version")
    must(final.startswith("gcr.io/distroless/static-") and final.endswith(":nonroot"), f"{final} is not the static one without root")

    # Of the last stage alone.
    last = max(line["startline"] for line in parser.structure if line["instruction"] == "FROM")
    lines = [(line["instruction"], line["value"]) for line in parser.structure if line["startline"] > last]
    values = dict(lines)
    must(re.fullmatch(r"([1-9]\d*):\1", values["USER"]), f"{values['USER']} is not a user by number who is not root")
    copied = [value for name, value in lines if name == "COPY"]
    must(copied == ["--from=build /image/cruddur-trace /usr/local/bin/cruddur-trace", f"--from=build --chown={values['USER']} /image/data /data"],
         f"the program is not root's, or the store's folder not its user's: {copied}")
    must(set(values["EXPOSE"].split()) == PORTS, f"exposed is {values['EXPOSE']}")
    environment = dict(pair.split("=", 1) for name, value in lines if name == "ENV" for pair in value.split())
    must(environment["CRUDDUR_TRACE_DATA_DIR"] == values["VOLUME"], "the store is not in the volume")
    must(not any("KEY" in name or "TOKEN" in name for name in environment), "there are keys in the image")
    entry, command = yaml.safe_load(values["ENTRYPOINT"]), yaml.safe_load(values["CMD"])
    health = yaml.safe_load(values["HEALTHCHECK"].split(" CMD ", 1)[1])
    must(entry == ["cruddur-trace"] and health[0] == entry[0], "it starts something else, or by a shell that is not there")

    # Each variable is a setting that the program knows, and says so.
    here = {**free(environment), "HOME": str(folder), "CRUDDUR_TRACE_DATA_DIR": str(folder / "data"), "CRUDDUR_TRACE_CACHE_DIR": str(folder / "cache")}
    known = settings(binary, environment)
    for name, value in environment.items():
        key = setting(name)
        if key:
            must(known.get(key) == (value, "env"), f"{name}={value} is not what sets {key}: {known.get(key)}")
            must(value.startswith("0.0.0.0:") and {f"{value[8:]}/tcp", f"{value[8:]}/udp"} & PORTS, f"{name} is not on a port that is exposed")
    must(known["store"][0] == f"{values['VOLUME']}/traces.db", f"the store is {known['store'][0]}")

    accepts(binary, command, here, health[1:])
    with collecting([binary, *command], here) as doors:
        must(doors.keys() == {"OTLP/HTTP", "OTLP/gRPC", "Zipkin's", "X-Ray"}, f"it listens only on {doors}")
        must(all(address.startswith("0.0.0.0:") for address in doors.values()), f"outside of the container nobody reaches {doors}")
        send(doors["OTLP/HTTP"], "in the image")
    listed = subprocess.run([binary, "list", "-b", "local"], env=here, capture_output=True, text=True, timeout=60, check=True)
    must("in the image" in listed.stdout and (folder / "data/traces.db").is_file(), f"it is not in the store: {listed.stdout}")
    say("Dockerfile: pinned, static, without root or keys; its command and settings are the program's, and it listens to the outside")

    sent = set((ROOT / ".dockerignore").read_text().split("\n")) - {""}
    copied = {name for instruction, value in ((line["instruction"], line["value"]) for line in parser.structure)
              if instruction == "COPY" and "--from" not in value for name in value.split()[:-1]}
    must({f"!{name}" for name in copied} | {"*"} == {line for line in sent if not line.startswith("#")}, ".dockerignore is not what is copied")
    say(".dockerignore: what is copied and nothing else")
    return environment


def compose(binary, folder, image):
    """Cruddur with the receiver in the place of the X-Ray daemon."""
    path = ROOT / "docker-compose.example.yml"
    subprocess.run(["check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)], check=True, stdout=subprocess.DEVNULL)
    services = yaml.safe_load(path.read_text())["services"]
    must(services.keys() == {"backend-flask", "cruddur-trace"}, f"the services are {services.keys()}")
    backend, receiver = services["backend-flask"], services["cruddur-trace"]
    name, port = backend["environment"]["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    must((name, port) == ("xray-daemon", "2000"), "the X-Ray SDK would have to be told")
    must(name in receiver["networks"]["default"]["aliases"], f"nobody answers to {name}")
    must(backend["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://{name}:4318", "OpenTelemetry does not send to the receiver")
    must(backend["depends_on"]["cruddur-trace"]["condition"] == "service_healthy", "the backend does not wait")

    for service in services.values():
        must(all(published.startswith("127.0.0.1:") for published in service["ports"]), f"the network reaches {service['ports']}")
    published = {re.sub(r"^127\.0\.0\.1:(\d+):\1", r"\1", port) for port in receiver["ports"]}
    must({port if "/" in port else f"{port}/tcp" for port in published} == PORTS, f"published is {published}")
    must(receiver["environment"] == {"HONEYCOMB_API_KEY": None}, "the key is not passed through, or more is")
    secret = re.compile(r"(key|token|secret|password|team)\w*\s*[:=]\s*[^\s#]", re.IGNORECASE)
    written = [line for line in path.read_text().splitlines() if secret.search(line.split("#")[0])]
    must(not written, f"there are secrets in it: {written}")
    must("traces:/data" in receiver["volumes"] and image["CRUDDUR_TRACE_DATA_DIR"] == "/data", "the store is not in the volume")
    must(int(receiver["stop_grace_period"].removesuffix("s")) > 10, "it is killed before it has finished")

    here = {**free(image), "HOME": str(folder), "CRUDDUR_TRACE_DATA_DIR": str(folder / "compose"), "HONEYCOMB_API_KEY": "not-a-key"}
    accepts(binary, receiver["command"], here)
    say("docker-compose.example.yml: valid, on this machine only, without secrets, and its command is the program's")


def unit(binary, folder):
    """The systemd unit, with the program where it is."""
    text = (ROOT / "docs/cruddur-trace.service").read_text()
    installed = "/usr/local/bin/cruddur-trace"
    must(f"ExecStart={installed} collect\n" in text, "it starts something else")
    unit = folder / "cruddur-trace.service"
    unit.write_text(text.replace(installed, binary))
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60)
    must(verified.returncode == 0 and not verified.stderr, f"systemd-analyze verify: {verified.stderr}")
    # 0 is the safest, 100 what a unit without any of this has.
    subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)], check=True, stdout=subprocess.DEVNULL)
    values = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    drains = re.search(r"drain_time: Duration::from_secs\((\d+)\)", (ROOT / "src/collect/config.rs").read_text())
    must(values["KillSignal"] == "SIGTERM" and int(values["TimeoutStopSec"]) > int(drains[1]), "it is killed before it has finished")

    # As systemd fills in its folders.
    environment = dict(pair.split("=", 1) for line in re.findall(r"^Environment=(.*)$", text, re.MULTILINE) for pair in line.split())
    folders = {"%S": "state", "%C": "cache", "%E": "etc"}
    here = {name: re.sub("%[SCE]", lambda found: str(folder / folders[found[0]]), value) for name, value in environment.items()}
    config = folder / "etc/cruddur-trace/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[collect]\notlp_http = "127.0.0.1:0"\notlp_grpc = "127.0.0.1:0"\nzipkin = "127.0.0.1:0"\nxray = "127.0.0.1:0"\n')
    with collecting([binary, "collect"], here) as doors:
        send(doors["OTLP/HTTP"], "of the unit")
    must((folder / "state/cruddur-trace/traces.db").is_file(), "the store is not in the state directory")
    say("docs/cruddur-trace.service: systemd takes it and finds it safe; settings and store are where it says, and it stops in good order")


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
