// VCMP and VPT of integers (DDI0553, C2.4).
#include "compare.hpp"

namespace mcusim::mve {

namespace {

bool compares(std::uint32_t condition, std::uint32_t size, Wide n, Wide m) {
  const Lane at{8U << size, 0};
  switch (condition) {
    case kEqual:
      return n == m;
    case kNotEqual:
      return n != m;
    case kHigherOrSame:
      return at.cut(n, true) >= at.cut(m, true);
    case kHigher:
      return at.cut(n, true) > at.cut(m, true);
    case kGreaterOrEqual:
      return n >= m;
    case kLess:
      return n < m;
    case kGreater:
      return n > m;
    default:
      return n <= m;
  }
}

void vectors_compared(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  compare(s, i, i['z'], [&](std::uint32_t k, bool) {
    return compares(i['f'], i['z'], lane(n, i['z'], k, false), lane(m, i['z'], k, false));
  });
}

// Register 15 stands for zero.
void scalar_compared(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']);
  const Wide m = Lane{8U << i['z'], 0}.cut(i['t'] == 15 ? 0 : s.r[i['t']], false);
  compare(s, i, i['z'], [&](std::uint32_t k, bool) {
    return compares(i['f'], i['z'], lane(n, i['z'], k, false), m);
  });
}

constexpr Encoding kEncodings[] = {
    {"vcmp", "1111 1110 0pzz nnn1 pppf 1111 f000 mmmf", Unit::kInteger, vectors_compared},
    {"vcmp", "1111 1110 0pzz nnn1 pppf 1111 f1f0 tttt", Unit::kInteger, scalar_compared},
};

}  // namespace

std::span<const Encoding> compare_encodings() { return kEncodings; }

}  // namespace mcusim::mve
