// A decoded instruction, and the tables that encodings are looked up in.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "state.hpp"

namespace mcusim::mve {

struct Instruction;
using Execute = void (*)(State&, const Instruction&);

// What the pipeline does with it; the timing model of the core says how long that takes.
enum class Unit : std::uint8_t {
  kScalar,       // scalar instructions of Armv7-M: known to the timing model otherwise
  kInteger,      // vector integer and logic
  kMultiply,     // vector multiply
  kAcross,       // multiply, or add, across the vector into core registers
  kFloat,        // vector floating point
  kLoad,         // contiguous
  kStore,        // contiguous
  kGather,       // one address a lane
  kScatter,      // one address a lane
  kInterleaved,  // VLD2, VLD4
  kStoreInterleaved,
  kPredicate,  // VPST, VCTP, VPNOT
  kMove,       // between vector and core registers
  kLongShift,  // of core registers
  kSelect,     // CSEL and the like
  kLoop,       // low-overhead loops
  kClear,      // CLRM, VSCCLRM
  kHalf,       // scalar half precision
  kHalfLoad,
  kHalfStore,
  kContext,  // of FPCXT_NS, which makes no floating-point context
};

// An encoding: `pattern` has 16 or 32 of 0, 1, '.' (any), and letters, whose bits are collected
// from the left. Some letters are checked: z (an element size) is not 3, k (a core register) is
// neither 13 nor 15, and p and w of a load or store are not both 0. The Q registers have 3 bits,
// since Q8 and above are UNDEFINED.
struct Encoding {
  const char* name;
  const char* pattern;
  Unit unit;
  Execute execute;
  bool ends_block = false;  // it may write the PC
  // Whether the fields are ones that this row is for; null for all.
  bool (*accepts)(const Instruction&) = nullptr;
};

struct Instruction {
  const Encoding* encoding = nullptr;
  Execute execute = nullptr;
  std::uint32_t code = 0;
  std::uint8_t size = 2;  // bytes
  std::array<std::uint32_t, 26> fields{};

  std::uint32_t operator[](char letter) const {
    return fields[static_cast<std::size_t>(letter - 'a')];
  }
};

// The encodings by group; of two that match, the one of the earlier group and row is meant.
std::span<const Encoding> loop_encodings();
std::span<const Encoding> predicate_encodings();
std::span<const Encoding> memory_encodings();
std::span<const Encoding> move_encodings();
std::span<const Encoding> narrow_encodings();
std::span<const Encoding> float_encodings();
std::span<const Encoding> convert_encodings();
std::span<const Encoding> half_encodings();
std::span<const Encoding> clear_encodings();
std::span<const Encoding> compare_encodings();
std::span<const Encoding> across_encodings();
std::span<const Encoding> shift_encodings();
std::span<const Encoding> multiply_encodings();
std::span<const Encoding> integer_encodings();
std::span<const Encoding> long_shift_encodings();
std::span<const Encoding> scalar_encodings();
std::span<const Encoding> scalar_wide_encodings();
std::span<const Encoding> scalar_memory_encodings();

// Whether a first halfword begins a 32-bit instruction (DDI0553, C1.2).
inline bool is_wide(std::uint32_t halfword) { return halfword >> 11 >= 0x1DU; }

// `code` has the first halfword on top of a 32-bit instruction. `encoding` stays null for those
// that are not known here.
Instruction decode(std::uint32_t code, bool wide);

// Whether the base model of the core has no such instruction, or another one in its place.
inline bool is_extension(const Instruction& i) {
  return i.encoding != nullptr && i.encoding->unit != Unit::kScalar;
}

}  // namespace mcusim::mve
