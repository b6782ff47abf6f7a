// The 16-bit instructions that vector loops are made of.
#include "scalar.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

void result(State& s, U number, const Sum& sum) {
  s.r[number] = sum.value;
  if (s.in_it_block()) return;
  s.set_nz(sum.value);
  s.set_flags(kCarry | kOverflow, sum.flags);
}

void result(State& s, U number, const Shifted& found) {
  s.r[number] = found.value;
  if (s.in_it_block()) return;
  s.set_nz(found.value);
  s.set_flags(kCarry, found.carry);
}

void logic(State& s, U number, U value) { result(s, number, Shifted{value, s.apsr & kCarry}); }

void flags_of(State& s, const Sum& sum) {
  s.set_nz(sum.value);
  s.set_flags(kCarry | kOverflow, sum.flags);
}

template <U Type>
void shift_constant(State& s, const Instruction& i) {
  result(s, i['d'], shift_with_carry(s.r[i['m']], Type, constant_shift(Type, i['i']), s.apsr));
}

template <U Type>
void shift_register(State& s, const Instruction& i) {
  result(s, i['d'], shift_with_carry(s.r[i['d']], Type, s.r[i['m']] & 0xFFU, s.apsr));
}

U carry_in(const State& s) { return s.apsr >> 29 & 1U; }

// Registers 8 to 15; reading the PC gives the address of the instruction and 4.
U high(const State& s, U number) { return number == 15 ? s.pc + 4 : s.r[number]; }

void jump(State& s, U offset, U bits) { s.next = s.pc + 4 + sign_extended(offset << 1, bits + 1); }

template <bool Nonzero>
void compare_branch(State& s, const Instruction& i) {
  if ((s.r[i['n']] != 0) == Nonzero) s.next = s.pc + 4 + (i['i'] << 1);
}

template <U Bytes>
U loaded(State& s, U address) {
  return s.bus->load(address, Bytes);
}

template <U Bytes>
void load_offset(State& s, const Instruction& i) {
  s.r[i['d']] = loaded<Bytes>(s, s.r[i['n']] + i['i'] * Bytes);
}

template <U Bytes>
void store_offset(State& s, const Instruction& i) {
  s.bus->store(s.r[i['n']] + i['i'] * Bytes, Bytes, s.r[i['d']]);
}

template <U Bytes, bool Signed>
void load_index(State& s, const Instruction& i) {
  const U value = loaded<Bytes>(s, s.r[i['n']] + s.r[i['m']]);
  s.r[i['d']] = Signed ? sign_extended(value, 8 * Bytes) : value;
}

template <U Bytes>
void store_index(State& s, const Instruction& i) {
  s.bus->store(s.r[i['n']] + s.r[i['m']], Bytes, s.r[i['d']]);
}

