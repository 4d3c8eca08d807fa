"""What a user must be told: one JSON object on stdout and exit code 3, which ImportOnnx.cpp reads."""
import json
import sys


def fail(kind, message):
    print(json.dumps({"kind": kind, "message": message}))
    sys.exit(3)


def first_line(error):
    return str(error).strip().split("\n")[0].rstrip(".")


def full_name(node):
    """Of its operator, with the domain where that is not ONNX's own."""
    return node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"


class Refused(Exception):
    """A node that cannot be imported, and why."""

    def __init__(self, node, reason):
        name = node.name or node.output[0]
        super().__init__(f"operator {full_name(node)} (node '{name}') {reason}")
