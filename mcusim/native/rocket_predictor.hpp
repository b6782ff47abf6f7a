// The branch predictor of SiFive's E31, in the published generator that it comes from.
//
// Sizes: FE310-G002 manual v1p5, 3.2. How they are indexed and updated: rocket-chip 8aa4a19a1,
// rocket/BTB.scala and rocket/Frontend.scala. The BTB replaces its least recently used entry, where
// the generator has a tree of bits that comes near to it.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>

#include "block.hpp"

namespace mcusim {

class RocketPredictor {
 public:
  // kLate: found in the fetched instructions, with no entry in the BTB; the fetch after is lost.
  enum class Guess : std::uint8_t { kRight, kLate, kWrong };

  // A branch before `fallthrough` went to `target`. `keep`: whether a late guess takes an entry of
  // the BTB.
  Guess judge(BranchKind kind, std::uint32_t fallthrough, std::uint32_t target, bool keep);

 private:
  static constexpr std::uint32_t kEntries = 28;
  static constexpr std::uint32_t kDirections = 512;
  static constexpr std::uint32_t kReturns = 6;
  struct Entry {
    std::uint32_t branch = 0;  // its fall-through address; 0 is nobody's
    std::uint32_t target = 0;
    std::uint64_t last_use = 0;
  };
  struct Prediction {
    std::uint32_t target;
    bool known;  // without executing the branch
  };
  Entry* find(std::uint32_t branch);
  void insert(std::uint32_t branch, std::uint32_t target);
  // What the fetch unit makes of an instruction that the BTB doesn't hold.
  Prediction scan(BranchKind kind, std::uint32_t fallthrough, std::uint32_t target,
                  bool direction) const;
  std::uint32_t direction_index(std::uint32_t fallthrough) const;
  void push(std::uint32_t address);
  void pop();

  std::array<Entry, kEntries> entries_{};
  std::bitset<kDirections> directions_{};
  std::uint32_t history_ = 0;
  std::array<std::uint32_t, kReturns> returns_{};
  std::uint32_t returns_held_ = 0;
  std::uint32_t top_ = 0;
  std::uint64_t tick_ = 0;
};

}  // namespace mcusim
