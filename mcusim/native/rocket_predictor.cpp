#include "rocket_predictor.hpp"

#include <algorithm>
#include <utility>

namespace mcusim {

namespace {

bool is_call(BranchKind kind) {
  return kind == BranchKind::kCall || kind == BranchKind::kIndirectCall;
}

}  // namespace

bool RocketPredictor::is_certain(std::uint32_t fallthrough, std::uint32_t target) const {
  if (history_ != 0xFFU || !directions_[direction_index(fallthrough)]) return false;
  const Entry* const entry = find(fallthrough);
  return entry != nullptr && entry->target == target && entry->last_use == tick_;
}

RocketPredictor::Guess RocketPredictor::judge_foreseen(std::uint32_t fallthrough,
                                                       std::uint32_t target, bool keep) {
  const bool taken = target != fallthrough;
  Entry* const entry = find(fallthrough);
  if (entry == nullptr) {
    // Its target is in the instruction; of one that falls through, no target is known here.
    if (!taken) return Guess::kWrong;
    if (keep) insert(fallthrough, target);
    return Guess::kLate;
  }
  entry->last_use = ++tick_;
  if (entry->target == target) return Guess::kRight;
  if (taken) insert(fallthrough, target);
  return Guess::kWrong;
}

RocketPredictor::Guess RocketPredictor::judge_jump(BranchKind kind, std::uint32_t fallthrough,
                                                   std::uint32_t target, bool keep) {
  Entry* const entry = find(fallthrough);
  Prediction guess{0, true};
  if (entry == nullptr)
    guess = scan(kind, fallthrough, target);
  else
    guess.target = entry->target;
  if (entry != nullptr && kind == BranchKind::kReturn && returns_held_ != 0)
    guess.target = returns_[top_];
  if (kind == BranchKind::kReturn) pop();
  if (is_call(kind)) push(fallthrough);

  const bool right = guess.known && guess.target == target;
  const bool late = entry == nullptr && guess.known;
  if (entry != nullptr) entry->last_use = ++tick_;
  if ((!right && target != fallthrough) || (late && keep)) insert(fallthrough, target);
  if (!right) return Guess::kWrong;
  return late ? Guess::kLate : Guess::kRight;
}

RocketPredictor::Prediction RocketPredictor::scan(BranchKind kind, std::uint32_t fallthrough,
                                                  std::uint32_t target) const {
  switch (kind) {
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

const RocketPredictor::Entry* RocketPredictor::find(std::uint32_t branch) const {
  std::uint32_t place = first_[bucket_of(branch)];
  while (place != kNobody && entries_[place].branch != branch) place = entries_[place].next;
  return place == kNobody ? nullptr : &entries_[place];
}

RocketPredictor::Entry* RocketPredictor::find(std::uint32_t branch) {
  return const_cast<Entry*>(std::as_const(*this).find(branch));
}

void RocketPredictor::leave_bucket(const Entry& entry) {
  if (entry.branch == 0) return;
  std::uint8_t* link = &first_[bucket_of(entry.branch)];
  while (&entries_[*link] != &entry) link = &entries_[*link].next;
  *link = entry.next;
}

void RocketPredictor::insert(std::uint32_t branch, std::uint32_t target) {
  Entry* place = find(branch);
  if (place == nullptr) {
    place =
        &*std::min_element(entries_.begin(), entries_.end(),
                           [](const Entry& a, const Entry& b) { return a.last_use < b.last_use; });
    leave_bucket(*place);
    std::uint8_t& first = first_[bucket_of(branch)];
    place->branch = branch;
    place->next = std::exchange(first, static_cast<std::uint8_t>(place - entries_.data()));
  }
  place->target = target;
  place->last_use = ++tick_;
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
