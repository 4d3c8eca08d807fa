// LLVM ends the process where it knows no other way; whoever must still say something hears it first.
#pragma once

namespace alt {

/// `handler` is called with LLVM's last message, instead of a line on stderr, and must not return.
void onFatalError(void (*handler)(const char *message));

} // namespace alt
