// The prior that is part of the program: shipped.json, taken in as it is.
#include "alt/Prior.h"

asm(".section .rodata\n"
    "altShippedPrior: .incbin \"" ALT_SHIPPED_PRIOR "\"\n"
    "altShippedPriorEnd: .byte 0\n"
    ".globl altShippedPrior, altShippedPriorEnd\n"
    ".previous\n");
extern "C" const char altShippedPrior[], altShippedPriorEnd[];

namespace alt {

std::string_view shippedPriorJson() {
  return {altShippedPrior, size_t(altShippedPriorEnd - altShippedPrior)};
}

} // namespace alt
