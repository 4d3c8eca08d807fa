#!/usr/bin/env python3
"""thin.py RECORDS > kernels/records.jsonl: of each kernel the default (its first record) and the fastest.

What bench-kernels replays needs no more: at the end of a session only the leaders run side by side.
"""
import json
import sys

FASTEST = 4


def seconds(record):
    samples = sorted(record["samples"])
    return samples[len(samples) // 5]


sessions, kernels = [], {}
for line in open(sys.argv[1], encoding="utf-8"):
    record = json.loads(line)
    if "workload" not in record:
        sessions.append(line)
    elif record["outcome"] == "ok":
        for gone in ("object", "object_hash", "plan"):
            record.pop(gone, None)
        kernels.setdefault((record["workload"], record["target"]), []).append(record)
sys.stdout.write(sessions[0])
for measured in kernels.values():
    fastest = sorted(measured[1:], key=seconds)[:FASTEST]
    for record in measured[:1] + fastest:
        print(json.dumps(record, separators=(",", ":"), sort_keys=True))
