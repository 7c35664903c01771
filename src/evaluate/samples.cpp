#include "evaluate/samples.hpp"

namespace visionkit {
namespace {

// splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t scattered(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

template <class Map>
bool belongs(const Map& kept, const typename Map::key_type& key, std::size_t count) {
  return kept.size() < count || (count > 0 && key < kept.rbegin()->first);
}

template <class Map>
void keep(Map& kept, const typename Map::key_type& key, std::size_t count, const typename Map::mapped_type& sample) {
  if (!belongs(kept, key, count)) return;
  kept.emplace(key, sample);
  if (kept.size() > count) kept.erase(std::prev(kept.end()));
}

}  // namespace

void SampleKeeper::offer(std::size_t picture, double quality, const std::function<EvaluationSample()>& make) {
  const std::pair by_quality(quality, picture);
  const std::pair by_lot(scattered(scattered(seed_) ^ picture), picture);
  {
    const std::lock_guard lock(mutex_);
    if (!belongs(worst_, by_quality, counts_.worst) && !belongs(random_, by_lot, counts_.random)) return;
  }
  const auto sample = std::make_shared<const EvaluationSample>(make());
  const std::lock_guard lock(mutex_);
  keep(worst_, by_quality, counts_.worst, sample);
  keep(random_, by_lot, counts_.random, sample);
}

std::vector<EvaluationSample> SampleKeeper::worst() const {
  std::vector<EvaluationSample> samples;
  for (const auto& [key, sample] : worst_) samples.push_back(*sample);
  return samples;
}

std::vector<EvaluationSample> SampleKeeper::random() const {
  std::map<std::size_t, const EvaluationSample*> in_order;
  for (const auto& [key, sample] : random_) in_order.emplace(key.second, sample.get());
  std::vector<EvaluationSample> samples;
  for (const auto& [picture, sample] : in_order) samples.push_back(*sample);
  return samples;
}

}  // namespace visionkit