constexpr Encoding kEncodings[] = {
    {"mov", "0000 0000 00mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { logic(s, i['d'], s.r[i['m']]); }},
    {"lsl", "0000 0iii iimm mddd", Unit::kScalar, shift_constant<0>},
    {"lsr", "0000 1iii iimm mddd", Unit::kScalar, shift_constant<1>},
    {"asr", "0001 0iii iimm mddd", Unit::kScalar, shift_constant<2>},
    {"add", "0001 100m mmnn nddd", Unit::kScalar,
     [](State& s, const Instruction& i) {
       result(s, i['d'], add_with_carry(s.r[i['n']], s.r[i['m']], 0));
     }},
    {"sub", "0001 101m mmnn nddd", Unit::kScalar,
     [](State& s, const Instruction& i) {
       result(s, i['d'], add_with_carry(s.r[i['n']], ~s.r[i['m']], 1));
     }},
    {"add", "0001 110i iinn nddd", Unit::kScalar,
     [](State& s, const Instruction& i) {
       result(s, i['d'], add_with_carry(s.r[i['n']], i['i'], 0));
     }},
    {"sub", "0001 111i iinn nddd", Unit::kScalar,
     [](State& s, const Instruction& i) {
       result(s, i['d'], add_with_carry(s.r[i['n']], ~i['i'], 1));
     }},
    {"mov", "0010 0ddd iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) { logic(s, i['d'], i['i']); }},
    {"cmp", "0010 1nnn iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) { flags_of(s, add_with_carry(s.r[i['n']], ~i['i'], 1)); }},
    {"add", "0011 0ddd iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       result(s, i['d'], add_with_carry(s.r[i['d']], i['i'], 0));
     }},
    {"sub", "0011 1ddd iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       result(s, i['d'], add_with_carry(s.r[i['d']], ~i['i'], 1));
     }},
    {"and", "0100 0000 00mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { logic(s, i['d'], s.r[i['d']] & s.r[i['m']]); }},
    {"eor", "0100 0000 01mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { logic(s, i['d'], s.r[i['d']] ^ s.r[i['m']]); }},
    {"lsl", "0100 0000 10mm mddd", Unit::kScalar, shift_register<0>},
    {"lsr", "0100 0000 11mm mddd", Unit::kScalar, shift_register<1>},
    {"asr", "0100 0001 00mm mddd", Unit::kScalar, shift_register<2>},
    {"adc", "0100 0001 01mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) {
       result(s, i['d'], add_with_carry(s.r[i['d']], s.r[i['m']], carry_in(s)));
     }},
    {"sbc", "0100 0001 10mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) {
       result(s, i['d'], add_with_carry(s.r[i['d']], ~s.r[i['m']], carry_in(s)));
     }},
    {"ror", "0100 0001 11mm mddd", Unit::kScalar, shift_register<3>},
    {"tst", "0100 0010 00mm mnnn", Unit::kScalar,
     [](State& s, const Instruction& i) { s.set_nz(s.r[i['n']] & s.r[i['m']]); }},
    {"rsb", "0100 0010 01nn nddd", Unit::kScalar,
     [](State& s, const Instruction& i) { result(s, i['d'], add_with_carry(~s.r[i['n']], 0, 1)); }},
    {"cmp", "0100 0010 10mm mnnn", Unit::kScalar,
     [](State& s, const Instruction& i) {
       flags_of(s, add_with_carry(s.r[i['n']], ~s.r[i['m']], 1));
     }},
    {"cmn", "0100 0010 11mm mnnn", Unit::kScalar,
     [](State& s, const Instruction& i) {
       flags_of(s, add_with_carry(s.r[i['n']], s.r[i['m']], 0));
     }},
    {"orr", "0100 0011 00mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { logic(s, i['d'], s.r[i['d']] | s.r[i['m']]); }},
    {"mul", "0100 0011 01nn nddd", Unit::kScalar,
     [](State& s, const Instruction& i) { logic(s, i['d'], s.r[i['d']] * s.r[i['n']]); }},
    {"bic", "0100 0011 10mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { logic(s, i['d'], s.r[i['d']] & ~s.r[i['m']]); }},
    {"mvn", "0100 0011 11mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { logic(s, i['d'], ~s.r[i['m']]); }},
    // Registers from 8 on; what writes SP or the PC is left to the base model.
    {"add", "0100 0100 kmmm mkkk", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['k']] += high(s, i['m']); }},
    {"cmp", "0100 0101 kmmm mkkk", Unit::kScalar,
     [](State& s, const Instruction& i) {
       flags_of(s, add_with_carry(s.r[i['k']], ~high(s, i['m']), 1));
     }},
    {"mov", "0100 0110 kmmm mkkk", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['k']] = high(s, i['m']); }},
    {"ldr", "0100 1ddd iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       s.r[i['d']] = s.bus->load(((s.pc + 4) & ~3U) + (i['i'] << 2), 4);
     }},
    {"str", "0101 000m mmnn nddd", Unit::kScalar, store_index<4>},
    {"strh", "0101 001m mmnn nddd", Unit::kScalar, store_index<2>},
    {"strb", "0101 010m mmnn nddd", Unit::kScalar, store_index<1>},
    {"ldrsb", "0101 011m mmnn nddd", Unit::kScalar, load_index<1, true>},
    {"ldr", "0101 100m mmnn nddd", Unit::kScalar, load_index<4, false>},
    {"ldrh", "0101 101m mmnn nddd", Unit::kScalar, load_index<2, false>},
    {"ldrb", "0101 110m mmnn nddd", Unit::kScalar, load_index<1, false>},
    {"ldrsh", "0101 111m mmnn nddd", Unit::kScalar, load_index<2, true>},
    {"str", "0110 0iii iinn nddd", Unit::kScalar, store_offset<4>},
    {"ldr", "0110 1iii iinn nddd", Unit::kScalar, load_offset<4>},
    {"strb", "0111 0iii iinn nddd", Unit::kScalar, store_offset<1>},
    {"ldrb", "0111 1iii iinn nddd", Unit::kScalar, load_offset<1>},
    {"strh", "1000 0iii iinn nddd", Unit::kScalar, store_offset<2>},
    {"ldrh", "1000 1iii iinn nddd", Unit::kScalar, load_offset<2>},
    {"str", "1001 0ddd iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) { s.bus->store(s.r[13] + (i['i'] << 2), 4, s.r[i['d']]); }},
    {"ldr", "1001 1ddd iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['d']] = s.bus->load(s.r[13] + (i['i'] << 2), 4); }},
    {"adr", "1010 0ddd iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['d']] = ((s.pc + 4) & ~3U) + (i['i'] << 2); }},
    {"add", "1010 1ddd iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['d']] = s.r[13] + (i['i'] << 2); }},
    {"cbz", "1011 00i1 iiii innn", Unit::kScalar, compare_branch<false>, true},
    {"cbnz", "1011 10i1 iiii innn", Unit::kScalar, compare_branch<true>, true},
    {"sxth", "1011 0010 00mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['d']] = sign_extended(s.r[i['m']], 16); }},
    {"sxtb", "1011 0010 01mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['d']] = sign_extended(s.r[i['m']], 8); }},
    {"uxth", "1011 0010 10mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['d']] = s.r[i['m']] & 0xFFFFU; }},
    {"uxtb", "1011 0010 11mm mddd", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['d']] = s.r[i['m']] & 0xFFU; }},
    {"nop", "1011 1111 0000 0000", Unit::kScalar, [](State&, const Instruction&) {}},
    {"it", "1011 1111 iiii iii1", Unit::kScalar,
     [](State& s, const Instruction& i) { s.it = static_cast<std::uint8_t>(i['i'] << 1 | 1U); }},
    {"it", "1011 1111 iiii ii10", Unit::kScalar,
     [](State& s, const Instruction& i) { s.it = static_cast<std::uint8_t>(i['i'] << 2 | 2U); }},
    {"it", "1011 1111 iiii i100", Unit::kScalar,
     [](State& s, const Instruction& i) { s.it = static_cast<std::uint8_t>(i['i'] << 3 | 4U); }},
    {"it", "1011 1111 iiii 1000", Unit::kScalar,
     [](State& s, const Instruction& i) { s.it = static_cast<std::uint8_t>(i['i'] << 4 | 8U); }},
    {"b", "1101 0ccc iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       if (holds(s.apsr, i['c'])) jump(s, i['i'], 8);
     },
     true},
    {"b", "1101 10cc iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       if (holds(s.apsr, i['c'] | 8U)) jump(s, i['i'], 8);
     },
     true},
    {"b", "1101 110c iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       if (holds(s.apsr, i['c'] | 12U)) jump(s, i['i'], 8);
     },
     true},
    {"b", "1110 0iii iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) { jump(s, i['i'], 11); }, true},
};

}  // namespace

std::span<const Encoding> scalar_encodings() { return kEncodings; }

}  // namespace mcusim::mve
