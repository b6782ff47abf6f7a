// The vector extension of a core that Unicorn has no model of: what its interpreter remembers.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "block.hpp"
#include "mve/instruction.hpp"
#include "mve/state.hpp"

namespace mcusim {

// Instructions to interpret in a row; the last one may branch.
struct VectorRun {
  std::uint32_t address = 0;
  std::uint32_t size = 0;  // bytes
  bool has_extension = false;
  std::vector<mve::Instruction> code;
  std::vector<std::uint8_t> copy;      // the bytes decoded
  const std::uint8_t* host = nullptr;  // where they are
  Block* block = nullptr;
};

// How a block of Unicorn's is to be executed.
struct VectorPlan {
  enum Kind : std::uint8_t { kPlain, kInterpret, kPrefix, kCut } kind = kPlain;
  std::uint32_t prefix = 0;  // bytes before the first instruction that is not Unicorn's
  std::vector<std::uint8_t> copy;
};

struct Helium {
  mve::State state;
  std::unordered_map<std::uint32_t, VectorRun> runs;    // by address
  std::unordered_map<std::uint64_t, VectorPlan> plans;  // by address and size
  std::vector<std::uint64_t> code_pages = std::vector<std::uint64_t>(65536);
  std::uint32_t cut_at = 0;  // where the next start is to end
  // Where a run was cut while the interpreter was at work, which goes on there as if it had not
  // been: after so many blocks without a vector instruction.
  std::uint32_t interrupted_at = kNowhere;
  int scalar_blocks = 0;

  static constexpr std::uint32_t kNowhere = ~0U;
};

}  // namespace mcusim
