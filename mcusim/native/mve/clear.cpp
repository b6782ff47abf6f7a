// Clearing of registers before a return to the other security state (DDI0553, CLRM and VSCCLRM).
#include "instruction.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

constexpr U kApsr = 15;  // its place in the list

void clear_core(State& s, const Instruction& i) {
  for (U k = 0; k < kApsr; ++k)
    if ((i['l'] >> k & 1U) != 0) s.r[k] = 0;
  if ((i['l'] >> kApsr & 1U) == 0) return;
  s.apsr = 0;
  s.clears_ge = true;
}

// Without a floating-point context there is nothing to clear.
void clear_fpu(State& s, U first, U count) {
  if (!s.fpu_context) return;
  for (U k = first; k < first + count && k < 32; ++k) s.set_word(k, 0);
  s.vpr = 0;
}

bool accepts(const Instruction& i) { return (i['l'] >> 13 & 1U) == 0 && i['l'] != 0; }

constexpr Encoding kEncodings[] = {
    {"clrm", "1110 1000 1001 1111 llll llll llll llll", Unit::kClear, clear_core, false, accepts},
    {"vscclrm", "1110 1100 1x01 1111 bbbb 1010 iiii iiii", Unit::kClear,
     [](State& s, const Instruction& i) { clear_fpu(s, i['b'] << 1 | i['x'], i['i']); }},
    {"vscclrm", "1110 1100 1x01 1111 bbbb 1011 iiii iiii", Unit::kClear,
     [](State& s, const Instruction& i) {
       clear_fpu(s, 2 * (i['x'] << 4 | i['b']), i['i'] & ~1U);
     }},
};

}  // namespace

std::span<const Encoding> clear_encodings() { return kEncodings; }

}  // namespace mcusim::mve
