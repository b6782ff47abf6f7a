// Vector loads and stores (DDI0553, C2.4, VLDR and VSTR, VLD2 and VLD4, VST2 and VST4).
#include "lanes.hpp"

namespace mcusim::mve {

namespace {

void check_alignment(std::uint32_t address, std::uint32_t size, bool write) {
  if ((address & ((1U << size) - 1)) != 0) throw AccessFault{address, write, true};
}

// Base and index: [Rn, #imm], [Rn, #imm]! and [Rn], #imm.
std::uint32_t access_address(const State& s, const Instruction& i, std::uint32_t memory_size,
                             std::uint32_t& updated) {
  const std::uint32_t offset = i['i'] << memory_size, base = s.r[i['s']];
  updated = i['a'] != 0 ? base + offset : base - offset;
  return i['p'] != 0 ? updated : base;
}

// Words that the active beats of an access touch.
void charge_contiguous(State& s, std::uint32_t address, std::uint32_t mask, std::uint32_t bytes,
                       bool write) {
  std::uint32_t beats = 0;
  for (std::uint32_t beat = 0; beat < 4; ++beat)
    beats += (mask >> (4 * beat) & 0xFU) != 0 ? 1U : 0U;
  if (beats != 0) s.bus->charge(address, 4, (beats * bytes / 4 + 3) / 4, write);
}

// Lanes of `size` from consecutive memory of `memory_size`; inactive ones become zero.
template <std::uint32_t Size, std::uint32_t MemorySize>
void load(State& s, const Instruction& i) {
  constexpr std::uint32_t size = Size, memory_size = MemorySize;
  std::uint32_t updated = 0;
  const std::uint32_t address = access_address(s, i, memory_size, updated), mask = s.mask();
  const std::uint32_t bytes = 16U >> (size - memory_size);
  const bool u = size == memory_size || i['u'] != 0;
  check_alignment(address, memory_size, false);
  Vector result{};
  charge_contiguous(s, address, mask, bytes, false);
  if (const auto* from = s.bus->window(address, bytes, false); from != nullptr) {
    Vector raw{};
    std::memcpy(raw.data(), from, bytes);
    for (std::uint32_t k = 0; k < 16U >> size; ++k) {
      if ((mask >> (k << size) & 1U) == 0) continue;
      const Wide value = lane(raw, memory_size, k, u);
      std::memcpy(result.data() + (k << size), &value, std::size_t{1} << size);
    }
  } else {
    for (std::uint32_t k = 0; k < 16U >> size; ++k) {
      if ((mask >> (k << size) & 1U) == 0) continue;
      const Wide raw = s.bus->load(address + (k << memory_size), 1U << memory_size);
      const Wide value = Lane{8U << memory_size, k}.cut(raw, u);
      std::memcpy(result.data() + (k << size), &value, std::size_t{1} << size);
    }
  }
  std::memcpy(s.q + 16 * i['d'], result.data(), 16);
  if (i['w'] != 0) s.r[i['s']] = updated;
  s.advance_predication();
}

template <std::uint32_t Size, std::uint32_t MemorySize>
void store(State& s, const Instruction& i) {
  constexpr std::uint32_t size = Size, memory_size = MemorySize;
  std::uint32_t updated = 0;
  const std::uint32_t address = access_address(s, i, memory_size, updated), mask = s.mask();
  const std::uint32_t bytes = 16U >> (size - memory_size);
  check_alignment(address, memory_size, true);
  const Vector d = s.vector(i['d']);
  charge_contiguous(s, address, mask, bytes, true);
  std::uint8_t* to = s.bus->window(address, bytes, true);
  for (std::uint32_t k = 0; k < 16U >> size; ++k) {
    if ((mask >> (k << size) & 1U) == 0) continue;
    const auto value = static_cast<std::uint32_t>(lane(d, size, k, true));
    if (to != nullptr)
      std::memcpy(to + (k << memory_size), &value, std::size_t{1} << memory_size);
    else
      s.bus->store(address + (k << memory_size), 1U << memory_size, value);
  }
  if (i['w'] != 0) s.r[i['s']] = updated;
  s.advance_predication();
}

std::uint32_t load_lane(State& s, std::uint32_t address, std::uint32_t size) {
  check_alignment(address, size, false);
  s.bus->charge(address, 1U << size, 1, false);
  return s.bus->load(address, 1U << size);
}

void store_lane(State& s, std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  check_alignment(address, size, true);
  s.bus->charge(address, 1U << size, 1, true);
  s.bus->store(address, 1U << size, value);
}

constexpr std::uint32_t kDouble = 3;  // size of VLDRD and VSTRD, which go by words

// Address of a word, halfword or byte of a gather: Rn + Qm, the offsets scaled if `o`.
template <std::uint32_t Size, std::uint32_t MemorySize>
std::uint32_t lane_address(const State& s, const Instruction& i, const Vector& offsets,
                           std::uint32_t k) {
  const std::uint32_t scale = i['o'] != 0 ? MemorySize : 0;
  if (Size == kDouble)
    return s.r[i['s']] + (lane_of<std::uint32_t>(offsets, k & ~1U) << scale) + 4 * (k & 1U);
  return s.r[i['s']] + (static_cast<std::uint32_t>(lane(offsets, Size, k, true)) << scale);
}

template <std::uint32_t Size, std::uint32_t MemorySize>
void gather(State& s, const Instruction& i) {
  constexpr std::uint32_t size = std::min(Size, 2U), memory_size = std::min(MemorySize, 2U);
  const std::uint32_t mask = s.mask();
  const Vector offsets = s.vector(i['m']);
  Vector result{};
  for (std::uint32_t k = 0; k < 16U >> size; ++k) {
    if ((mask >> (k << size) & 1U) == 0) continue;
    const Wide raw = load_lane(s, lane_address<Size, MemorySize>(s, i, offsets, k), memory_size);
    const Wide value = Lane{8U << memory_size, k}.cut(raw, i['u'] != 0);
    std::memcpy(result.data() + (k << size), &value, std::size_t{1} << size);
  }
  std::memcpy(s.q + 16 * i['d'], result.data(), 16);
  s.advance_predication();
}

template <std::uint32_t Size, std::uint32_t MemorySize>
void scatter(State& s, const Instruction& i) {
  constexpr std::uint32_t size = std::min(Size, 2U), memory_size = std::min(MemorySize, 2U);
  const std::uint32_t mask = s.mask();
  const Vector offsets = s.vector(i['m']), d = s.vector(i['d']);
  for (std::uint32_t k = 0; k < 16U >> size; ++k)
    if ((mask >> (k << size) & 1U) != 0)
      store_lane(s, lane_address<Size, MemorySize>(s, i, offsets, k), memory_size,
                 static_cast<std::uint32_t>(lane(d, size, k, true)));
  s.advance_predication();
}

// [Qm, #imm]: a vector of addresses, of words or doublewords.
template <bool Write, std::uint32_t Size>
void by_addresses(State& s, const Instruction& i) {
  constexpr std::uint32_t size = Size;
  const std::uint32_t mask = s.mask(), offset = i['i'] << size;
  const Vector bases = s.vector(i['m']), d = s.vector(i['d']);
  Vector result{}, updated = bases;
  for (std::uint32_t k = 0; k < 4; ++k) {
    const std::uint32_t from = size == kDouble ? k & ~1U : k;
    const std::uint32_t base = lane_of<std::uint32_t>(bases, from);
    const std::uint32_t moved = i['a'] != 0 ? base + offset : base - offset;
    if (size != kDouble || (k & 1U) == 0) std::memcpy(updated.data() + 4 * k, &moved, 4);
    if ((mask >> (4 * k) & 1U) == 0) continue;
    const std::uint32_t address = moved + (size == kDouble ? 4 * (k & 1U) : 0);
    if (Write) {
      store_lane(s, address, 2, lane_of<std::uint32_t>(d, k));
    } else {
      const std::uint32_t value = load_lane(s, address, 2);
      std::memcpy(result.data() + 4 * k, &value, 4);
    }
  }
  if (!Write) std::memcpy(s.q + 16 * i['d'], result.data(), 16);
  if (i['w'] != 0) std::memcpy(s.q + 16 * i['m'], updated.data(), 16);
  s.advance_predication();
}

// Words of the structure that each of the instructions VLD2n or VLD4n moves.
constexpr std::uint32_t kPairWords[2][4] = {{0, 1, 6, 7}, {2, 3, 4, 5}};
constexpr std::uint32_t kQuadWords[4][4] = {
    {0, 1, 10, 11}, {2, 3, 12, 13}, {4, 5, 14, 15}, {6, 7, 8, 9}};

// Element j of a structure of N vectors is lane j / N of vector j % N. Not predicated.
template <std::uint32_t N, bool Write>
void interleaved(State& s, const Instruction& i) {
  const std::uint32_t base = s.r[i['s']], size = i['z'];
  const std::uint32_t per_word = 4U >> size;
  check_alignment(base, size, Write);
  s.bus->charge(base, 4, 4, Write);
  for (std::uint32_t beat = 0; beat < 4; ++beat) {
    const std::uint32_t at = N == 2 ? kPairWords[i['x'] & 1U][beat] : kQuadWords[i['x']][beat];
    for (std::uint32_t k = 0; k < per_word; ++k) {
      const std::uint32_t element = at * per_word + k;
      std::uint8_t* place = s.q + 16 * (i['d'] + element % N) + ((element / N) << size);
      const std::uint32_t address = base + (element << size);
      std::uint32_t value = 0;
      if (Write) {
        std::memcpy(&value, place, std::size_t{1} << size);
        s.bus->store(address, 1U << size, value);
      } else {
        value = s.bus->load(address, 1U << size);
        std::memcpy(place, &value, std::size_t{1} << size);
      }
    }
  }
  if (i['w'] != 0) s.r[i['s']] = base + 16 * N;
}

constexpr Encoding kEncodings[] = {
    {"vldrb", "111u 110p a0w1 0sss ddd0 1110 1iii iiii", Unit::kLoad, load<1, 0>},
    {"vldrb", "111u 110p a0w1 0sss ddd0 1111 0iii iiii", Unit::kLoad, load<2, 0>},
    {"vldrh", "111u 110p a0w1 1sss ddd0 1111 0iii iiii", Unit::kLoad, load<2, 1>},
    {"vldrb", "1110 110p a0w1 ssss ddd1 1110 0iii iiii", Unit::kLoad, load<0, 0>},
    {"vldrh", "1110 110p a0w1 ssss ddd1 1110 1iii iiii", Unit::kLoad, load<1, 1>},
    {"vldrw", "1110 110p a0w1 ssss ddd1 1111 0iii iiii", Unit::kLoad, load<2, 2>},
    {"vstrb", "1110 110p a0w0 0sss ddd0 1110 1iii iiii", Unit::kStore, store<1, 0>},
    {"vstrb", "1110 110p a0w0 0sss ddd0 1111 0iii iiii", Unit::kStore, store<2, 0>},
    {"vstrh", "1110 110p a0w0 1sss ddd0 1111 0iii iiii", Unit::kStore, store<2, 1>},
    {"vstrb", "1110 110p a0w0 ssss ddd1 1110 0iii iiii", Unit::kStore, store<0, 0>},
    {"vstrh", "1110 110p a0w0 ssss ddd1 1110 1iii iiii", Unit::kStore, store<1, 1>},
    {"vstrw", "1110 110p a0w0 ssss ddd1 1111 0iii iiii", Unit::kStore, store<2, 2>},
    {"vldrb", "1111 1100 1001 ssss ddd0 1110 0000 mmm0", Unit::kGather, gather<0, 0>},
    {"vldrb", "111u 1100 1001 ssss ddd0 1110 1000 mmm0", Unit::kGather, gather<1, 0>},
    {"vldrb", "111u 1100 1001 ssss ddd0 1111 0000 mmm0", Unit::kGather, gather<2, 0>},
    {"vldrh", "1111 1100 1001 ssss ddd0 1110 1001 mmmo", Unit::kGather, gather<1, 1>},
    {"vldrh", "111u 1100 1001 ssss ddd0 1111 0001 mmmo", Unit::kGather, gather<2, 1>},
    {"vldrw", "1111 1100 1001 ssss ddd0 1111 0100 mmmo", Unit::kGather, gather<2, 2>},
    {"vldrd", "1111 1100 1001 ssss ddd0 1111 1101 mmmo", Unit::kGather, gather<3, 3>},
    {"vstrb", "1110 1100 1000 ssss ddd0 1110 0000 mmm0", Unit::kScatter, scatter<0, 0>},
    {"vstrb", "1110 1100 1000 ssss ddd0 1110 1000 mmm0", Unit::kScatter, scatter<1, 0>},
    {"vstrb", "1110 1100 1000 ssss ddd0 1111 0000 mmm0", Unit::kScatter, scatter<2, 0>},
    {"vstrh", "1110 1100 1000 ssss ddd0 1110 1001 mmmo", Unit::kScatter, scatter<1, 1>},
    {"vstrh", "1110 1100 1000 ssss ddd0 1111 0001 mmmo", Unit::kScatter, scatter<2, 1>},
    {"vstrw", "1110 1100 1000 ssss ddd0 1111 0100 mmmo", Unit::kScatter, scatter<2, 2>},
    {"vstrd", "1110 1100 1000 ssss ddd0 1111 1101 mmmo", Unit::kScatter, scatter<3, 3>},
    {"vldrw", "1111 1101 a0w1 mmm0 ddd1 1110 0iii iiii", Unit::kGather, by_addresses<false, 2>},
    {"vldrd", "1111 1101 a0w1 mmm0 ddd1 1111 0iii iiii", Unit::kGather, by_addresses<false, 3>},
    {"vstrw", "1111 1101 a0w0 mmm0 ddd1 1110 0iii iiii", Unit::kScatter, by_addresses<true, 2>},
    {"vstrd", "1111 1101 a0w0 mmm0 ddd1 1111 0iii iiii", Unit::kScatter, by_addresses<true, 3>},
    {"vld2", "1111 1100 10w1 ssss ddd1 111z z0x0 0000", Unit::kInterleaved, interleaved<2, false>},
    {"vld4", "1111 1100 10w1 ssss ddd1 111z zxx0 0001", Unit::kInterleaved, interleaved<4, false>},
    {"vst2", "1111 1100 10w0 ssss ddd1 111z z0x0 0000", Unit::kStoreInterleaved,
     interleaved<2, true>},
    {"vst4", "1111 1100 10w0 ssss ddd1 111z zxx0 0001", Unit::kStoreInterleaved,
     interleaved<4, true>},
};

}  // namespace

std::span<const Encoding> memory_encodings() { return kEncodings; }

}  // namespace mcusim::mve
