#include "measure/Region.h"
#include <sys/mman.h>

namespace alt {

static constexpr int64_t page = 4096,
                         guard = 16 * page; // wide: a whole row past the end is caught too

Region::Region(int64_t size, bool shared) {
  int64_t aligned = (size + 63) / 64 * 64;
  int64_t usable = (aligned + page - 1) / page * page;
  void *memory = mmap(nullptr, static_cast<size_t>(usable + guard), PROT_READ | PROT_WRITE,
                      (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return;
  mapping = static_cast<std::byte *>(memory);
  mapped = usable + guard;
  mprotect(mapping + usable, guard, PROT_NONE);
  begin = mapping + usable - aligned;
  bytes = size;
}

Region::~Region() {
  if (mapping)
    munmap(mapping, static_cast<size_t>(mapped));
}

void Region::makeReadOnly() {
  if (mapping)
    mprotect(mapping, static_cast<size_t>(mapped - guard), PROT_READ);
}

bool Region::contains(const void *address) const {
  return address >= mapping && address < mapping + mapped - guard;
}

bool Region::guards(const void *address) const {
  return address >= mapping + mapped - guard && address < mapping + mapped;
}

} // namespace alt
