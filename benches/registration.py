"""What a registration over TLS costs with each client: processes of their own, in turns.
registration.py <times> <folder of the programs> <work> <ca> <port> <ProductKey> <DeviceName> <client>...

A client for others than linkauth gets the body of its POST from a file, signed here."""

import hmac
import json
import os
import pathlib
import secrets
import subprocess
import sys
import urllib.parse

import measure

NAMES = {
    "register_linkauth": "liblinkauth and liblinkauth_tls",
    "register_mbedtls": "mbedTLS",
    "register_curl": "libcurl with OpenSSL",
}
FIGURES = ("load_us", "handshake_us", "whole_us", "durable_us", "load_cpu_us", "cpu_us", "resident_kb", "changed_kb")


class Platform:
    def __init__(self, work, ca, port, product_key, device_name):
        self.work = pathlib.Path(work)
        self.ca, self.port, self.product_key, self.device_name = ca, port, product_key, device_name
        self.product_secret = self.work / "secrets/product"
        self.runs = 0

    def body(self):
        """Of a POST that nobody sent before, in a file."""
        random = secrets.token_hex(8)
        signed = f"deviceName{self.device_name}productKey{self.product_key}random{random}"
        sign = hmac.new(self.product_secret.read_bytes().strip(), signed.encode(), "sha256").hexdigest()
        path = self.work / "body"
        path.write_text(urllib.parse.urlencode({
            "productKey": self.product_key, "deviceName": self.device_name, "random": random, "sign": sign,
            "signMethod": "hmacsha256"}))
        return str(path)

    def store(self):
        """An empty folder."""
        self.runs += 1
        folder = self.work / f"stores/{self.runs}"
        folder.mkdir(mode=0o700)
        return str(folder)

    def arguments(self, client, is_stored):
        if client != "register_linkauth":
            return [self.ca, self.port, self.body()]
        return [self.ca, self.port, self.product_key, self.device_name, str(self.product_secret),
                self.store() if is_stored else "-"]


def once(folder, platform, client, is_stored, **environment):
    command = [f"{folder}/registering", f"{folder}/{client}.so", *platform.arguments(client, is_stored)]
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    if result.returncode != 0:
        sys.exit(f"{client}: {result.stderr}")
    return json.loads(result.stdout)


def libraries(run, client):
    """All that are mapped but the C library, the client and the counter of the heap."""
    ours = {f"{client}.so", "heap.so"}
    return [library for library in run["libraries"] if pathlib.Path(library["path"]).name not in ours]


def main(times, folder, platform, clients):
    ways = [(client, False) for client in clients]
    ways += [(client, True) for client in clients if client == "register_linkauth"]
    runs = {way: [] for way in ways}
    for way in ways:
        once(folder, platform, *way)
    for _ in range(times):
        for way in ways:
            runs[way].append(once(folder, platform, *way))
    print(json.dumps({"times": times, "clients": [
        {
            "key": client + ("_stored" if is_stored else ""),
            "name": NAMES[client] + (", stored in a file" if is_stored else ""),
            "libraries": len(libraries(runs[client, is_stored][0], client)),
            "bytes": sum(one["bytes"] for one in libraries(runs[client, is_stored][0], client)),
            "heap_bytes": once(folder, platform, client, is_stored, LD_PRELOAD=f"{folder}/heap.so")["heap_bytes"],
        } | {figure: measure.spread([run[figure] for run in runs[client, is_stored]]) for figure in FIGURES}
        for client, is_stored in ways
    ]}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Platform(*sys.argv[3:8]), sys.argv[8:])
