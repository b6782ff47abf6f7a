#include "rocket_predictor.hpp"

#include <algorithm>

namespace mcusim {

namespace {

// A branch belongs to the packet of 4 bytes that its last halfword is fetched with.
std::uint32_t packet_of(std::uint32_t fallthrough) { return (fallthrough - 2) >> 2; }

bool is_call(BranchKind kind) {
  return kind == BranchKind::kCall || kind == BranchKind::kIndirectCall;
}

}  // namespace

RocketPredictor::Guess RocketPredictor::judge(BranchKind kind, std::uint32_t fallthrough,
                                              std::uint32_t target, bool keep) {
  const std::uint32_t index = direction_index(fallthrough);
  const bool conditional = kind == BranchKind::kConditional;
  const bool direction = directions_[index];
  const bool predicts_taken = !conditional || direction;
  Entry* entry = find(fallthrough);
  Prediction guess{fallthrough, true};
  if (entry == nullptr)
    guess = scan(kind, fallthrough, target, direction);
  else if (predicts_taken)
    guess.target = entry->target;
  if (entry != nullptr && kind == BranchKind::kReturn && returns_held_ != 0)
    guess.target = returns_[top_];

  if (conditional) {
    const bool taken = target != fallthrough;
    directions_[index] = taken;
    history_ = (taken ? 0x80U : 0U) | history_ >> 1;
  }
  if (kind == BranchKind::kReturn) pop();
  if (is_call(kind)) push(fallthrough);

  const bool right = guess.known && guess.target == target;
  const bool late = entry == nullptr && guess.known && predicts_taken;
  if (entry != nullptr && predicts_taken) entry->last_use = ++tick_;
  if ((!right && target != fallthrough) || (late && keep)) insert(fallthrough, target);
  if (!right) return Guess::kWrong;
  return late ? Guess::kLate : Guess::kRight;
}

RocketPredictor::Prediction RocketPredictor::scan(BranchKind kind, std::uint32_t fallthrough,
                                                  std::uint32_t target, bool direction) const {
  switch (kind) {
    case BranchKind::kConditional:
      // Its target is in the instruction; of one that falls through, no target is known here.
      if (!direction) return {fallthrough, true};
      return {target, target != fallthrough};
    case BranchKind::kJump:
    case BranchKind::kCall:
      return {target, true};
    case BranchKind::kReturn:
      if (returns_held_ != 0) return {returns_[top_], true};
      [[fallthrough]];
    default:
      return {fallthrough, false};
  }
}

RocketPredictor::Entry* RocketPredictor::find(std::uint32_t branch) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [branch](const Entry& e) { return e.branch == branch; });
  return found == entries_.end() ? nullptr : &*found;
}

void RocketPredictor::insert(std::uint32_t branch, std::uint32_t target) {
  Entry* place = find(branch);
  if (place == nullptr)
    place =
        &*std::min_element(entries_.begin(), entries_.end(),
                           [](const Entry& a, const Entry& b) { return a.last_use < b.last_use; });
  *place = {branch, target, ++tick_};
}

std::uint32_t RocketPredictor::direction_index(std::uint32_t fallthrough) const {
  // The history of 8 branches is folded into 3 bits: the upper ones of a product with 221, the
  // integer part of 2^8 sqrt(3) / 2.
  const std::uint32_t packet = packet_of(fallthrough);
  const std::uint32_t address = (packet & (kDirections - 1)) ^ (packet >> 9 & 3U);
  return address ^ (221U * history_ >> 5 & 7U) << 6;
}

void RocketPredictor::push(std::uint32_t address) {
  top_ = top_ + 1 == kReturns ? 0 : top_ + 1;
  returns_[top_] = address;
  returns_held_ = std::min(returns_held_ + 1, kReturns);
}

void RocketPredictor::pop() {
  if (returns_held_ == 0) return;
  --returns_held_;
  top_ = top_ == 0 ? kReturns - 1 : top_ - 1;
}

}  // namespace mcusim
