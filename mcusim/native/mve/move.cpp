// Between vector, core and special registers; constants and sequences (DDI0553, C2.4).
#include "lanes.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

template <U Size>
void duplicate(State& s, const Instruction& i) {
  lanes(s, i['n'], Size, [&](Lane&) { return Wide{s.r[i['k']]}; });
}

void set_byte(State& s, const Instruction& i) {
  s.q[8 * i['v'] + i['x']] = static_cast<std::uint8_t>(s.r[i['k']]);
}

void set_halfword(State& s, const Instruction& i) {
  std::memcpy(s.q + 8 * i['v'] + 2 * i['x'], &s.r[i['k']], 2);
}

void get_byte(State& s, const Instruction& i) {
  const U value = s.q[8 * i['v'] + i['x']];
  s.r[i['k']] = i['u'] != 0 ? value : static_cast<U>(static_cast<std::int8_t>(value));
}

void get_halfword(State& s, const Instruction& i) {
  std::uint16_t value = 0;
  std::memcpy(&value, s.q + 8 * i['v'] + 2 * i['x'], 2);
  s.r[i['k']] = i['u'] != 0 ? value : static_cast<U>(static_cast<std::int16_t>(value));
}

void get_pair(State& s, const Instruction& i) {
  s.r[i['k']] = s.word(4 * i['d'] + i['x']);
  s.r[i['r']] = s.word(4 * i['d'] + i['x'] + 2);
}

void set_pair(State& s, const Instruction& i) {
  s.set_word(4 * i['d'] + i['x'], s.r[i['k']]);
  s.set_word(4 * i['d'] + i['x'] + 2, s.r[i['r']]);
}

template <U Group>  // log2 of the bytes whose order is reversed
void reverse(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']);
  const U flip = (1U << (Group - i['z'])) - 1;
  lanes(s, i['d'], i['z'], [&](Lane& at) { return lane(m, i['z'], at.number ^ flip, false); });
}

// VIDUP, VIWDUP and, downwards, VDDUP, VDWDUP.
template <bool Down, bool Wraps>
void sequence(State& s, const Instruction& i) {
  const U step = 1U << i['i'], end = Wraps ? s.r[2 * i['m'] + 1] : 0;
  U& offset = s.r[2 * i['s']];
  lanes(s, i['d'], i['z'], [&](Lane&) {
    const U value = offset;
    if (Down) {
      if (Wraps && offset == 0) offset = end;
      offset -= step;
    } else {
      offset += step;
      if (Wraps && offset == end) offset = 0;
    }
    return Wide{value};
  });
}

U repeated(U value, U bits) {
  for (; bits < 32; bits *= 2) value |= value << bits;
  return value;
}

// A byte, by its mode (DDI0553, VFPExpandImm and AdvSIMDExpandImm).
std::uint64_t expand(U byte, U mode, bool inverted) {
  U word = 0;
  switch (mode >> 1) {
    case 0:
    case 1:
    case 2:
    case 3:
      word = byte << (8 * (mode >> 1));
      break;
    case 4:
    case 5:
      word = repeated(byte << (mode >= 10 ? 8 : 0), 16);
      break;
    case 6:
      word = (mode & 1U) != 0 ? byte << 16 | 0xFFFFU : byte << 8 | 0xFFU;
      break;
    default:
      if (mode == 15) {
        const U exponent = (byte & 0x40U) != 0 ? 0x1FU : 0x20U;
        word = (byte & 0x80U) << 24 | exponent << 25 | (byte & 0x3FU) << 19;
      } else if (!inverted) {
        word = repeated(byte, 8);
      } else {
        std::uint64_t found = 0;
        for (U k = 0; k < 8; ++k)
          if ((byte >> k & 1U) != 0) found |= std::uint64_t{0xFF} << (8 * k);
        return found;
      }
  }
  if (inverted) word = ~word;
  return std::uint64_t{word} << 32 | word;
}

// VORR and VBIC have the odd modes up to 11; VMOV and VMVN the others.
void constant(State& s, const Instruction& i) {
  const bool inverted = i['o'] != 0, logic = (i['c'] & 1U) != 0 && i['c'] < 12;
  const std::uint64_t value = expand(i['i'], i['c'], inverted);
  const Vector d = s.vector(i['d']);
  lanes(s, i['d'], 2, [&](Lane& at) {
    const U word = static_cast<U>(value >> (at.number % 2 * 32));
    const U before = lane_of<U>(d, at.number);
    return Wide{!logic ? word : inverted ? before & word : before | word};
  });
}

