"""What a terminal shows, as a page: python3 terminal.py COMMAND FILE.txt FILE.html. Prints how wide and high the page is."""

import html
import re
import sys

# A dark terminal, by the numbers of ANSI's colours.
COLOURS = {31: "#f85149", 32: "#3fb950", 33: "#d29922", 34: "#4493f8", 35: "#bc8cff", 36: "#39c5cf", 94: "#79c0ff"}
SIZE, LINE, PADDING, BAR = 15, 17.5, 24, 36
COLUMN = SIZE * 0.602  # DejaVu Sans Mono

STYLE = f"""
body{{margin:0;background:transparent}}
.window{{background:#0d1117;border-radius:10px;box-sizing:border-box;border:1px solid #30363d;overflow:hidden}}
.bar{{height:{BAR}px;background:#161b22;display:flex;align-items:center;gap:8px;padding-left:14px}}
.bar i{{width:12px;height:12px;border-radius:50%;background:#30363d}}
pre{{margin:0;padding:{PADDING - 8}px {PADDING}px {PADDING}px;color:#e6edf3;font:{SIZE}px/{LINE}px "DejaVu Sans Mono",monospace;
font-variant-ligatures:none}}
b{{font-weight:700}}.dim{{color:#8b949e}}.prompt{{color:#3fb950}}
"""


def styled(text):
    """The text with its escape sequences as elements."""
    out, codes = [], set()
    for part in re.split("(\x1b\\[[0-9;]*m)", text):
        if part.startswith("\x1b"):
            for code in (int(code or 0) for code in part[2:-1].split(";")):
                codes = codes | {code} if code else set()
            continue
        piece = html.escape(part)
        colour = next((COLOURS[code] for code in sorted(codes) if code in COLOURS), None)
        unknown = codes - COLOURS.keys() - {1, 2}
        if unknown:
            sys.exit(f"no colour is known for {sorted(unknown)}")
        if piece and 2 in codes:
            piece = f'<span class="dim">{piece}</span>'
        if piece and colour:
            piece = f'<span style="color:{colour}">{piece}</span>'
        out.append(f"<b>{piece}</b>" if piece and 1 in codes else piece)
    return "".join(out)


def main():
    command, source, page = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        text = file.read().rstrip("\n")
    shown = f'<span class="prompt">$</span> <b>{html.escape(command)}</b>\n{styled(text)}'
    plain = re.sub("\x1b\\[[0-9;]*m", "", text).split("\n")
    width = round(max(100, *map(len, plain)) * COLUMN + 2 * PADDING + 2)
    height = round((len(plain) + 1) * LINE + 2 * PADDING - 8 + BAR + 2)
    with open(page, "w", encoding="utf-8") as file:
        file.write(
            f'<!doctype html><meta charset="utf-8"><style>{STYLE}.window{{width:{width}px;height:{height}px}}</style>'
            f'<div class="window"><div class="bar"><i></i><i></i><i></i></div><pre>{shown}</pre></div>\n'
        )
    print(width, height)


if __name__ == "__main__":
    main()
