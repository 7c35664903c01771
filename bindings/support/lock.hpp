// Python's lock, given away and taken. A daemon thread that asks for it while the interpreter ends is ended by Python
// (up to 3.13) with pthread_exit(), which unwinds the C++ frames below and aborts the process at the first one that is
// noexcept or catches everything. Here such a thread waits for the end of the process instead, as Python 3.14 lets it.
#pragma once

#include <cxxabi.h>

#include <chrono>
#include <thread>
#include <utility>

#include <pybind11/pybind11.h>

namespace visionkit::python {

[[noreturn]] inline void wait_for_exit() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

/// Gives the lock away for its life.
class LockRelease {
 public:
  LockRelease() : state_(PyEval_SaveThread()) {}
  LockRelease(const LockRelease&) = delete;
  LockRelease& operator=(const LockRelease&) = delete;
  ~LockRelease() {
    try {
      PyEval_RestoreThread(state_);
    } catch (abi::__forced_unwind&) {
      wait_for_exit();
    }
  }

 private:
  PyThreadState* state_;
};

/// Takes the lock on any thread for its life.
class LockHold {
 public:
  LockHold() {
    try {
      state_ = PyGILState_Ensure();
    } catch (abi::__forced_unwind&) {
      wait_for_exit();
    }
  }
  LockHold(const LockHold&) = delete;
  LockHold& operator=(const LockHold&) = delete;
  ~LockHold() { PyGILState_Release(state_); }

 private:
  PyGILState_STATE state_ = PyGILState_UNLOCKED;
};

/// Runs `work` without the interpreter's lock. Nothing of Python may be touched in it.
template <class Work>
auto unlocked(Work&& work) {
  const LockRelease release;
  return std::forward<Work>(work)();
}

/// Runs `work` with the interpreter's lock, on any thread. For what C++ calls back.
template <class Work>
auto locked(Work&& work) {
  const LockHold hold;
  try {
    return std::forward<Work>(work)();
  } catch (abi::__forced_unwind&) {
    wait_for_exit();
  }
}

}  // namespace visionkit::python
