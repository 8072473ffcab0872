"""What a sign-in costs the vendor's SDK for Python: the statements with which its package aliyun-iot-linkkit signs with
HMAC-SHA256, taken from the installed source when this runs, and not repeated here. vendor_sdk.py <rounds>

They are those of a gateway that signs for its sub-devices. What the SDK signs its own CONNECT with is HMAC-SHA1."""

import ast
import hashlib
import hmac
import importlib.metadata
import importlib.util
import json
import pathlib
import statistics
import sys
import time

import measure

BATCH = 50
TIMESTAMP = "2524608000000"
# Those of sign_in.c.
PRODUCT_KEY = "a1X2bEnP82z"
DEVICE_NAME = "gateway_dev_0001"
DEVICE_SECRET = "0123456789abcdefghijklmnopqrstuv"
WANTED = ["client_id", "sign_content", "sign"]


def statements():
    """The first run of assignments to these three names, the last of them by hashlib.sha256."""
    package = pathlib.Path(importlib.util.find_spec("linkkit").origin).parent
    for node in ast.walk(ast.parse((package / "linkkit.py").read_text())):
        body = getattr(node, "body", [])
        for at in range(len(body) if isinstance(body, list) else 0):
            found = body[at:at + len(WANTED)]
            names = [one.targets[0].id for one in found
                     if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)]
            if names == WANTED and "sha256" in ast.unparse(found[-1]):
                return found
    sys.exit("linkkit does not sign as it did in 1.2.13")


def function():
    """sign_in(pk, dn, ds, millis) made of them."""
    made = ast.parse("def sign_in(pk, dn, ds, millis): return sign")
    made.body[0].body[:0] = statements()
    names = {"hmac": hmac, "hashlib": hashlib}
    exec(compile(ast.fix_missing_locations(made), "linkkit", "exec"), names)  # noqa: S102
    return names["sign_in"]


def main(rounds):
    measure.settle()
    sign_in = function()
    device = (PRODUCT_KEY, DEVICE_NAME, DEVICE_SECRET, TIMESTAMP)
    times = []
    for _ in range(rounds):
        begin = time.perf_counter_ns()
        for _ in range(BATCH):
            password = sign_in(*device)
        times.append((time.perf_counter_ns() - begin) / BATCH)
    version = importlib.metadata.version("aliyun-iot-linkkit")
    print(json.dumps({
        "key": "linkkit", "name": f"linkkit {version}, the vendor's, Python {sys.version.split()[0]}",
        "minimum": min(times), "median": statistics.median(times), "maximum": max(times),
        "password": password.upper(),
    }, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]))
