// Goes through the lanes of vectors: `n` and `m` arrive as 64-bit integers, extended by the
// instruction's signedness, and what a lane's function returns is cut to the lane again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "instruction.hpp"

namespace mcusim::mve {

using Wide = std::int64_t;

// The lane under way.
struct Lane {
  std::uint32_t bits;
  std::uint32_t number;
  bool saturated = false;

  Wide highest(bool is_unsigned) const {
    return is_unsigned ? (Wide{1} << bits) - 1 : (Wide{1} << (bits - 1)) - 1;
  }
  Wide lowest(bool is_unsigned) const { return is_unsigned ? 0 : -(Wide{1} << (bits - 1)); }
  Wide saturate(Wide value, bool is_unsigned) {
    const Wide within = std::clamp(value, lowest(is_unsigned), highest(is_unsigned));
    saturated = saturated || within != value;
    return within;
  }
  // The low bits, read as signed or unsigned.
  Wide cut(Wide value, bool is_unsigned) const {
    const auto moved = static_cast<std::uint64_t>(value) << (64 - bits);
    return is_unsigned ? static_cast<Wide>(moved >> (64 - bits))
                       : static_cast<Wide>(moved) >> (64 - bits);
  }
};

template <class T>
T lane_of(const Vector& vector, std::size_t number) {
  T value;
  std::memcpy(&value, vector.data() + number * sizeof value, sizeof value);
  return value;
}

inline Wide lane(const Vector& vector, std::uint32_t size, std::uint32_t number, bool is_unsigned) {
  std::uint32_t value = 0;
  std::memcpy(&value, vector.data() + (std::size_t{number} << size), std::size_t{1} << size);
  return Lane{8U << size, number}.cut(value, is_unsigned);
}

// Writes the bytes of a register that the mask admits.
inline void merge(State& s, std::uint32_t number, const Vector& value, std::uint32_t mask) {
  std::uint8_t* to = s.q + 16 * number;
  if (mask == 0xFFFFU) {
    std::memcpy(to, value.data(), 16);
    return;
  }
  for (std::size_t k = 0; k < 16; ++k)
    if ((mask >> k & 1U) != 0) to[k] = value[k];
}

inline constexpr std::uint32_t kCumulativeSaturation = 1U << 27;  // FPSCR.QC

template <class T, class F>
void each_lane(State& s, std::uint32_t destination, F f) {
  const std::uint32_t mask = s.mask();
  Vector result;
  bool saturated = false;
  for (std::uint32_t k = 0; k < 16 / sizeof(T); ++k) {
    Lane at{8U * sizeof(T), k};
    const auto value = static_cast<T>(static_cast<std::uint64_t>(f(at)));
    std::memcpy(result.data() + k * sizeof(T), &value, sizeof value);
    saturated = saturated || (at.saturated && (mask >> (k * sizeof(T)) & 1U) != 0);
  }
  if (saturated) s.raise(kCumulativeSaturation);
  merge(s, destination, result, mask);
  s.advance_predication();
}

// f(Lane&) for each lane of `size` (0, 1, 2: bytes, halfwords, words).
template <class F>
void lanes(State& s, std::uint32_t destination, std::uint32_t size, F f) {
  if (size == 0)
    each_lane<std::uint8_t>(s, destination, f);
  else if (size == 1)
    each_lane<std::uint16_t>(s, destination, f);
  else
    each_lane<std::uint32_t>(s, destination, f);
}

// Qd = f(Qn, Qm), lanes of `z`, unsigned if `u`.
template <class F>
void vectors(State& s, const Instruction& i, F f) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  const bool u = i['u'] != 0;
  lanes(s, i['d'], i['z'], [&](Lane& at) {
    return f(lane(n, i['z'], at.number, u), lane(m, i['z'], at.number, u), at);
  });
}

// Qd = f(Qn, Rk).
template <class F>
void by_scalar(State& s, const Instruction& i, F f) {
  const Vector n = s.vector(i['n']);
  const bool u = i['u'] != 0;
  const Wide m = Lane{8U << i['z'], 0}.cut(s.r[i['k']], u);
  lanes(s, i['d'], i['z'], [&](Lane& at) { return f(lane(n, i['z'], at.number, u), m, at); });
}

// Qd = f(Qd, Qn, Rk).
template <class F>
void by_scalar_into(State& s, const Instruction& i, F f) {
  const Vector d = s.vector(i['d']);
  const bool u = i['u'] != 0;
  by_scalar(s, i,
            [&](Wide n, Wide m, Lane& at) { return f(lane(d, i['z'], at.number, u), n, m, at); });
}

// Qd = f(Qm).
template <class F>
void unary(State& s, const Instruction& i, F f) {
  const Vector m = s.vector(i['m']);
  const bool u = i['u'] != 0;
  lanes(s, i['d'], i['z'], [&](Lane& at) { return f(lane(m, i['z'], at.number, u), at); });
}

}  // namespace mcusim::mve
