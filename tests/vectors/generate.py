#!/usr/bin/env python3
"""Turns vectors.json, or the statuses of linkauth.h, into a table for the C tests.

    generate.py vectors <vectors.json> <output>
    generate.py statuses <linkauth.h> <output>

It only reshapes: what is compared, and how, is decided in C. Needs nothing beyond the standard
library.
"""

import json
import re
import sys
from urllib.parse import urlsplit


def literal(value):
    """A C string literal, or NULL."""
    if value is None:
        return "NULL"
    escaped = "".join(
        character if 32 <= ord(character) < 127 and character not in '"\\?' else f"\\{ord(character):03o}"
        for character in str(value)
    )
    return f'"{escaped}"'


def row(*values):
    return "    {" + ", ".join(str(value) for value in values) + "},"


def sdk_name(entry):
    """The SDK's name without how it was obtained, which is the same for all entries of a version."""
    name = re.split(r" \(|,", entry["source_sdk"])[0]
    part = re.search(r"\), (.*) compiled from", entry["source_sdk"])
    return " ".join(filter(None, [name, part and f"({part[1].rpartition('/')[2]})", entry["version"].strip("-")]))


def region_of(host, pattern):
    """The region a host belongs to, which the SDKs take from their caller and the entries leave out."""
    match = re.fullmatch(pattern, host or "")
    return match[1] if match else None


def mqtt_row(index, entry):
    inputs, outputs, check = entry["inputs"], entry["outputs"], entry["independent_check"]
    url = urlsplit(outputs.get("brokerUrl", ""))
    host = outputs.get("host", None)
    if url.netloc:
        # hostname would be in lower case.
        host = url.netloc.rpartition(":")[0]
    password = outputs.get("password")
    disagrees = "DISAGREEMENT" in check
    tls = inputs.get("tls")
    return row(
        index,
        literal(sdk_name(entry)),
        literal(entry["operation"]),
        literal(inputs["productKey"]),
        literal(inputs["deviceName"]),
        literal(inputs["deviceSecret"]),
        literal(inputs["signMethod"]),
        literal(inputs["timestamp"]),
        literal(inputs["signClientId"]),
        0 if tls is None else 2 if tls else 3,
        literal(host),
        literal(region_of(host, re.escape(inputs["productKey"]) + r"\.iot-as-mqtt\.(.+)\.aliyuncs\.com")),
        outputs.get("port", url.port or 0),
        literal(outputs["clientId"]),
        literal(outputs["username"]),
        literal(password if password is not None else check["expected_hex_lower"]),
        literal(outputs.get("password_masked")),
        literal(check["expected_hex_lower"] if disagrees else None),
    )


def https_row(index, entry):
    inputs, outputs, check = entry["inputs"], entry["outputs"], entry["independent_check"]
    url = urlsplit(outputs.get("url", ""))
    parsed = outputs.get("parsed_deviceSecret")
    if "parsed_result" in outputs:
        parsed = outputs["parsed_result"][1]
    return row(
        index,
        literal(sdk_name(entry)),
        literal(entry["operation"]),
        literal(inputs["productKey"]),
        literal(inputs["deviceName"]),
        literal(inputs["productSecret"]),
        literal(inputs["signMethod"]),
        literal(inputs["random"]),
        literal(url.netloc or None),
        literal(region_of(url.netloc, r"iot-auth\.(.+)\.aliyuncs\.com")),
        outputs.get("port", 0),
        literal(outputs.get("method")),
        literal(outputs.get("path", url.path or None)),
        literal(outputs.get("headers")),
        literal(outputs["body"]),
        literal(parsed),
        literal(check["expected_hex_lower"] if "DISAGREEMENT" in check else None),
    )


def token_row(index, entry):
    inputs, outputs = entry["inputs"], entry["outputs"]
    return row(
        index,
        literal(sdk_name(entry)),
        literal(entry["operation"]),
        *(literal(inputs[key]) for key in ("productKey", "deviceName", "clientId", "deviceToken")),
        *(literal(outputs[key]) for key in ("clientId", "username", "password")),
    )


