"""Tables and goals from what the benchmarks measured. report.py <folder of the JSON> [--write <document>]

--write puts each table between its markers `<!-- bench: name -->` and `<!-- end -->` in the document, and the plot beside
it. What was not measured has no table, and its goals say so."""

import argparse
import hmac
import json
import pathlib
import re
import sys

import vendor_sdk
import plot

SIZES = (1, 1000, 100000, 1000000)


def load(folder):
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def number(value, digits=0):
    return "" if value is None else f"{value:,.{digits}f}"


def check_passwords(found):
    """All say the password that Python's own HMAC gives."""
    text = (f"clientId{vendor_sdk.PRODUCT_KEY}.{vendor_sdk.DEVICE_NAME}deviceName{vendor_sdk.DEVICE_NAME}"
            f"productKey{vendor_sdk.PRODUCT_KEY}timestamp{vendor_sdk.TIMESTAMP}")
    expected = hmac.new(vendor_sdk.DEVICE_SECRET.encode(), text.encode(), "sha256").hexdigest().upper()
    for name in ("sign_in", "linkkit"):
        if name in found and found[name]["password"] != expected:
            sys.exit(f"{name}: not the password that it should be")


# --- Sections: each a function from what was measured to a table -------------------------------------

def sign_in_rows(found):
    rows = list(found["sign_in"]["contenders"])
    if "linkkit" in found:
        rows.append(found["linkkit"])
    return rows


def bound_of(found):
    return next((row["median"] for row in found["sign_in"]["contenders"] if row["key"] == "bound"), None)


def sign_in_name(row):
    return f"bound: five bare compressions, {row['name']}" if row["key"] == "bound" else row["name"]


def sign_in(found):
    bound = bound_of(found)
    return table(
        ["one sign-in", "minimum ns", "median ns", "maximum ns", "instructions", "x bound"],
        [[sign_in_name(row), number(row["minimum"]), number(row["median"]), number(row["maximum"]),
          number(row.get("instructions")), number(bound and row["median"] / bound, 2)] for row in sign_in_rows(found)])


def gateway_runs(found):
    """By way: {(devices, threads): row}."""
    ways = {}
    for row in found["gateway"]["runs"]:
        ways.setdefault(row["key"], {})[row["devices"], row["threads"]] = row
    return ways


def growth(runs):
    """The most devices on one thread, for each at a thousand."""
    most = max(devices for devices, _ in runs)
    if (1000, 1) not in runs or most == 1000:
        return None
    return runs[most, 1]["median"] / runs[1000, 1]["median"]


def speed_up(runs):
    most = max(devices for devices, _ in runs)
    return runs[most, 1]["median"] / runs[most, 2]["median"]


def gateway(found):
    rows = []
    sizes = sorted({row["devices"] for row in found["gateway"]["runs"]})
    for runs in gateway_runs(found).values():
        most = max(devices for devices, _ in runs)
        rows.append([
            runs[most, 1]["name"],
            *(number(runs[size, 1]["median"]) if (size, 1) in runs else "" for size in sizes),
            number(growth(runs), 2), number(runs[most, 2]["median"]), number(speed_up(runs), 2),
        ])
    return table(["ns for each device, median", *(number(size) + " devices" for size in sizes), "growth from 1,000",
                  "most on two threads", "faster by"], rows)


def loading(found):
    rows = []
    for row in found["loading"]["libraries"]:
        opened = row["open_us"]
        rows.append([
            row["name"], number(row["bytes"]), number(row["relocations"]), number(row["exported"]),
            " / ".join(number(opened[name]) for name in ("minimum", "median", "maximum")),
            number(row["resident_kb"]["median"]), number(row["changed_kb"]["median"]),
        ])
    return table(["library", "bytes", "relocations", "exported", "opened in µs: minimum / median / maximum", "resident KB",
                  "of these private"], rows)


def registration(found):
    rows = []
    for row in found["registration"]["clients"]:
        rows.append([
            row["name"], row["libraries"], number(row["bytes"]), number(row["load_us"]["median"] / 1000, 2),
            number(row["handshake_us"]["median"] / 1000, 2),
            " / ".join(number(row["cpu_us"][name] / 1000, 2) for name in ("minimum", "median")),
            number(row["resident_kb"]["median"]), number(row["changed_kb"]["median"]), number(row["heap_bytes"]),
            number(row["durable_us"]["median"] / 1000, 2),
        ])
    return table(["client", "libraries", "bytes", "opened in ms", "handshake ms", "CPU ms: minimum / median",
                  "resident KB, most", "of these private", "heap, most, bytes", "from the reply to the end, ms"], rows)


