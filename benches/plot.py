"""The plot of docs/performance.md: bars for what one sign-in takes, and for what a registration over TLS needs."""

from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, BAR, GAP, TITLE = 860, 370, 90, 16, 7, 40
OURS, OTHERS, BOUND = "#1f6f5c", "#9aa5ad", "#c58b2a"


def bars(title, rows, top):
    """Rows are (name, value, text, colour). Returns the drawing and where it ends."""
    most = max(value for _, value, _, _ in rows)
    parts = [f'<text x="10" y="{top + 20}" font-weight="bold">{escape(title)}</text>']
    y = top + TITLE
    for name, value, text, colour in rows:
        width = max(1, value / most * (WIDTH - LEFT - RIGHT))
        parts.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + width + 6:.1f}" y="{y + 12}">{escape(text)}</text>')
        y += BAR + GAP
    return parts, y + GAP


def colour_of(row):
    if row["key"] == "bound":
        return BOUND
    return OURS if "linkauth" in row["name"] else OTHERS


def sign_in_bars(found):
    rows = [*found["sign_in"]["contenders"], *([found["linkkit"]] if "linkkit" in found else [])]
    rows.sort(key=lambda row: row["median"])
    return [("five bare compressions of SHA-256" if row["key"] == "bound" else row["name"], row["median"],
             f"{row['median']:,.0f}", colour_of(row)) for row in rows]


def registration_bars(found, value_of, text_of):
    return [(row["name"], value_of(row), text_of(value_of(row)), colour_of(row)) for row in found["registration"]["clients"]]


def svg(found):
    panels = [("One sign-in, median, ns", sign_in_bars(found))]
    if "registration" in found:
        panels += [
            ("A registration over TLS: libraries, MB",
             registration_bars(found, lambda row: row["bytes"] / 1e6, "{:.2f}".format)),
            ("... memory, most, MB",
             registration_bars(found, lambda row: row["resident_kb"]["median"] / 1024, "{:.1f}".format)),
            ("... CPU, median, ms", registration_bars(found, lambda row: row["cpu_us"]["median"] / 1000, "{:.1f}".format)),
        ]
    parts, y = [], 0
    for title, rows in panels:
        drawn, y = bars(title, rows, y)
        parts += drawn
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>', *parts, "</svg>", ""])
