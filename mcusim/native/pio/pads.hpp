// The pads of GPIO as the PIO blocks see and drive them: who drives each, the overrides of its
// signals, and the levels of the last cycles, for the synchronisers.
#pragma once

#include <array>
#include <cstdint>

#include "block.hpp"

namespace mcusim {

constexpr std::int64_t kSynchroniser = 2;  // cycles (RP2040 datasheet 3.5.6.3)

// What pin control says of a pad. Overrides: 0 none, 1 inverted, 2 low, 3 high.
struct PadWiring {
  std::int32_t owner = -1;  // the PIO block that drives it, or none
  std::uint32_t output = 0;
  std::uint32_t enable = 0;
  std::uint32_t input = 0;
  bool drives = false;  // the pad's output is on
  bool reads = false;   // and its input
  bool idle = false;    // its level while no PIO block drives it
};

class PioPads {
 public:
  static constexpr std::uint32_t kPads = 48, kBlocks = 3;

  void wire(std::uint32_t pad, const PadWiring& wiring);
  // Takes what the blocks drive from `cycle` on; whether inputs see a change.
  bool update(const std::vector<PioBlock>& blocks, std::int64_t cycle);

  // What inputs see.
  std::uint64_t seen_at(std::int64_t cycle) const;
  // Whether the synchronisers do not show all yet in `cycle`.
  bool settling(std::int64_t cycle) const {
    return history_[newest_].since > cycle - kSynchroniser;
  }

  std::uint64_t pads_changed = 0;  // since somebody looked
  std::uint64_t rose = 0;          // likewise, of what inputs see
  std::uint64_t fell = 0;

 private:
  struct Override {
    std::uint64_t passes = ~0ULL;
    std::uint64_t flips = 0;
    void set(std::uint64_t bit, std::uint32_t kind);
    std::uint64_t of(std::uint64_t levels) const { return (levels & passes) ^ flips; }
  };
  struct Levels {
    std::int64_t since = -kSynchroniser;
    std::uint64_t levels = 0;
  };

  std::array<std::uint64_t, kBlocks> owned_{};
  Override output_, enable_, input_;
  std::uint64_t drives_ = 0;
  std::uint64_t reads_ = 0;
  std::uint64_t idle_ = 0;
  std::uint64_t pads_ = 0;
  std::array<Levels, 8> history_{};
  std::size_t newest_ = 0;
};

}  // namespace mcusim