def psk_row(index, entry):
    inputs, outputs = entry["inputs"], entry["outputs"]
    return row(
        index,
        literal(sdk_name(entry)),
        literal(entry["operation"]),
        *(literal(inputs[key]) for key in ("productKey", "deviceName", "deviceSecret", "timestamp")),
        *(literal(outputs[key]) for key in ("psk_identity", "psk_ascii")),
    )


def mqtt_registration_row(index, entry):
    inputs, outputs = entry["inputs"], entry["outputs"]
    host = inputs.get("host", outputs.get("host"))
    # C takes the instance id from the host, the others from their caller.
    instance = inputs.get("instanceId") or region_of(host, r"(.+)\.mqtt\.iothub\.aliyuncs\.com")
    keys = ("productKey", "deviceName", "productSecret", "signMethod", "random", "authType")
    return row(
        index,
        literal(sdk_name(entry)),
        literal(entry["operation"]),
        *(literal(inputs[key]) for key in keys),
        literal(instance),
        literal(host),
        *(literal(outputs[key]) for key in ("clientId", "username", "password")),
    )


def push_row(index, entry):
    inputs, outputs = entry["inputs"], entry["outputs"]
    return row(
        index,
        literal(sdk_name(entry)),
        literal(entry["operation"]),
        *(literal(inputs[key]) for key in ("topic", "productKey", "deviceName")),
        literal(outputs["deviceSecret"]),
    )


def other_row(index, entry):
    return row(index, literal(sdk_name(entry)), literal(entry["operation"]))


# Table of C: its type, how a row of it is made, the operations whose entries are in it.
TABLES = {
    "MQTT_VECTORS": ("mqtt_vector", mqtt_row, ["mqtt_connect", "mqtt_connect_server_assigned_clientid"]),
    "TOKEN_VECTORS": ("token_vector", token_row, ["mqtt_connwl_connect"]),
    "PSK_VECTORS": ("psk_vector", psk_row, ["tls_psk"]),
    "HTTPS_VECTORS": ("https_vector", https_row, ["https_dynreg_body", "dynreg_sign(https body and mqtt password)"]),
    "MQTT_REGISTRATION_VECTORS": ("mqtt_registration_vector", mqtt_registration_row, ["mqtt_dynreg_connect"]),
    "PUSH_VECTORS": ("push_vector", push_row, ["mqtt_dynreg_push_parse"]),
}


def vectors(source):
    with open(source, encoding="utf-8") as file:
        entries = list(enumerate(json.load(file)))
    known = {operation for _, _, operations in TABLES.values() for operation in operations}
    others = {entry["operation"] for _, entry in entries} - known
    lines = []
    for name, (kind, make_row, operations) in {**TABLES, "OTHER_VECTORS": ("other_vector", other_row, others)}.items():
        rows = [make_row(index, entry) for index, entry in entries if entry["operation"] in operations]
        lines += [f"static const struct {kind} {name}[] = {{", *rows, "};"]
    return [*lines, f"enum {{ VECTORS_TOTAL = {len(entries)} }};"]


def statuses(source):
    with open(source, encoding="utf-8") as file:
        body = re.search(r"enum linkauth_status_code \{(.*?)\}", file.read(), re.DOTALL)[1]
    names = re.findall(r"\b(LINKAUTH_\w+) = \d+", body)
    return [
        "struct status_row {",
        "    linkauth_status number;",
        "    const char *name;",
        "};",
        "static const struct status_row STATUSES[] = {",
        *(row(name, literal(name)) for name in names),
        "};",
    ]


def main(arguments):
    kinds = {"vectors": vectors, "statuses": statuses}
    if len(arguments) != 3 or arguments[0] not in kinds:
        sys.exit(__doc__)
    lines = kinds[arguments[0]](arguments[1])
    with open(arguments[2], "w", encoding="ascii") as file:
        file.write("/* Generated by tests/vectors/generate.py. */\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