enum Special : U { kFpscr = 1, kFlags = 2, kVpr = 12, kP0 = 13, kNonSecure = 14, kSecure = 15 };
constexpr U kFlagBits = 0xF8000000U;  // NZCV and QC

constexpr U kContextBits = 0x0FFFFFFFU;   // of FPSCR in FPCXT
constexpr U kNewContext = kNoTail << 16;  // FPDSCR_NS, as at reset

// FPCXT_NS, and FPCXT_S in 15 (DDI0553, FPCXT_payload): SFPA on top of FPSCR.
U read_context(const State& s, U which) {
  if (!s.secure) throw Undefined{};
  if (which == kNonSecure && s.fpu_inactive) return kNewContext;
  return ((s.fpscr | s.ltpsize << 16) & kContextBits) | (s.secure_fpu ? 1U << 31 : 0U);
}

U read_special(const State& s, U which) {
  switch (which) {
    case kFpscr:
      return s.fpscr | s.ltpsize << 16;
    case kFlags:
      return s.fpscr & kFlagBits;
    case kVpr:
      return s.vpr;
    case kP0:
      return s.vpr & 0xFFFFU;
    default:
      return read_context(s, which);
  }
}

void write_special(State& s, U which, U value) {
  constexpr U kWritable = 0xFFC8009FU;  // of FPSCR, without LTPSIZE
  switch (which) {
    case kFpscr:
      s.fpscr = value & kWritable;
      s.ltpsize = value >> 16 & 7U;
      break;
    case kFlags:
      s.fpscr = (s.fpscr & ~kFlagBits) | (value & kFlagBits);
      break;
    case kVpr:
      s.vpr = value & 0x00FFFFFFU;
      break;
    case kP0:
      s.vpr = (s.vpr & ~0xFFFFU) | (value & 0xFFFFU);
      break;
    default:
      if (!s.secure) throw Undefined{};
      if (which == kNonSecure && s.fpu_inactive) return;
      s.secure_fpu = value >> 31 != 0;
      write_special(s, kFpscr, value & kContextBits);
  }
}

// What a read of FPCXT does behind it.
void leave_context(State& s, U which) {
  if (which == kNonSecure && (s.fpu_inactive || s.secure_fpu)) return;
  if (which == kSecure) s.secure_fpu = false;
  write_special(s, kFpscr, kNewContext);
}

template <U Which>
void to_core(State& s, const Instruction& i) {
  s.r[i['k']] = read_special(s, Which);
  if (Which >= kNonSecure) leave_context(s, Which);
}

template <U Which>
void from_core(State& s, const Instruction& i) {
  write_special(s, Which, s.r[i['k']]);
}

// VLDR and VSTR of a system register.
template <U Which, bool Write>
void memory_special(State& s, const Instruction& i) {
  const U offset = i['i'] << 2, base = s.r[i['s']];
  const U updated = i['a'] != 0 ? base + offset : base - offset;
  const U address = i['p'] != 0 ? updated : base;
  if ((address & 3U) != 0) throw AccessFault{address, Write, true};
  if (Which >= kNonSecure && !s.secure) throw Undefined{};
  s.bus->charge(address, 4, 1, Write);
  if (Write)
    s.bus->store(address, 4, read_special(s, Which));
  else
    write_special(s, Which, s.bus->load(address, 4));
  if (i['w'] != 0) s.r[i['s']] = updated;
  if (Write && Which >= kNonSecure) leave_context(s, Which);
}

