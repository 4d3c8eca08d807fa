#include "alt/Prior.h"
#include "alt/Support.h"
#include "model/Prior.h"

namespace alt {

std::string describe(const Prior *prior) {
  if (!prior)
    return "none";
  return std::to_string(prior->kernels()) + " kernels, " + std::to_string(prior->rows()) +
         " schedules, features " + prior->features();
}

Result<std::shared_ptr<const Prior>> loadPrior(std::string_view source) {
  if (source == "none")
    return std::shared_ptr<const Prior>();
  if (source == "shipped")
    return priorFromJson(shippedPriorJson(), "The shipped prior");
  std::vector<std::filesystem::path> files;
  for (std::string_view rest = source; !rest.empty();) {
    std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    files.emplace_back(word);
  }
  if (files.empty())
    return Error{ErrorKind::usage,
                 "--prior must be shipped, none, a prior's file or records files."};
  auto text = readUnpacked(files.front());
  if (!text)
    return text.error();
  if (text->starts_with("{\"alt_prior\"")) {
    if (files.size() > 1)
      return Error{ErrorKind::usage, "--prior takes one prior or any number of records files, not "
                                     "both; " +
                                         files.front().string() + " is a prior."};
    return priorFromJson(*text, files.front().string());
  }
  auto trained = trainPrior(files, 1, false);
  if (!trained)
    return trained.error();
  return trained->prior;
}

} // namespace alt
