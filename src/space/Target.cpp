#include "alt/Target.h"

namespace alt {

std::string Target::key() const { return triple + "/" + cpu + "/v" + std::to_string(vectorBits); }

} // namespace alt
