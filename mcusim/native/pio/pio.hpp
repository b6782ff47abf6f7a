// All PIO blocks of a chip, with the pads between them. They execute when somebody looks: a
// register is accessed, or a moment has come at which something may be seen from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "block.hpp"
#include "pads.hpp"

namespace mcusim {

class Pio {
 public:
  // What `advance` came upon: kTold bits of news for each block, by its number, and kPins.
  static constexpr std::uint32_t kTold = 2, kPins = 1U << 31;

  // `version`: 0 on the RP2040, 1 on the RP2350.
  Pio(std::uint32_t blocks, std::uint32_t version) : version_(version) {
    for (std::uint32_t n = 0; n < blocks; ++n) state_.blocks.emplace_back(version);
  }

  // Executes up to and with `cycle`, or until something is to be told: then what, and `now` is
  // when. FSTAT or FDEBUG of a block changed, one of its interrupt lines, or a watched pin.
  std::uint32_t advance(std::int64_t cycle);
  // The cycle up to which there is nothing to tell, at most `horizon` from now; kPioNever: for
  // good. Whatever happens from outside makes it void.
  std::int64_t plan(std::int64_t horizon);
  std::int64_t now() const { return state_.now; }

  std::uint32_t peek(std::uint32_t block, std::uint32_t offset) const {
    return state_.blocks.at(block).peek(offset);
  }
  std::uint32_t read(std::uint32_t block, std::uint32_t offset);
  void write(std::uint32_t block, std::uint32_t offset, std::uint32_t value);
  void reset(std::uint32_t block);
  bool line(std::uint32_t block, std::uint32_t number) const {
    return state_.blocks.at(block).line(number);
  }

  void wire(std::uint32_t pad, const PadWiring& wiring);
  // Pins whose levels are told of.
  void watch(std::uint64_t pins);
  std::uint64_t levels_of(std::uint32_t block) const {
    return state_.blocks.at(block).levels_of_pads();
  }
  std::uint64_t enables_of(std::uint32_t block) const {
    return state_.blocks.at(block).enables_of_pads();
  }
  // Pins that rose and fell, as inputs see them, since this was asked last.
  std::pair<std::uint64_t, std::uint64_t> take_edges();

 private:
  struct State {
    std::vector<PioBlock> blocks;
    PioPads pads;
    std::uint64_t watched = 0;
    std::int64_t now = 0;

    std::int64_t due() const;
    // Executes until something is to be told, or up to `limit`.
    std::uint32_t run(std::int64_t limit);
    void step(std::int64_t cycle);
    void finish(std::int64_t cycle);
    std::uint32_t news();
    std::array<std::uint8_t, 3> flags_of(std::size_t block) const;
    std::uint32_t pins_of(const PioBlock& block, std::int64_t cycle) const;
    std::size_t neighbour(std::size_t block, PioWhose whose) const;
  };

  void changed() { ahead_.reset(); }

  std::uint32_t version_;
  State state_;
  std::optional<State> ahead_;  // as far as has been looked
  std::uint32_t ahead_news_ = 0;
};

}  // namespace mcusim
