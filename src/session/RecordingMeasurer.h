// A measurer that keeps what it finds: every measurement is in the records file, and shown, as soon
// as it is known, so that no kill loses a finished one.
#pragma once
#include "alt/LiveMeasurer.h"
#include "alt/Records.h"
#include <functional>

namespace alt {

/// What all records of a kernel have in common, but for who asks.
Record prototypeOf(const RecordedTask &);

class RecordingMeasurer final : public Measurer {
public:
  /// Told after the record is on file.
  using OnTrial = std::function<void(const Observation &)>;
  /// Listens to `live` from now on. No writer: nothing is recorded.
  RecordingMeasurer(LiveMeasurer &live, const SearchSpace &, RecordWriter *, Record prototype,
                    OnTrial);
  /// Tells the file what its records are of, unless it knows.
  void introduce(const RecordedTask &, const RecordFile *earlier);

  std::vector<Measurement> measure(std::span<const Schedule>, std::stop_token = {}) override;
  void announce(std::span<const Schedule> schedules) override { live.announce(schedules); }
  /// Set when a record could not be written; nothing more is measured then.
  const std::optional<Error> &failure() const { return writeFailure; }

private:
  void keep(const Observation &);
  LiveMeasurer &live;
  const SearchSpace &space;
  RecordWriter *writer;
  Record prototype; ///< what all records of this kernel have in common
  OnTrial onTrial;
  std::optional<Error> writeFailure;
};

} // namespace alt
