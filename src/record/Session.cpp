// Who measures, where and how: what a reader needs to doubt a timing.
#include "Revision.h"
#include "alt/Records.h"
#include "alt/Support.h"
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <sys/utsname.h>

namespace alt {

/// The first line of a file of the kernel's, "" when there is none (containers hide some).
static std::string firstLine(const char *path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

static std::string cpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (size_t colon = line.find(": "); colon != std::string::npos)
        return line.substr(colon + 2);
  return "";
}

RecordHeader describeSession() {
  RecordHeader header;
  header.tool = "alt " ALT_VERSION;
  header.revision = ALT_REVISION;
  header.compiler = "LLVM " ALT_LLVM_VERSION_TEXT;
  header.cpu = cpuModel();
  header.governor = firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  utsname names;
  if (uname(&names) == 0)
    header.kernel = std::string(names.sysname) + " " + names.release;
  std::string aslr = firstLine("/proc/sys/kernel/randomize_va_space");
  header.aslr = aslr.empty() ? -1 : std::atoi(aslr.c_str());
  if (double load[1]; getloadavg(load, 1) == 1)
    header.load = load[0];
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) == 0)
    header.cores = static_cast<unsigned>(CPU_COUNT(&cpus));
  header.when =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return header;
}

} // namespace alt
