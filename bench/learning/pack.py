"""pack.py RECORDS.jsonl OUT.jsonl.gz: records to keep in the project. Left out: objects, which are gone,
how to call them, and all but the first of each schedule."""
import gzip
import json
import sys

seen = set()
with open(sys.argv[1], encoding="utf-8") as source, \
        gzip.GzipFile(sys.argv[2], "wb", compresslevel=9, mtime=0) as packed:
    for number, text in enumerate(source):
        line = json.loads(text)
        key = line.get("schedule") or str(line.get("alt_task", "session"))
        if key in seen:
            continue
        seen.add(key)
        for gone in ("object", "object_hash", "plan"):
            line.pop(gone, None)
        packed.write((json.dumps(line, separators=(",", ":")) + "\n").encode())
