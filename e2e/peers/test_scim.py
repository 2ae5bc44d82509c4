"""Tests a SCIM server by code that is not ours.

PyPI `scim2-tester` reads what the server publishes of itself, and then makes, reads, changes, replaces and deletes people and groups
as that says [RFC 7643, RFC 7644]. Arguments: the address of the server, and a file with the authority whom its certificate is from;
the access token is on the input. Writes how many checks ended in which way, and what each that did not pass says.
"""

import collections
import json
import ssl
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python_modules"))

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

base, authority = sys.argv[1:]
headers = {"Authorization": f"Bearer {sys.stdin.read().strip()}"}
trusting = ssl.create_default_context(cafile=authority)
http = httpx2.Client(base_url=base, headers=headers, timeout=60, trust_env=False, verify=trusting)
client = SyncSCIMClient(http)
client.discover()
results = check_server(client)
told = {
    "counts": collections.Counter(result.status.name for result in results),
    "others": [
        f"{result.status.name} {result.title} {result.resource_type or ''}: {result.reason}"
        for result in results
        if result.status.name != "SUCCESS"
    ],
}
json.dump(told, sys.stdout)
