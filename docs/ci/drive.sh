#!/usr/bin/env bash
# Starts the backend, asks it for the paths that are given, and stops it in good order, so that it sends its last spans.
#
#   BACKEND   the command that starts it   (default: python3 -m flask run -p 4567)
#   URL       where it then answers        (default: http://127.0.0.1:4567)
set -euo pipefail
set -m # a job of its own, which Ctrl-C reaches

url=${URL:-http://127.0.0.1:4567}
${BACKEND:-python3 -m flask run -p 4567} &
backend=$!
trap 'kill -INT "$backend" 2> /dev/null && wait "$backend" || true' EXIT

for path in "$@"; do
    # What it answers is for the assertions; as long as it does not, it is starting, or has ended.
    until curl --silent --output /dev/null --max-time 30 "$url$path"; do
        kill -0 "$backend"
        sleep 0.2
    done
done
