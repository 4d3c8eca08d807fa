// A program and its compiled kernels written as a C library: the objects as they were measured and
// a small generated driver.
#pragma once
#include "alt/Measure.h"
#include "alt/Program.h"
#include <filesystem>
#include <span>

namespace alt {

struct EmitOptions {
  std::filesystem::path directory; ///< made when missing
  unsigned threads = 1;      ///< of one run; more than one needs an OpenMP runtime at link time
  std::string features = {}; ///< Target's, for which kernels were compiled: init asks for them
};

/// What the folder's name begins with in which a library is put together, in the directory itself.
inline constexpr const char *emitPrefix = ".alt-emit-";

/// What lies in the directory afterwards.
struct EmittedFiles {
  std::filesystem::path library;  ///< lib<model>.a
  std::filesystem::path header;   ///< <model>.h
  std::filesystem::path weights;  ///< <model>.weights; empty when the model has none
  std::filesystem::path manifest; ///< <model>.json: what `alt run` reads
};

/// The programs that emitLibrary runs (a C compiler, a linker, objcopy, ar) are there. The error names
/// what is missing: better before hours of tuning than after.
Result<void> checkEmitTools();

/// `kernels[k]` belongs to `program.kernels[k]`. All files appear together or none does: they are
/// written into a folder beside and then renamed. Other files in the directory are left alone.
Result<EmittedFiles> emitLibrary(const Program &, std::span<const Artifact> kernels,
                                 const EmitOptions &);

} // namespace alt
