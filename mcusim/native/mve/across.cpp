// Sums, products and extremes over all lanes, into core registers (DDI0553, C2.4).
#include "int128.hpp"
#include "lanes.hpp"

namespace mcusim::mve {

namespace {

// f(k) for each lane whose first byte is active.
template <class F>
void active_lanes(State& s, std::uint32_t size, F f) {
  const std::uint32_t mask = s.mask();
  for (std::uint32_t k = 0; k < 16U >> size; ++k)
    if ((mask >> (k << size) & 1U) != 0) f(k);
  s.advance_predication();
}

// Product of lane k of Qm with that of Qn, its neighbour if crosswise; odd lanes may be subtracted.
struct Dual {
  Dual(const State& s, const Instruction& i, std::uint32_t lane_size, bool subtracts)
      : n(s.vector(i['n'])),
        m(s.vector(i['m'])),
        size(lane_size),
        cross(i['x']),
        minus(subtracts),
        u(i['u'] != 0) {}
  Huge product(std::uint32_t k) const {
    const Huge found = Huge{lane(n, size, k ^ cross, u)} * lane(m, size, k, u);
    return minus && (k & 1U) != 0 ? -found : found;
  }
  Vector n, m;
  std::uint32_t size, cross;
  bool minus, u;
};

template <bool Subtract>
void dual(State& s, const Instruction& i, std::uint32_t size) {
  const Dual pairs(s, i, size, Subtract);
  std::uint32_t& sum = s.r[2 * i['d']];
  std::uint32_t total = i['a'] != 0 ? sum : 0;
  active_lanes(s, size,
               [&](std::uint32_t k) { total += static_cast<std::uint32_t>(pairs.product(k)); });
  sum = total;
}

std::uint64_t long_sum(const State& s, const Instruction& i) {
  if (i['a'] == 0) return 0;
  return std::uint64_t{s.r[2 * i['h'] + 1]} << 32 | s.r[2 * i['d']];
}

void set_long_sum(State& s, const Instruction& i, std::uint64_t total) {
  s.r[2 * i['d']] = static_cast<std::uint32_t>(total);
  s.r[2 * i['h'] + 1] = static_cast<std::uint32_t>(total >> 32);
}

template <bool Subtract>
void dual_long(State& s, const Instruction& i) {
  const std::uint32_t size = i['g'] + 1;
  const Dual pairs(s, i, size, Subtract);
  std::uint64_t total = long_sum(s, i);
  active_lanes(s, size,
               [&](std::uint32_t k) { total += static_cast<std::uint64_t>(pairs.product(k)); });
  set_long_sum(s, i, total);
}

// VRMLALDAVH: the sum has 72 bits, of which the low 8 are rounded away at each step.
template <bool Subtract>
void dual_rounded(State& s, const Instruction& i) {
  const Dual pairs(s, i, 2, Subtract);
  std::uint64_t total = long_sum(s, i);
  active_lanes(s, 2, [&](std::uint32_t k) {
    total += static_cast<std::uint64_t>((pairs.product(k) + 0x80) >> 8);
  });
  set_long_sum(s, i, total);
}

void add_lanes(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']);
  std::uint32_t total = i['a'] != 0 ? s.r[2 * i['d']] : 0;
  active_lanes(s, i['z'], [&](std::uint32_t k) {
    total += static_cast<std::uint32_t>(lane(m, i['z'], k, i['u'] != 0));
  });
  s.r[2 * i['d']] = total;
}

void add_lanes_long(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']);
  std::uint64_t total = long_sum(s, i);
  active_lanes(s, 2, [&](std::uint32_t k) {
    total += static_cast<std::uint64_t>(lane(m, 2, k, i['u'] != 0));
  });
  set_long_sum(s, i, total);
}

void add_differences(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  const bool u = i['u'] != 0;
  std::uint32_t total = s.r[i['t']];
  active_lanes(s, i['z'], [&](std::uint32_t k) {
    const Wide difference = lane(n, i['z'], k, u) - lane(m, i['z'], k, u);
    total += static_cast<std::uint32_t>(difference < 0 ? -difference : difference);
  });
  s.r[i['t']] = total;
}

template <bool Largest, bool Magnitude>
void extreme(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']);
  const bool u = i['u'] != 0;
  Wide found = Lane{8U << i['z'], 0}.cut(s.r[i['t']], u || Magnitude);
  active_lanes(s, i['z'], [&](std::uint32_t k) {
    Wide value = lane(m, i['z'], k, u);
    if (Magnitude && value < 0) value = -value;
    found = Largest ? std::max(found, value) : std::min(found, value);
  });
  s.r[i['t']] = static_cast<std::uint32_t>(found);
}

constexpr Encoding kEncodings[] = {
    {"vmaxv", "111u 1110 1110 zz10 tttt 1111 0000 mmm0", Unit::kAcross, extreme<true, false>},
    {"vminv", "111u 1110 1110 zz10 tttt 1111 1000 mmm0", Unit::kAcross, extreme<false, false>},
    {"vmaxav", "1110 1110 1110 zz00 tttt 1111 0000 mmm0", Unit::kAcross, extreme<true, true>},
    {"vminav", "1110 1110 1110 zz00 tttt 1111 1000 mmm0", Unit::kAcross, extreme<false, true>},
    {"vmladav", "111u 1110 1111 nnng dddx 1110 00a0 mmm0", Unit::kAcross,
     [](State& s, const Instruction& i) { dual<false>(s, i, i['g'] + 1); }},
    {"vmladav", "111u 1110 1111 nnn0 dddx 1111 00a0 mmm0", Unit::kAcross,
     [](State& s, const Instruction& i) { dual<false>(s, i, 0); }},
    {"vmlsdav", "1110 1110 1111 nnng dddx 1110 00a0 mmm1", Unit::kAcross,
     [](State& s, const Instruction& i) { dual<true>(s, i, i['g'] + 1); }},
    {"vmlsdav", "1111 1110 1111 nnn0 dddx 1110 00a0 mmm1", Unit::kAcross,
     [](State& s, const Instruction& i) { dual<true>(s, i, 0); }},
    {"vmlaldav", "111u 1110 1hhh nnng dddx 1110 00a0 mmm0", Unit::kAcross, dual_long<false>},
    {"vmlsldav", "1110 1110 1hhh nnng dddx 1110 00a0 mmm1", Unit::kAcross, dual_long<true>},
    {"vrmlaldavh", "111u 1110 1hhh nnn0 dddx 1111 00a0 mmm0", Unit::kAcross, dual_rounded<false>},
    {"vrmlsldavh", "1111 1110 1hhh nnn0 dddx 1110 00a0 mmm1", Unit::kAcross, dual_rounded<true>},
    {"vaddv", "111u 1110 1111 zz01 ddd0 1111 00a0 mmm0", Unit::kAcross, add_lanes},
    {"vaddlv", "111u 1110 1hhh 1001 ddd0 1111 00a0 mmm0", Unit::kAcross, add_lanes_long},
    {"vabav", "111u 1110 10zz nnn0 tttt 1111 0000 mmm1", Unit::kAcross, add_differences},
};

}  // namespace

std::span<const Encoding> across_encodings() { return kEncodings; }

}  // namespace mcusim::mve
