#!/usr/bin/env python3
"""The figures of `sonde metrics --by provider --json` the plain way: read the JSONL, group, sort, pick percentiles. Knows nothing of sonde.

exact.py CALLS.jsonl --since ISO --until ISO                      prints the groups
exact.py CALLS.jsonl --since ISO --until ISO --check METRICS.json compares: counts, tokens, cost and errors exactly, the average to the
                                                                  microsecond, percentiles within 2 %; exit status 1 on any difference
"""
import argparse
import collections
import datetime
import json
import math
import sys

CLASSES = {"rate_limited": "rate_limited", "timeout": "timeout", "server_error": "server_error",
           "context_length_exceeded": "context_length", "overloaded_error": "server_error"}
EXACT = ("total_invocations", "total_tokens", "prompt_tokens", "completion_tokens", "errors", "unpriced_invocations")
PERCENTILES = {"p50_latency": 0.50, "p95_latency": 0.95, "p99_latency": 0.99}
TOLERANCE = 0.02


def microseconds(text):
    t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    delta = t - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (delta.days * 86400 + delta.seconds) * 1000000 + delta.microseconds


class Group:
    def __init__(self):
        self.calls = self.prompt = self.completion = self.cost_nano = self.unpriced = self.latency_us = 0
        self.latency = []
        self.errors = collections.Counter()

    def add(self, row):
        self.calls += 1
        self.prompt += row["prompt_tokens"] or 0
        self.completion += row["completion_tokens"] or 0
        error = row["error"]
        if error is not None:
            self.errors[CLASSES[error if isinstance(error, str) else error.get("code") or error["type"]]] += 1
        if row["cost_usd"] is not None:
            self.cost_nano += round(row["cost_usd"] * 1e9)
        elif error is None:
            self.unpriced += 1
        if row["latency_ms"] is not None:
            self.latency.append(row["latency_ms"])
            self.latency_us += round(row["latency_ms"] * 1e3)

    def figures(self):
        self.latency.sort()
        out = {"total_invocations": self.calls, "total_tokens": self.prompt + self.completion, "prompt_tokens": self.prompt,
               "completion_tokens": self.completion, "total_cost_nano": self.cost_nano,
               "avg_latency_ms": self.latency_us / len(self.latency) / 1e3 if self.latency else None,
               "error_rate": sum(self.errors.values()) / self.calls, "errors": dict(self.errors), "unpriced_invocations": self.unpriced}
        for name, q in PERCENTILES.items():
            out[name] = self.latency[max(1, math.ceil(q * len(self.latency))) - 1] if self.latency else None
        return out


def exact_groups(path, since, until):
    groups = collections.defaultdict(Group)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if since <= microseconds(row["timestamp"]) < until:
                groups[row["provider"]].add(row)
    return {key: group.figures() for key, group in groups.items()}


def differences(key, exact, said):
    for name in EXACT:
        if said.get(name) != exact[name]:
            yield "%s: %s is %r, exactly %r" % (key, name, said.get(name), exact[name])
    cost = said.get("total_cost_usd")
    if cost is None or round(cost * 1e9) != exact["total_cost_nano"]:
        yield "%s: total_cost_usd is %r, exactly %d nano-dollars" % (key, cost, exact["total_cost_nano"])
    # Written with nine digits.
    if said.get("error_rate") != float("%.9g" % exact["error_rate"]):
        yield "%s: error_rate is %r, exactly %r" % (key, said.get("error_rate"), exact["error_rate"])
    if not is_within(said.get("avg_latency_ms"), exact["avg_latency_ms"], absolute=0.00051):
        yield "%s: avg_latency_ms is %r, exactly %r" % (key, said.get("avg_latency_ms"), exact["avg_latency_ms"])
    for name in PERCENTILES:
        if not is_within(said.get(name), exact[name], relative=TOLERANCE):
            yield "%s: %s is %r, exactly %r: more than %g %% off" % (key, name, said.get(name), exact[name], TOLERANCE * 100)


def is_within(said, exact, relative=0.0, absolute=0.0):
    if said is None or exact is None:
        return said is exact
    return abs(said - exact) <= max(abs(exact) * relative, absolute)


def check(exact, said):
    found = []
    keys = [group["key"] for group in said["groups"]]
    if sorted(keys) != sorted(exact):
        found.append("groups are %r, exactly %r" % (sorted(keys), sorted(exact)))
    worst = 0.0
    for group in said["groups"]:
        if group["key"] in exact:
            want = exact[group["key"]]
            found += differences(group["key"], want, group)
            worst = max([worst] + [abs(group[p] / want[p] - 1) for p in PERCENTILES if group[p] and want[p]])
    return found, worst


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("calls")
    p.add_argument("--since", required=True, type=microseconds)
    p.add_argument("--until", required=True, type=microseconds)
    p.add_argument("--check", metavar="METRICS.json")
    o = p.parse_args()
    exact = exact_groups(o.calls, o.since, o.until)
    if not o.check:
        json.dump(exact, sys.stdout, indent=1, sort_keys=True)
        print()
        return 0
    with open(o.check, encoding="utf-8") as f:
        said = json.load(f)
    found, worst = check(exact, said)
    for text in found:
        print("exact: " + text, file=sys.stderr)
    if not exact:
        print("exact: no call in the span: nothing was compared", file=sys.stderr)
        return 1
    calls = sum(g["total_invocations"] for g in exact.values())
    print("%d groups, %d calls, %d differences, worst percentile %.2f %% off" % (len(exact), calls, len(found), worst * 100))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
