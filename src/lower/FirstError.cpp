#include "lower/FirstError.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace alt {

using namespace mlir;

std::string place(Location location) {
  if (auto at = location->findInstanceOf<FileLineColLoc>())
    return at.getFilename().str() + ":" + std::to_string(at.getLine()) + ":" +
           std::to_string(at.getColumn()) + ": ";
  return "";
}

static std::string sentence(std::string text) {
  text = text.substr(0, text.find('\n'));
  if (size_t at = text.find("operation being parsed with an unregistered dialect");
      at != std::string::npos)
    return text.substr(0, at) + "this operation belongs to a dialect that is not supported.";
  while (!text.empty() && (text.back() == ' ' || text.back() == '.'))
    text.pop_back();
  return text + ".";
}

FirstError::FirstError(MLIRContext *context)
    : handler(context, [this](Diagnostic &diagnostic) {
        if (first.empty() && diagnostic.getSeverity() == DiagnosticSeverity::Error)
          first = sentence(place(diagnostic.getLocation()) + diagnostic.str());
        return success();
      }) {}

Error FirstError::error(ErrorKind kind, std::string otherwise) const {
  return {kind, first.empty() ? std::move(otherwise) : first};
}

} // namespace alt
