#include "alt/SearchSpace.h"
#include "alt/Support.h"
#include <algorithm>
#include <charconv>

namespace alt {

static std::string optionText(const Knob &knob, size_t option) {
  if (knob.kind == Knob::Kind::categorical)
    return knob.labels[option];
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, knob.options[option]).ptr;
  return std::string(text, end);
}

std::string print(const SearchSpace &space, const Schedule &schedule) {
  std::string text;
  auto knobs = space.knobs();
  for (size_t k = 0; k < knobs.size(); ++k) {
    if (!space.applies(schedule, k))
      continue;
    if (!text.empty())
      text += ' ';
    text += knobs[k].name + '=' + optionText(knobs[k], schedule.choice[k]);
  }
  return text;
}

Result<Schedule> parse(const SearchSpace &space, std::string_view text) {
  auto knobs = space.knobs();
  constexpr uint16_t unset = UINT16_MAX;
  Schedule schedule{std::vector<uint16_t>(knobs.size(), unset)};
  auto wrong = [](std::string message) {
    return Error{ErrorKind::invalidInput, std::move(message)};
  };
  while (!text.empty()) {
    size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty())
      continue;
    size_t equals = word.find('=');
    if (equals == std::string_view::npos)
      return wrong("Schedule: '" + std::string(word) + "' is not of the form knob=value.");
    std::string_view name = word.substr(0, equals), value = word.substr(equals + 1);
    size_t k = 0;
    while (k < knobs.size() && knobs[k].name != name)
      ++k;
    if (k == knobs.size())
      return wrong("Schedule: the space has no knob '" + std::string(name) + "'.");
    for (size_t option = 0; option < knobs[k].options.size(); ++option)
      if (optionText(knobs[k], option) == value)
        schedule.choice[k] = static_cast<uint16_t>(option);
    if (schedule.choice[k] == unset)
      return wrong("Schedule: knob '" + std::string(name) + "' has no option '" +
                   std::string(value) + "'.");
  }
  Schedule given = schedule, fallback = space.defaultSchedule();
  for (size_t k = 0; k < knobs.size(); ++k)
    if (given.choice[k] == unset)
      schedule.choice[k] = knobs[k].whenUnnamed.value_or(fallback.choice[k]);
  for (size_t k = 0; k < knobs.size(); ++k) {
    if (given.choice[k] != unset)
      continue;
    if (!space.applies(schedule, k))
      schedule.choice[k] = fallback.choice[k];
    else if (!knobs[k].whenUnnamed)
      return wrong("Schedule: knob '" + knobs[k].name + "' is not given.");
  }
  return schedule;
}

std::optional<KnobMove> drawMove(std::span<const Knob> knobs, const Schedule &from, Rng &rng) {
  auto movable = [](const Knob &knob) { return knob.options.size() > 1; };
  auto choices = static_cast<size_t>(std::count_if(knobs.begin(), knobs.end(), movable));
  if (choices == 0)
    return std::nullopt;
  size_t left = rng() % choices, k = 0;
  while (!movable(knobs[k]) || left-- > 0)
    ++k;
  auto count = static_cast<int>(knobs[k].options.size());
  int to = from.choice[k];
  if (knobs[k].kind == Knob::Kind::ordinal && rng() % 2)
    to += rng() % 2 ? 1 : -1;
  else
    to = static_cast<int>((to + 1 + rng() % (count - 1)) % count);
  if (to < 0 || to >= count)
    return std::nullopt;
  return KnobMove{k, static_cast<uint16_t>(to)};
}

size_t ScheduleHash::operator()(const Schedule &schedule) const {
  return fnv1a({reinterpret_cast<const char *>(schedule.choice.data()),
                schedule.choice.size() * sizeof(uint16_t)});
}

} // namespace alt
