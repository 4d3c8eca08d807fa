// The progress of a session: one repainted line on a terminal, a plain line now and then elsewhere.
#pragma once
#include "alt/Log.h"
#include "alt/Report.h"
#include <chrono>
#include <functional>

namespace alt {

/// Time as a parameter, so that tests can say what it is. Seconds since any fixed moment.
using Clock = std::function<Seconds()>;
Clock steadyClock();

/// At most `width` columns; what does not fit is cut.
std::string progressLine(const Progress &, size_t width = 0);

class ProgressDisplay {
public:
  struct Options {
    Seconds repaintEvery{0.1}; ///< on a terminal
    Seconds plainEvery{5};     ///< elsewhere
    size_t width = 0;          ///< columns; 0: ask the terminal
  };
  ProgressDisplay(Log &, Clock, Options);
  ~ProgressDisplay() { finish(); }
  void update(const Progress &);
  void finish(); ///< wipes the line

private:
  Log &log;
  Clock clock;
  Options options;
  std::optional<Seconds> last;
};

} // namespace alt
