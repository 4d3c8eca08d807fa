# Shared by the suites that alt_lit_suite() makes.
import os

import lit.formats

config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test", ".mlir"]
config.excludes = ["Inputs"]
config.environment["PATH"] = os.pathsep.join([config.alt_bin, config.llvm_bin, os.environ["PATH"]])
config.environment["LC_ALL"] = "C"
config.substitutions.append(("%libs", config.libs))
config.substitutions.append(("%source", config.source))
config.substitutions.append(("%inputs", os.path.join(config.test_support, "inputs")))
config.substitutions.append(("%onnx", f"{config.python} {config.test_support}/make_onnx.py"))
config.substitutions.append(("%refuse", f"{config.python} {config.test_support}/refuse.py"))
config.substitutions.append(("%expect-exit", f"{config.python} {config.test_support}/expect_exit.py"))
config.substitutions.append(("%python", config.python))
if os.path.exists(config.python):
    config.available_features.add("python-env")
