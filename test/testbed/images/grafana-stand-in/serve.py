"""Reads what Grafana is provisioned with, ends where a piece is missing, and answers /api/health once all is there."""

import glob
import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import yaml


def provisioned(kind):
    folder = os.path.join(os.environ["GF_PATHS_PROVISIONING"], kind)
    for path in glob.glob(os.path.join(folder, "*.y*ml")):
        with open(path, encoding="utf-8") as file:
            yield from yaml.safe_load(file)["providers" if kind == "dashboards" else kind]


with open(os.environ["GF_SECURITY_ADMIN_PASSWORD__FILE"], encoding="utf-8") as file:
    assert file.read().strip(), "the admin's password is empty"

dashboards = []
for provider in provisioned("dashboards"):
    for path in glob.glob(os.path.join(provider["options"]["path"], "*.json")):
        with open(path, encoding="utf-8") as file:
            dashboards.append(json.load(file)["title"])
assert dashboards, "there is no dashboard"

sources = [source["url"] for source in provisioned("datasources")]
assert sources, "there is no datasource"

# Its database and its log lie here.
with open("/var/lib/grafana/grafana.db", "w", encoding="utf-8") as file:
    file.write("")


def health():
    for url in sources:
        with urllib.request.urlopen(f"{url}/api/v1/query?query=up", timeout=5) as answer:
            assert json.load(answer)["status"] == "success"
    return {"database": "ok", "dashboards": dashboards}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            status, body = 200, health()
        except Exception as error:
            status, body = 503, {"error": str(error)}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


HTTPServer(("", 3000), Handler).serve_forever()
