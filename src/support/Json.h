// JSON that others wrote.
#pragma once
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace alt {

/// None of our formats nests deeper; printing and copying what does would take a stack to match.
inline constexpr int deepestJson = 64;

/// Throws as the library does, and std::invalid_argument for what nests too deeply.
template <class Json = nlohmann::json> Json parseJson(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted)
      i += c == '\\', quoted = c != '"';
    else if (c == '"')
      quoted = true;
    else if (c == '[' || c == '{')
      if (++depth > deepestJson)
        throw std::invalid_argument("it nests more than " + std::to_string(deepestJson) + " deep");
    depth -= !quoted && (c == ']' || c == '}');
  }
  return Json::parse(text);
}

} // namespace alt
