// The machine that kernels are compiled for and measured on, as seen at run time.
#pragma once
#include <cstdint>
#include <string>

namespace alt {

struct Target {
  std::string triple;       ///< "x86_64-pc-linux-gnu"
  std::string cpu;          ///< LLVM's name: "znver4", "sapphirerapids"
  std::string features;     ///< LLVM's list: "+avx512f,+fma,..."
  unsigned vectorBits = 128;///< widest f32 vector worth using
  unsigned vectorRegisters = 16;
  unsigned cores = 1;       ///< cores this process may use
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 1 << 20;
  int64_t l3Bytes = 8 << 20;
  /// What records are keyed by: triple, cpu and vector width; not the host's name.
  std::string key() const;
};

/// Asks the CPU (cpuid through LLVM), the affinity mask and sysfs.
Target hostTarget();

} // namespace alt
