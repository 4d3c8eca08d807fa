import os
import lit.formats

config.name = "alt-lower"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.environment["PATH"] = os.pathsep.join([config.alt_bin, config.llvm_bin, os.environ["PATH"]])