constexpr Encoding kEncodings[] = {
    {"vdup", "1110 1110 1110 nnn0 kkkk 1011 0001 0000", Unit::kMove, duplicate<0>},
    {"vdup", "1110 1110 1010 nnn0 kkkk 1011 0011 0000", Unit::kMove, duplicate<1>},
    {"vdup", "1110 1110 1010 nnn0 kkkk 1011 0001 0000", Unit::kMove, duplicate<2>},
    {"vmov", "1110 1110 01x0 vvvv kkkk 1011 0xx1 0000", Unit::kMove, set_byte},
    {"vmov", "1110 1110 00x0 vvvv kkkk 1011 0x11 0000", Unit::kMove, set_halfword},
    {"vmov", "1110 1110 u1x1 vvvv kkkk 1011 0xx1 0000", Unit::kMove, get_byte},
    {"vmov", "1110 1110 u0x1 vvvv kkkk 1011 0x11 0000", Unit::kMove, get_halfword},
    {"vmov", "1110 1100 0000 rrrr ddd0 1111 000x kkkk", Unit::kMove, get_pair},
    {"vmov", "1110 1100 0001 rrrr ddd0 1111 000x kkkk", Unit::kMove, set_pair},
    {"vrev64", "1111 1111 1011 zz00 ddd0 0000 0100 mmm0", Unit::kInteger, reverse<3>},
    {"vrev32", "1111 1111 1011 0z00 ddd0 0000 1100 mmm0", Unit::kInteger, reverse<2>},
    {"vrev16", "1111 1111 1011 0000 ddd0 0001 0100 mmm0", Unit::kInteger, reverse<1>},
    {"vidup", "1110 1110 00zz sss1 ddd0 1111 i110 111i", Unit::kInteger, sequence<false, false>},
    {"viwdup", "1110 1110 00zz sss1 ddd0 1111 i110 mmmi", Unit::kInteger, sequence<false, true>},
    {"vddup", "1110 1110 00zz sss1 ddd1 1111 i110 111i", Unit::kInteger, sequence<true, false>},
    {"vdwdup", "1110 1110 00zz sss1 ddd1 1111 i110 mmmi", Unit::kInteger, sequence<true, true>},
    {"vmov", "111i 1111 1000 0iii ddd0 cccc 01o1 iiii", Unit::kInteger, constant},
    {"vmrs", "1110 1110 1111 0001 kkkk 1010 0001 0000", Unit::kMove, to_core<kFpscr>},
    {"vmrs", "1110 1110 1111 0010 kkkk 1010 0001 0000", Unit::kMove, to_core<kFlags>},
    {"vmrs", "1110 1110 1111 1100 kkkk 1010 0001 0000", Unit::kMove, to_core<kVpr>},
    {"vmrs", "1110 1110 1111 1101 kkkk 1010 0001 0000", Unit::kMove, to_core<kP0>},
    {"vmsr", "1110 1110 1110 0001 kkkk 1010 0001 0000", Unit::kMove, from_core<kFpscr>},
    {"vmsr", "1110 1110 1110 0010 kkkk 1010 0001 0000", Unit::kMove, from_core<kFlags>},
    {"vmsr", "1110 1110 1110 1100 kkkk 1010 0001 0000", Unit::kMove, from_core<kVpr>},
    {"vmsr", "1110 1110 1110 1101 kkkk 1010 0001 0000", Unit::kMove, from_core<kP0>},
    {"vldr", "1110 110p a0w1 ssss 0010 1111 1iii iiii", Unit::kMove, memory_special<kFpscr, false>},
    {"vldr", "1110 110p a0w1 ssss 0100 1111 1iii iiii", Unit::kMove, memory_special<kFlags, false>},
    {"vldr", "1110 110p a1w1 ssss 1000 1111 1iii iiii", Unit::kMove, memory_special<kVpr, false>},
    {"vldr", "1110 110p a1w1 ssss 1010 1111 1iii iiii", Unit::kMove, memory_special<kP0, false>},
    {"vstr", "1110 110p a0w0 ssss 0010 1111 1iii iiii", Unit::kMove, memory_special<kFpscr, true>},
    {"vstr", "1110 110p a0w0 ssss 0100 1111 1iii iiii", Unit::kMove, memory_special<kFlags, true>},
    {"vstr", "1110 110p a1w0 ssss 1000 1111 1iii iiii", Unit::kMove, memory_special<kVpr, true>},
    {"vstr", "1110 110p a1w0 ssss 1010 1111 1iii iiii", Unit::kMove, memory_special<kP0, true>},
    // Behind FPCXT_NS a block ends: what follows may begin a context.
    {"vmrs", "1110 1110 1111 1110 kkkk 1010 0001 0000", Unit::kContext, to_core<kNonSecure>, true},
    {"vmsr", "1110 1110 1110 1110 kkkk 1010 0001 0000", Unit::kContext, from_core<kNonSecure>,
     true},
    {"vldr", "1110 110p a1w1 ssss 1100 1111 1iii iiii", Unit::kContext,
     memory_special<kNonSecure, false>, true},
    {"vstr", "1110 110p a1w0 ssss 1100 1111 1iii iiii", Unit::kContext,
     memory_special<kNonSecure, true>, true},
    {"vmrs", "1110 1110 1111 1111 kkkk 1010 0001 0000", Unit::kMove, to_core<kSecure>},
    {"vmsr", "1110 1110 1110 1111 kkkk 1010 0001 0000", Unit::kMove, from_core<kSecure>},
    {"vldr", "1110 110p a1w1 ssss 1110 1111 1iii iiii", Unit::kMove,
     memory_special<kSecure, false>},
    {"vstr", "1110 110p a1w0 ssss 1110 1111 1iii iiii", Unit::kMove, memory_special<kSecure, true>},
};

}  // namespace

std::span<const Encoding> move_encodings() { return kEncodings; }

}  // namespace mcusim::mve
