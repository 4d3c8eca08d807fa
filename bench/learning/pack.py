"""pack.py [--space] RECORDS.jsonl OUT.jsonl.gz: records to keep in the project. Left out: objects, which
are gone, how to call them, all but the first of each schedule, and digits past the sixth. With --space
also so many of the schedules within 5 % of the best, evenly over the file and never the best, that they
are a twenty-fifth of all: tuners return to them, random ones seldom come there, and a recorded space
full of them would rank nobody."""
import gzip
import json
import sys


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return value


def seconds(line):
    """As Measurement::seconds: the 20 % quantile."""
    samples = sorted(line.get("samples", []))
    return samples[(len(samples) - 1) // 5] if samples else float("inf")


def thinned(lines, share=0.04):
    trials = [line for line in lines if "schedule" in line]
    best = min(trials, key=seconds)
    good = [line for line in trials if line is not best and seconds(line) <= seconds(best) / 0.95]
    kept = int(share * (len(trials) - len(good)) / (1 - share))
    if len(good) <= kept:
        return lines
    keep = {id(good[i * len(good) // kept]) for i in range(kept)}
    drop = {id(line) for line in good} - keep
    return [line for line in lines if id(line) not in drop]


arguments = [each for each in sys.argv[1:] if each != "--space"]
lines, seen = [], set()
with open(arguments[0], encoding="utf-8") as source:
    for text in source:
        line = json.loads(text)
        key = line.get("schedule") or str(line.get("alt_task", "session"))
        if key in seen:
            continue
        seen.add(key)
        for gone in ("object", "object_hash", "plan"):
            line.pop(gone, None)
        lines.append({**rounded(line), "when": line["when"]} if "when" in line else line)
if "--space" in sys.argv:
    lines = thinned(lines)
with gzip.GzipFile(arguments[1], "wb", compresslevel=9, mtime=0) as packed:
    for line in lines:
        packed.write((json.dumps(line, separators=(",", ":")) + "\n").encode())
