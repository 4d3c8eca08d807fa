#include "alt/TileData.h"
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>

namespace alt {

#if defined(__linux__) && defined(__x86_64__)
// <asm/prctl.h> of Linux 5.16 on; Debian 12's C library does not show them.
static constexpr int getSupported = 0x1021, requestPermission = 0x1023, tileData = 18;

bool systemHasTiles() {
  uint64_t supported = 0;
  return syscall(SYS_arch_prctl, getSupported, &supported) == 0 && (supported >> tileData & 1);
}

Result<void> requestTileData() {
  if (syscall(SYS_arch_prctl, requestPermission, tileData) == 0)
    return {};
  return Error{ErrorKind::unsupported,
               "This process gets no tile registers (arch_prctl: " + std::string(strerror(errno)) +
                   "); Linux 5.16 and a CPU with AMX are wanted."};
}
#else
bool systemHasTiles() { return false; }
Result<void> requestTileData() {
  return Error{ErrorKind::unsupported, "There are no tile registers on this system."};
}
#endif

} // namespace alt
