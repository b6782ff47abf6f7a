// The branch predictor of SiFive's E31, in the published generator that it comes from.
//
// Sizes: FE310-G002 manual v1p5, 3.2. How they are indexed and updated: rocket-chip 8aa4a19a1,
// rocket/BTB.scala and rocket/Frontend.scala. The BTB replaces its least recently used entry, where
// the generator has a tree of bits that comes near to it.
#pragma once

#include <array>
#include <cstdint>

#include "block.hpp"

namespace mcusim {

class RocketPredictor {
 public:
  // kLate: found in the fetched instructions, with no entry in the BTB; the fetch after is lost.
  enum class Guess : std::uint8_t { kRight, kLate, kWrong };

  // A branch before `fallthrough` went to `target`. `keep`: whether a late guess takes an entry of
  // the BTB.
  Guess judge(BranchKind kind, std::uint32_t fallthrough, std::uint32_t target, bool keep) {
    if (kind != BranchKind::kConditional) return judge_jump(kind, fallthrough, target, keep);
    bool& direction = directions_[direction_index(fallthrough)];
    const bool foreseen = direction, taken = target != fallthrough;
    direction = taken;
    history_ = (taken ? 0x80U : 0U) | history_ >> 1;
    if (foreseen) return judge_foreseen(fallthrough, target, keep);
    if (!taken) return Guess::kRight;
    insert(fallthrough, target);
    return Guess::kWrong;
  }

  // Whether a conditional branch to `target` is judged right, and once more changes nothing but how
  // often its entry, the last one used, was used.
  bool is_certain(std::uint32_t fallthrough, std::uint32_t target) const;

 private:
  static constexpr std::uint32_t kEntries = 28;
  static constexpr std::uint32_t kDirections = 512;
  static constexpr std::uint32_t kReturns = 6;
  static constexpr std::uint32_t kBuckets = 256;
  static constexpr std::uint8_t kNobody = 255;
  struct Entry {
    std::uint32_t branch = 0;  // its fall-through address; 0 is nobody's
    std::uint32_t target = 0;
    std::uint64_t last_use = 0;
    std::uint8_t next = kNobody;  // entry of the same bucket
  };
  struct Prediction {
    std::uint32_t target;
    bool known;  // without executing the branch
  };
  static std::array<std::uint8_t, kBuckets> no_entries() {
    std::array<std::uint8_t, kBuckets> first{};
    first.fill(kNobody);
    return first;
  }
  static std::uint32_t bucket_of(std::uint32_t branch) { return branch >> 1 & (kBuckets - 1); }
  void leave_bucket(const Entry& entry);
  const Entry* find(std::uint32_t branch) const;
  Entry* find(std::uint32_t branch);
  void insert(std::uint32_t branch, std::uint32_t target);
  // Of a conditional branch that is predicted to be taken.
  Guess judge_foreseen(std::uint32_t fallthrough, std::uint32_t target, bool keep);
  Guess judge_jump(BranchKind kind, std::uint32_t fallthrough, std::uint32_t target, bool keep);
  // What the fetch unit makes of a jump that the BTB doesn't hold.
  Prediction scan(BranchKind kind, std::uint32_t fallthrough, std::uint32_t target) const;
  std::uint32_t direction_index(std::uint32_t fallthrough) const {
    // A branch belongs to the packet of 4 bytes that its last halfword is fetched with. The history
    // of 8 branches is folded into 3 bits: the upper ones of a product with 221, the integer part
    // of 2^8 sqrt(3) / 2.
    const std::uint32_t packet = (fallthrough - 2) >> 2;
    const std::uint32_t address = (packet & (kDirections - 1)) ^ (packet >> 9 & 3U);
    return address ^ (221U * history_ >> 5 & 7U) << 6;
  }
  void push(std::uint32_t address);
  void pop();

  std::array<Entry, kEntries> entries_{};
  // Found by hashing, which the real one does by comparing with all at once.
  std::array<std::uint8_t, kBuckets> first_ = no_entries();
  std::array<bool, kDirections> directions_{};
  std::uint32_t history_ = 0;
  std::array<std::uint32_t, kReturns> returns_{};
  std::uint32_t returns_held_ = 0;
  std::uint32_t top_ = 0;
  std::uint64_t tick_ = 0;
};

}  // namespace mcusim
