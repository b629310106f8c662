#!/usr/bin/env python3
"""Writes JSONL lines of the simple form, the same for the same options, and on request the exact figures that follow from them.

make_jsonl.py --lines 1000000 --days 1 --shuffle --end 2026-11-23T12:00:00Z --out calls.jsonl --answer answer.json [--since ISO --until ISO]
"""
import argparse
import datetime
import json
import math
import random
import sys

MODELS = {
    "openai": [("gpt-5.4", "chat"), ("gpt-5.4-mini", "chat"), ("gpt-5-nano", "chat"), ("o3", "chat"), ("text-embedding-3-small", "embeddings"),
               ("text-embedding-3-large", "embeddings"), ("gpt-4.1", "chat"), ("gpt-4o-mini", "text_completion")],
    "anthropic": [("claude-opus-5", "chat"), ("claude-sonnet-4-6", "chat"), ("claude-haiku-4-5", "chat")],
    "google": [("gemini-3.6-flash", "chat"), ("gemini-2.5-pro", "generate_content"), ("gemini-embedding-001", "embeddings")],
    "cohere": [("command-a-03-2025", "chat"), ("rerank-v3.5", "rerank"), ("embed-v4.0", "embeddings")],
    "mistral": [("mistral-large-3", "chat"), ("mistral-small-latest", "chat"), ("mistral-embed", "embeddings")],
}
ERRORS = ["rate_limited", "timeout", "server_error", {"type": "invalid_request_error", "code": "context_length_exceeded",
                                                     "message": "too long"}, {"type": "overloaded_error", "message": "Overloaded"}]
CLASSES = ["rate_limited", "timeout", "server_error", "context_length", "server_error"]


def combinations():
    plain = [(p, m, op) for p, models in MODELS.items() for m, op in models]
    return plain + [(p, m, "retrieval") for p, m, _ in plain]


def iso(us):
    t = datetime.datetime.fromtimestamp(us // 1000000, datetime.timezone.utc)
    return t.strftime("%Y-%m-%dT%H:%M:%S") + ".%03dZ" % (us % 1000000 // 1000)


def parse_iso(text):
    t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    t = t if t.tzinfo else t.replace(tzinfo=datetime.timezone.utc)
    delta = t - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    return (delta.days * 86400 + delta.seconds) * 1000000 + delta.microseconds


class Exact:
    """The figures of `sonde metrics --json`, by brute force."""

    def __init__(self):
        self.groups = {}

    def add(self, key, row, error_class):
        g = self.groups.setdefault(key, {"n": 0, "in": 0, "out": 0, "cost": 0, "latency": [], "errors": {}, "unpriced": 0})
        g["n"] += 1
        g["in"] += row["prompt_tokens"] or 0
        g["out"] += row["completion_tokens"] or 0
        if row["cost_usd"] is not None:
            g["cost"] += int(round(row["cost_usd"] * 1000000)) * 1000
        elif error_class is None:
            g["unpriced"] += 1
        if row["latency_ms"] is not None:
            g["latency"].append(row["latency_ms"])
        if error_class is not None:
            g["errors"][error_class] = g["errors"].get(error_class, 0) + 1

    def result(self):
        out = []
        for key, g in sorted(self.groups.items()):
            latency = sorted(g["latency"])
            quantile = lambda q: latency[max(0, math.ceil(q * len(latency)) - 1)] if latency else None
            out.append({"key": key, "total_invocations": g["n"], "total_tokens": g["in"] + g["out"], "prompt_tokens": g["in"],
                        "completion_tokens": g["out"], "total_cost_nano": g["cost"],
                        "avg_latency_ms": math.fsum(latency) / len(latency) if latency else None,
                        "p50_latency": quantile(0.5), "p95_latency": quantile(0.95), "p99_latency": quantile(0.99),
                        "errors": g["errors"], "unpriced_invocations": g["unpriced"]})
        return out


def make_row(rng, combo, ts_us, i, unpriced):
    provider, model, operation = combo
    row = {"timestamp": iso(ts_us), "provider": provider, "model": model, "operation": operation,
           "prompt_tokens": rng.randrange(1, 4000), "completion_tokens": 0, "total_tokens": 0,
           "latency_ms": round(rng.lognormvariate(6.5, 0.8), 3), "cost_usd": None, "error": None}
    if operation in ("chat", "text_completion", "generate_content"):
        row["completion_tokens"] = rng.randrange(1, 1200)
    row["total_tokens"] = row["prompt_tokens"] + row["completion_tokens"]
    if rng.random() >= unpriced:
        row["cost_usd"] = (row["prompt_tokens"] * 3 + row["completion_tokens"] * 15) / 1000000
    error_class = None
    if rng.random() < 0.02:
        kind = rng.randrange(len(ERRORS))
        row.update(error=ERRORS[kind], completion_tokens=0, total_tokens=row["prompt_tokens"], cost_usd=None)
        error_class = CLASSES[kind]
    row["request_id"] = "r%d" % i
    return row, error_class


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lines", type=int, default=1000000)
    p.add_argument("--days", type=float, default=1.0)
    p.add_argument("--end", default=None, help="ISO 8601; default: now")
    p.add_argument("--few", action="store_true", help="one model and operation a provider")
    p.add_argument("--shuffle", action="store_true", help="random order of the lines")
    p.add_argument("--bad", type=int, default=0, help="so many lines that are not JSON, spread evenly")
    p.add_argument("--unpriced", type=float, default=0, help="percent of the calls without cost_usd (priced by sonde, not by the answer)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--out", default="-")
    p.add_argument("--answer", help="file for the exact figures by provider")
    p.add_argument("--since", help="of the answer")
    p.add_argument("--until", help="of the answer")
    o = p.parse_args()
    rng = random.Random(o.seed)
    end = parse_iso(o.end) if o.end else int(datetime.datetime.now().timestamp()) * 1000000
    span = int(o.days * 86400 * 1000000)
    since = parse_iso(o.since) if o.since else -1
    until = parse_iso(o.until) if o.until else 1 << 62
    combos = [(p, models[0][0], models[0][1]) for p, models in MODELS.items()] if o.few else combinations()
    exact = Exact()
    out = sys.stdout if o.out == "-" else open(o.out, "w", encoding="utf-8")
    every = o.lines // o.bad if o.bad else 0
    for i in range(o.lines):
        at = rng.randrange(span) if o.shuffle else span * i // o.lines
        ts_us = (end - span + at) // 1000 * 1000
        row, error_class = make_row(rng, combos[rng.randrange(len(combos))], ts_us, i, o.unpriced / 100)
        if every and i % every == every - 1:
            out.write('{"timestamp": "%s", "provider": \n' % row["timestamp"])
            continue
        out.write(json.dumps(row) + "\n")
        if o.answer and since <= ts_us < until:
            exact.add(row["provider"], row, error_class)
    if out is not sys.stdout:
        out.close()
    if o.answer:
        with open(o.answer, "w", encoding="utf-8") as f:
            json.dump({"groups": exact.result()}, f, indent=1)


if __name__ == "__main__":
    main()
