#!/usr/bin/env python3
"""make-prices.py CSV > prices.json - the built-in price table from a table of list prices.

CSV has a header line and one model a line; the columns used are model, provider, input_usd_per_mtok, output_usd_per_mtok,
cache_read_usd_per_mtok, cache_write_usd_per_mtok, cache_write_1h_usd_per_mtok, reasoning_usd_per_mtok, usd_per_query, max_input_tokens,
max_output_tokens, tiers and snapshot. A tier is ">272k: in 10 out 45 cached 1" (all rates of a call whose input passes it) or
a list of ranges "0-32000: in 1 out 5 cached 0.1; 32000-128000: ...", each without its lower and with its upper end, as the
provider's own price page has it ("32K < input <= 128K").

Rates stay decimal text, USD per million tokens (per query for "query"), so that they convert to integers exactly.
"""
import csv
import json
import re
import sys

# Rates that the table of list prices has no column for. Source: the provider's price page as of the snapshot.
ADDED = {("google", "gemini-2.5-flash"): {"audio_in": "1"}}

# xAI bills the higher rates from the threshold on, the others above it.
INCLUSIVE = {"xai"}

COLUMNS = {
    "in": "input_usd_per_mtok",
    "out": "output_usd_per_mtok",
    "cache_read": "cache_read_usd_per_mtok",
    "cache_write": "cache_write_usd_per_mtok",
    "cache_write_1h": "cache_write_1h_usd_per_mtok",
    "reason": "reasoning_usd_per_mtok",
    "query": "usd_per_query",
}

RATES = re.compile(r"in (?P<in>[\d.]*) out (?P<out>[\d.]*) cached ?(?P<cache_read>[\d.]*)$")


def rates(text):
    match = RATES.match(text.strip())
    if match is None:
        sys.exit(f"make-prices.py: not a tier: {text!r}")
    return {key: value for key, value in match.groupdict().items() if value != ""}


def tiers(row, out):
    """Adds the tiers of a row to out; the first of several ranges is the base rate."""
    text = row["tiers"]
    if text.startswith(">"):
        above, rest = text[1:].split(":", 1)
        tier = {"above": int(above.rstrip("k")) * 1000}
        if row["provider"] in INCLUSIVE:
            tier["inclusive"] = True
        out["tiers"] = [tier | rates(rest)]
    elif text != "":
        for part in text.split(";"):
            span, rest = part.strip().split(":", 1)
            above = int(span.split("-")[0])
            if above == 0:
                out.update(rates(rest))
            else:
                out.setdefault("tiers", []).append({"above": above} | rates(rest))


def model(row):
    out = {"provider": row["provider"], "model": row["model"]}
    out.update({key: row[column] for key, column in COLUMNS.items() if row[column] != ""})
    tiers(row, out)
    out.update(ADDED.get((row["provider"], row["model"]), {}))
    for key, column in (("context", "max_input_tokens"), ("max_out", "max_output_tokens")):
        if row[column] != "":
            out[key] = int(float(row[column]))
    return out


def main():
    with open(sys.argv[1], newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    snapshots = {row["snapshot"] for row in rows}
    if len(snapshots) != 1:
        sys.exit("make-prices.py: rows of several snapshots")
    print("{")
    print(f'"snapshot": "{snapshots.pop()}",')
    print('"source": "LiteLLM model_prices_and_context_window.json, selected list prices; gemini-2.5-flash audio input added",')
    print('"unit": "USD per million tokens; query: USD each; tiers replace all rates of a call whose input passes `above` tokens",')
    print('"models": [')
    print(",\n".join(json.dumps(model(row), separators=(", ", ": ")) for row in rows))
    print("]\n}")


main()
