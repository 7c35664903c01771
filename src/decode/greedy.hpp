// The one greedy loop behind every kind of suppression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "decode/kept_boxes.hpp"

namespace visionkit {

/// Takes candidates in order; each stays unless one that stayed suppresses it. Returns the ranks that stay, rising, and
/// stops at `max_kept`.
std::vector<std::int32_t> greedy(std::span<const Candidate> candidates, std::int32_t groups, const Screen& screen,
                                 SuppressionRule& rule, std::size_t max_kept);

/// By rank, the best candidate that suppresses each one; itself when it stays. Without odd candidates.
std::vector<std::int32_t> best_suppressors(std::span<const Candidate> candidates, std::int32_t groups,
                                           const Screen& screen, SuppressionRule& rule);

}  // namespace visionkit
