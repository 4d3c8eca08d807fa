"""What a user must be told: one JSON object on stdout and exit code 3, which ImportOnnx.cpp reads."""
import json
import sys


def fail(kind, message):
    print(json.dumps({"kind": kind, "message": message}))
    sys.exit(3)


def first_line(error):
    return str(error).strip().split("\n")[0].rstrip(".")
