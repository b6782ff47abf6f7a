// The 32-bit loads and stores that vector loops are made of; those with SP or the PC in the place
// of data are left to the base model.
#include "scalar.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

template <U Bytes, bool Signed>
void load(State& s, const Instruction& i, U address) {
  const U value = s.bus->load(address, Bytes);
  s.r[i['k']] = Signed ? sign_extended(value, 8 * Bytes) : value;
}

template <U Bytes, bool Signed>
void load_offset(State& s, const Instruction& i) {
  load<Bytes, Signed>(s, i, s.r[i['n']] + i['i']);
}

template <U Bytes, bool Signed>
void load_index(State& s, const Instruction& i) {
  load<Bytes, Signed>(s, i, s.r[i['n']] + (s.r[i['m']] << i['i']));
}

template <U Bytes>
void store_offset(State& s, const Instruction& i) {
  s.bus->store(s.r[i['n']] + i['i'], Bytes, s.r[i['k']]);
}

template <U Bytes>
void store_index(State& s, const Instruction& i) {
  s.bus->store(s.r[i['n']] + (s.r[i['m']] << i['i']), Bytes, s.r[i['k']]);
}

// [Rn, #-imm], [Rn, #imm]! and [Rn], #imm.
struct Indexed {
  Indexed(const State& s, const Instruction& i, U scale) {
    const U base = s.r[i['n']], offset = i['i'] * scale;
    updated = i['a'] != 0 ? base + offset : base - offset;
    address = i['p'] != 0 ? updated : base;
  }
  U updated, address;
};

template <U Bytes, bool Signed>
void load_indexed(State& s, const Instruction& i) {
  const Indexed at(s, i, 1);
  load<Bytes, Signed>(s, i, at.address);
  if (i['w'] != 0) s.r[i['n']] = at.updated;
}

template <U Bytes>
void store_indexed(State& s, const Instruction& i) {
  const Indexed at(s, i, 1);
  s.bus->store(at.address, Bytes, s.r[i['k']]);
  if (i['w'] != 0) s.r[i['n']] = at.updated;
}

void check(U address, bool write) {
  if ((address & 3U) != 0) throw AccessFault{address, write, true};
}

void load_pair(State& s, const Instruction& i) {
  const Indexed at(s, i, 4);
  check(at.address, false);
  const U first = s.bus->load(at.address, 4), second = s.bus->load(at.address + 4, 4);
  s.r[i['k']] = first;
  s.r[i['l']] = second;
  if (i['w'] != 0) s.r[i['n']] = at.updated;
}

void store_pair(State& s, const Instruction& i) {
  const Indexed at(s, i, 4);
  check(at.address, true);
  s.bus->store(at.address, 4, s.r[i['k']]);
  s.bus->store(at.address + 4, 4, s.r[i['l']]);
  if (i['w'] != 0) s.r[i['n']] = at.updated;
}

// Not literals, which count from PC, nor what moves SP.
bool accepts(const Instruction& i) { return i['n'] != 15 && (i['n'] != 13 || i['w'] == 0); }

// Nor unprivileged accesses.
bool accepts_indexed(const Instruction& i) {
  return accepts(i) && (i['p'] == 0 || i['a'] == 0 || i['w'] != 0);
}

constexpr Encoding kEncodings[] = {
    {"ldrb", "1111 1000 1001 nnnn kkkk iiii iiii iiii", Unit::kScalar, load_offset<1, false>, false,
     accepts},
    {"ldrb", "1111 1000 0001 nnnn kkkk 0000 00ii mmmm", Unit::kScalar, load_index<1, false>, false,
     accepts},
    {"ldrb", "1111 1000 0001 nnnn kkkk 1paw iiii iiii", Unit::kScalar, load_indexed<1, false>,
     false, accepts_indexed},
    {"strb", "1111 1000 1000 nnnn kkkk iiii iiii iiii", Unit::kScalar, store_offset<1>, false,
     accepts},
    {"strb", "1111 1000 0000 nnnn kkkk 0000 00ii mmmm", Unit::kScalar, store_index<1>, false,
     accepts},
    {"strb", "1111 1000 0000 nnnn kkkk 1paw iiii iiii", Unit::kScalar, store_indexed<1>, false,
     accepts_indexed},
    {"ldrh", "1111 1000 1011 nnnn kkkk iiii iiii iiii", Unit::kScalar, load_offset<2, false>, false,
     accepts},
    {"ldrh", "1111 1000 0011 nnnn kkkk 0000 00ii mmmm", Unit::kScalar, load_index<2, false>, false,
     accepts},
    {"ldrh", "1111 1000 0011 nnnn kkkk 1paw iiii iiii", Unit::kScalar, load_indexed<2, false>,
     false, accepts_indexed},
    {"strh", "1111 1000 1010 nnnn kkkk iiii iiii iiii", Unit::kScalar, store_offset<2>, false,
     accepts},
    {"strh", "1111 1000 0010 nnnn kkkk 0000 00ii mmmm", Unit::kScalar, store_index<2>, false,
     accepts},
    {"strh", "1111 1000 0010 nnnn kkkk 1paw iiii iiii", Unit::kScalar, store_indexed<2>, false,
     accepts_indexed},
    {"ldr", "1111 1000 1101 nnnn kkkk iiii iiii iiii", Unit::kScalar, load_offset<4, false>, false,
     accepts},
    {"ldr", "1111 1000 0101 nnnn kkkk 0000 00ii mmmm", Unit::kScalar, load_index<4, false>, false,
     accepts},
    {"ldr", "1111 1000 0101 nnnn kkkk 1paw iiii iiii", Unit::kScalar, load_indexed<4, false>, false,
     accepts_indexed},
    {"str", "1111 1000 1100 nnnn kkkk iiii iiii iiii", Unit::kScalar, store_offset<4>, false,
     accepts},
    {"str", "1111 1000 0100 nnnn kkkk 0000 00ii mmmm", Unit::kScalar, store_index<4>, false,
     accepts},
    {"str", "1111 1000 0100 nnnn kkkk 1paw iiii iiii", Unit::kScalar, store_indexed<4>, false,
     accepts_indexed},
    {"ldrsb", "1111 1001 1001 nnnn kkkk iiii iiii iiii", Unit::kScalar, load_offset<1, true>, false,
     accepts},
    {"ldrsb", "1111 1001 0001 nnnn kkkk 0000 00ii mmmm", Unit::kScalar, load_index<1, true>, false,
     accepts},
    {"ldrsb", "1111 1001 0001 nnnn kkkk 1paw iiii iiii", Unit::kScalar, load_indexed<1, true>,
     false, accepts_indexed},
    {"ldrsh", "1111 1001 1011 nnnn kkkk iiii iiii iiii", Unit::kScalar, load_offset<2, true>, false,
     accepts},
    {"ldrsh", "1111 1001 0011 nnnn kkkk 0000 00ii mmmm", Unit::kScalar, load_index<2, true>, false,
     accepts},
    {"ldrsh", "1111 1001 0011 nnnn kkkk 1paw iiii iiii", Unit::kScalar, load_indexed<2, true>,
     false, accepts_indexed},
    {"ldrd", "1110 100p a1w1 nnnn kkkk llll iiii iiii", Unit::kScalar, load_pair, false, accepts},
    {"strd", "1110 100p a1w0 nnnn kkkk llll iiii iiii", Unit::kScalar, store_pair, false, accepts},
};

}  // namespace

std::span<const Encoding> scalar_memory_encodings() { return kEncodings; }

}  // namespace mcusim::mve
