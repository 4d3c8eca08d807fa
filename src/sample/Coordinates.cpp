#include "sample/Coordinates.h"
#include "alt/Features.h"
#include <cmath>

namespace alt {

static std::vector<float> placesOf(const Knob &knob) {
  const std::vector<double> &options = knob.options;
  std::vector<float> places(options.size());
  double last = double(options.size()) - 1;
  for (size_t i = 0; i < options.size(); ++i) {
    double place = last > 0 ? double(i) / last : 0;
    if (knob.kind == Knob::Kind::categorical)
      place = double(i);
    else if (isRatioScaled(knob))
      place = 0.5 * place + 0.5 * std::log(options[i] / options.front()) /
                                std::log(options.back() / options.front());
    places[i] = float(place);
  }
  return places;
}

Coordinates::Coordinates(const SearchSpace &space) {
  for (const Knob &knob : space.knobs()) {
    names.push_back(knob.kind == Knob::Kind::categorical);
    places.push_back(placesOf(knob));
  }
}

Columns Coordinates::of(std::span<const Schedule> schedules) const {
  Columns columns;
  columns.rows = schedules.size();
  for (size_t knob = 0; knob < places.size(); ++knob)
    for (const Schedule &schedule : schedules)
      columns.values.push_back(places[knob][schedule.choice[knob]]);
  return columns;
}

} // namespace alt
