#include "alt/FatalErrors.h"
#include "llvm/Support/ErrorHandling.h"

namespace alt {

static void tell(void *handler, const char *message, bool) {
  reinterpret_cast<void (*)(const char *)>(handler)(message);
}

void onFatalError(void (*handler)(const char *)) {
  llvm::install_fatal_error_handler(tell, reinterpret_cast<void *>(handler));
  llvm::install_bad_alloc_error_handler(tell, reinterpret_cast<void *>(handler));
}

} // namespace alt