def firmware(found):
    return table(["Cortex-M4F", "flash", "stack", "static RAM", "heap", "instructions"],
                 [[row["key"], number(row["flash"]), number(row["stack"]), row["static_ram"], 0, number(row["instructions"])]
                  for row in found["firmware"]["rows"]])


def machine(found):
    about, run = found["machine"], found["sign_in"]
    scheduling = "SCHED_FIFO" if run["is_real_time"] else "**not** in real time, which was not allowed"
    return (f"{about['date']}; {about['processor']}, {about['cores']} cores, load {about['load']:.1f} beside it; {about['system']}; "
            f"{about['cc']}; {about['rustc']}; on core {run['core']}, {scheduling}; {run['rounds']} rounds.")


# --- Goals -----------------------------------------------------------------------------------------

def goal(what, value, limit, digits=2, at_least=False):
    if value is None:
        return [what, "not measured", ""]
    is_met = value >= limit if at_least else value <= limit
    return [what, number(value, digits), "met" if is_met else "**missed**"]


def ratio(left, right):
    return left / right if left is not None and right else None


def sign_in_goals(found):
    rows = {row["key"]: row for row in found["sign_in"]["contenders"]}
    bound, unwiped, shipped = bound_of(found), rows["with_secret_unwiped"], rows["with_secret"]
    openssl = rows.get("openssl_one_shot", {}).get("median")
    yield goal("sign-in, nothing wiped: at most 1,750 instructions", unwiped.get("instructions"), 1750, 0)
    yield goal("sign-in, nothing wiped: at most 1.2 x bound", ratio(unwiped["median"], bound), 1.2)
    yield goal("sign-in, nothing wiped: 5 x as fast as OpenSSL's HMAC(), or more", ratio(openssl, unwiped["median"]), 5,
               at_least=True)
    yield goal("sign-in, as shipped: at most 4.2 x bound", ratio(shipped["median"], bound), 4.2)
    yield goal("sign-in, as shipped: faster than OpenSSL's HMAC()", ratio(openssl, shipped["median"]), 1, at_least=True)


def batch_goals(found):
    ways = gateway_runs(found)
    runs = ways["batch"]
    at_1000, bound = (ways.get(way, {}).get((1000, 1), {}).get("median") for way in ("batch", "bound"))
    yield goal("a batch, for each device: at most 1.3 x bound", ratio(at_1000, bound), 1.3)
    yield goal("a batch of the most devices, for each: at most 1.1 x that at 1,000", growth(runs), 1.1)
    yield goal("a batch on two threads: 1.8 x as fast, or more", speed_up(runs), 1.8, at_least=True)


def loading_goals(found):
    rows = {row["name"]: row for row in found["loading"]["libraries"]}
    ours, least = rows["liblinkauth.so"], rows["minimal.so"]
    yield goal("opening liblinkauth.so: at most 1.1 x a minimal library in C",
               ratio(ours["open_us"]["median"], least["open_us"]["median"]), 1.1)
    yield goal("liblinkauth.so, resident: at most 120 KB", ours["resident_kb"]["median"], 120, 0)


def registration_goals(found):
    rows = {row["key"]: row for row in found["registration"]["clients"]}
    ours = rows["register_linkauth"]
    yield goal("registration over TLS: at most 1,250,000 bytes of libraries", ours["bytes"], 1250000, 0)
    yield goal("registration over TLS: at most 1,400 KB more resident", ours["resident_kb"]["median"], 1400, 0)
    yield goal("registration over TLS: at most 1 ms of CPU", ours["cpu_us"]["median"] / 1000, 1)


def goals(found):
    rows = [*sign_in_goals(found), *batch_goals(found), *loading_goals(found), *registration_goals(found)]
    return table(["goal", "measured", ""], rows)


# The order is that of the terminal.
SECTIONS = {
    "machine": machine, "sign_in": sign_in, "gateway": gateway, "loading": loading, "registration": registration,
    "firmware": firmware, "goals": goals,
}


def written(document, texts):
    for name, text in texts.items():
        pattern = rf"(<!-- bench: {name} -->\n).*?(<!-- end -->)"
        document, count = re.subn(pattern, lambda mark, text=text: f"{mark[1]}{text}\n{mark[2]}", document, flags=re.S)
        if count != 1:
            sys.exit(f"the document has not one place for {name}, but {count}")
    return document


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    arguments = parser.parse_args()
    found = load(arguments.folder)
    check_passwords(found)
    texts = {name: section(found) for name, section in SECTIONS.items() if name == "goals" or name in found}
    print(*texts.values(), sep="\n\n")
    if arguments.write:
        arguments.write.write_text(written(arguments.write.read_text(), texts))
        arguments.write.with_suffix(".svg").write_text(plot.svg(found))


if __name__ == "__main__":
    main()
