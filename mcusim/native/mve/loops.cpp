// Low-overhead branches (DDI0553, C2.4, DLS, WLS, LE, LCTP, BF).
#include "instruction.hpp"

namespace mcusim::mve {

namespace {

// Bytes of a label: imm10 and its lowest bit, of halfwords.
std::uint32_t distance(const Instruction& i) { return (i['i'] << 1 | i['j']) << 1; }

void start(State& s, const Instruction& i) { s.r[14] = s.r[i['k']]; }

void start_with_tail(State& s, const Instruction& i) {
  s.r[14] = s.r[i['k']];
  s.ltpsize = i['y'];
}

void start_while(State& s, const Instruction& i) {
  if (s.r[i['k']] == 0)
    s.next = s.pc + 4 + distance(i);
  else
    s.r[14] = s.r[i['k']];
}

void start_while_with_tail(State& s, const Instruction& i) {
  if (s.r[i['k']] == 0)
    s.next = s.pc + 4 + distance(i);
  else
    start_with_tail(s, i);
}

void loop_end(State& s, const Instruction& i) {
  if (s.ltpsize != kNoTail) throw InvalidState{};
  if (s.r[14] <= 1) return;
  --s.r[14];
  s.next = s.pc + 4 - distance(i);
}

void loop_forever(State& s, const Instruction& i) {
  if (s.ltpsize != kNoTail) throw InvalidState{};
  s.next = s.pc + 4 - distance(i);
}

void loop_end_with_tail(State& s, const Instruction& i) {
  const std::uint32_t lanes_done = 1U << (kNoTail - s.ltpsize);
  if (s.r[14] <= lanes_done) {
    s.ltpsize = kNoTail;
    return;
  }
  s.r[14] -= lanes_done;
  s.next = s.pc + 4 - distance(i);
}

void clear_tail(State& s, const Instruction&) { s.ltpsize = kNoTail; }

// A branch that is announced may as well be forgotten: the instruction that it names branches.
void branch_future(State&, const Instruction&) {}

constexpr Encoding kEncodings[] = {
    {"le", "1111 0000 0000 1111 1100 jiii iiii iii1", Unit::kLoop, loop_end, true},
    {"le", "1111 0000 0010 1111 1100 jiii iiii iii1", Unit::kLoop, loop_forever, true},
    {"letp", "1111 0000 0001 1111 1100 jiii iiii iii1", Unit::kLoop, loop_end_with_tail, true},
    {"lctp", "1111 0000 0000 1111 1110 0000 0000 0001", Unit::kLoop, clear_tail},
    {"dls", "1111 0000 0100 kkkk 1110 0000 0000 0001", Unit::kLoop, start},
    {"dlstp", "1111 0000 00yy kkkk 1110 0000 0000 0001", Unit::kLoop, start_with_tail},
    {"wls", "1111 0000 0100 kkkk 1100 jiii iiii iii1", Unit::kLoop, start_while, true},
    {"wlstp", "1111 0000 00yy kkkk 1100 jiii iiii iii1", Unit::kLoop, start_while_with_tail, true},
    // Where the field of the branch's place is not 0.
    {"bf", "1111 01.. .... .... 11.0 .... .... ...1", Unit::kLoop, branch_future},
    {"bf", "1111 001. .... .... 11.0 .... .... ...1", Unit::kLoop, branch_future},
    {"bf", "1111 0001 .... .... 11.0 .... .... ...1", Unit::kLoop, branch_future},
    {"bf", "1111 0000 1... .... 11.0 .... .... ...1", Unit::kLoop, branch_future},
};

}  // namespace

std::span<const Encoding> loop_encodings() { return kEncodings; }

}  // namespace mcusim::mve
