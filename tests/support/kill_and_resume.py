"""kill_and_resume.py COMMAND...: the command, an `alt tune` with --records r.jsonl and --json, is killed
with SIGKILL at five random moments and then run to its end. No record may get lost, none be doubled."""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

records = pathlib.Path("r.jsonl")


def kept():
    """The whole lines that are trials."""
    text = records.read_text() if records.exists() else ""
    lines = text[:text.rfind("\n") + 1].splitlines()
    return [line for line in lines if '"schedule"' in line]


rng = random.Random(7)
for attempt in range(5):
    before = kept()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, start_new_session=True)
    time.sleep(rng.uniform(0.5, 3))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert kept()[:len(before)] == before, "a record was lost or changed"
    print(f"killed: {len(kept())} records")
before = kept()
result = json.loads(subprocess.run(sys.argv[1:], check=True, stdout=subprocess.PIPE).stdout)
after = kept()
assert after[:len(before)] == before, "a record was lost or changed"
schedules = [json.loads(line)["schedule"] for line in after]
assert len(set(schedules)) == len(schedules), "a schedule was measured twice"
assert result["trials"] == len(after), (result["trials"], len(after))
assert result["resumed"] == len(before), (result["resumed"], len(before))
assert sum(result["outcomes"].values()) == len(after)
assert result["best_seconds"] > 0
print("complete:", result["trials"], "trials")
