#include "alt/Target.h"
#include "alt/TileData.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include <algorithm>
#include <fstream>
#include <sched.h>
#include <vector>

namespace alt {

// "48K" or "2048K" from sysfs; 0 when the kernel does not say (some guests).
static int64_t cacheBytes(unsigned level) {
  for (unsigned index = 0; index < 8; ++index) {
    std::string base = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    std::ifstream levelFile(base + "level"), typeFile(base + "type"), sizeFile(base + "size");
    unsigned found = 0;
    std::string type;
    int64_t size = 0;
    char unit = 'K';
    if (levelFile >> found && typeFile >> type && sizeFile >> size >> unit && found == level &&
        type != "Instruction")
      return size << (unit == 'M' ? 20 : 10);
  }
  return 0;
}

static unsigned usableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0)
    return 1;
  return static_cast<unsigned>(CPU_COUNT(&set));
}

Target hostTarget() {
  Target target;
  target.triple = llvm::sys::getDefaultTargetTriple();
  target.cpu = llvm::sys::getHostCPUName().str();
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  // Sorted: the list is part of what objects are compiled for, and should not depend on hashing.
  if (!systemHasTiles()) // what the CPU has, the system may not save
    for (auto &feature : features)
      if (feature.first().starts_with("amx-"))
        feature.second = false;
  std::vector<std::string> names;
  for (const auto &feature : features)
    names.push_back((feature.second ? "+" : "-") + feature.first().str());
  std::sort(names.begin(), names.end());
  for (const std::string &name : names)
    target.features += (target.features.empty() ? "" : ",") + name;
  if (features.lookup("avx512f")) {
    target.vectorBits = 512;
    target.vectorRegisters = 32;
  } else if (features.lookup("avx")) {
    target.vectorBits = 256;
  } else if (target.triple.starts_with("aarch64")) {
    target.vectorRegisters = 32;
  }
  target.cores = usableCores();
  if (int64_t size = cacheBytes(1))
    target.l1Bytes = size;
  if (int64_t size = cacheBytes(2))
    target.l2Bytes = size;
  if (int64_t size = cacheBytes(3))
    target.l3Bytes = size;
  return target;
}

} // namespace alt
