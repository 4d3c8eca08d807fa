#include "lower/ScheduleScript.h"
namespace alt {
std::string scheduleScript(const LowerRequest &, mlir::ModuleOp, const Target &) { return ""; }
}
