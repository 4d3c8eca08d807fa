// Result<T>: a value, or the one sentence that tells the user what is wrong. For what the user or
// the world did (bad file, full disk); a candidate that fails is a Measurement, our own mistake an
// assert.
#pragma once
#include <string>
#include <utility>
#include <variant>

namespace alt {

enum class ErrorKind {
  usage,        ///< wrong command line; the tools exit with 2
  invalidInput, ///< the user's file is wrong
  unsupported,  ///< the file is right, we cannot do it
  io,           ///< missing, unreadable, full
  internal,     ///< a promise of ours broke
  interrupted,  ///< the user asked to stop; the tools exit with 130
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message; ///< a complete sentence; starts with "file:line:" when there is one
};

template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state(std::in_place_index<1>, std::move(error)) {}
  explicit operator bool() const { return state.index() == 0; }
  const T &operator*() const & { return std::get<0>(state); }
  T &operator*() & { return std::get<0>(state); }
  T &&operator*() && { return std::get<0>(std::move(state)); }
  const T *operator->() const { return &std::get<0>(state); }
  T *operator->() { return &std::get<0>(state); }
  const Error &error() const { return std::get<1>(state); }

private:
  std::variant<T, Error> state;
};

template <> class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : failure(std::move(error)), failed(true) {}
  explicit operator bool() const { return !failed; }
  const Error &error() const { return failure; }

private:
  Error failure;
  bool failed = false;
};

} // namespace alt
