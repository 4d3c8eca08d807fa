// The process between us and a program that we start. A program may leave others behind (Python's
// launchers do) and a SIGKILL leaves us no time to end them, so the keeper waits for three things: the
// program's end, a word from us, and our death.
#pragma once

namespace alt {

/// Called in a fork of ours; never returns. `start` is run in a child of its own and is to exec.
/// When that child ends, or when the other end of the pipe `lifeline` is closed, all that descends
/// from it is killed; then, if it ended by itself, its status as from waitpid is written to
/// `report`. Both this and `start` may only do what a signal handler may: other threads of ours had
/// locks that nobody will open here.
[[noreturn]] void keepChild(int lifeline, int report, void (*start)(const void *),
                            const void *context);

} // namespace alt
