"""Makes the table of docs/platform-load.md from the figures of scripts/storm.sh: lines of a server's name, a tab, JSON."""

import json
import sys

rows: dict[tuple, dict[str, str]] = {}
for line in sys.stdin:
    whom, text = line.split("\t", 1)
    figures = json.loads(text)
    way = "TLS" if figures["tls"] else "plain"
    at_a_time = figures["at_a_time"]
    rush = "all" if at_a_time == figures["devices"] else f"{at_a_time:,}"
    cells = [f"{figures['per_second']:,}", f"{figures['p99_ms'] / 1000:.2f} s"]
    if figures["what"] == "sign-ins":
        cells.append(f"{figures['bytes_per_connection'] / 1000:.1f} kB")
    cells.append(f"{figures['server_us_per_device']} \u00b5s")
    if figures["tried_again"]:
        cells.append(f"{figures['tried_again']:,} connected again")
    if figures["failed"]:
        cells.append(f"{figures['failed']:,} lost")
    row = (f"{figures['devices']:,}", rush, f"{figures['what']}, {way}")
    # Each storm of the platform registers over TLS first: once is enough.
    rows.setdefault(row, {}).setdefault(whom, ", ".join(cells))

print("\n| devices | at a time | what | platform | Mosquitto, the same task | Mosquitto, bare |\n|---|---|---|---|---|---|")
for row, cells in rows.items():
    print("|", " | ".join([*row, *(cells.get(whom, "-") for whom in ("platform", "plugin", "bare"))]), "|")
