// Numbers that threads borrow, so that each accumulator is used by one thread at a time.
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace visionkit {

class AccumulatorPool {
 public:
  /// 0..count - 1.
  explicit AccumulatorPool(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) free_.push_back(i);
  }

  /// One of them, as long as it lives. There must be no more loans than numbers.
  class Loan {
   public:
    explicit Loan(AccumulatorPool& pool) : pool_(pool) {
      const std::lock_guard lock(pool.mutex_);
      index_ = pool.free_.back();
      pool.free_.pop_back();
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() {
      const std::lock_guard lock(pool_.mutex_);
      pool_.free_.push_back(index_);
    }
    [[nodiscard]] std::size_t index() const { return index_; }

   private:
    AccumulatorPool& pool_;
    std::size_t index_ = 0;
  };

 private:
  std::mutex mutex_;
  std::vector<std::size_t> free_;
};

}  // namespace visionkit
