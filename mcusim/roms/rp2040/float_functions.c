/* Sine, cosine, tangent, exponential, logarithm and arc tangent in single precision.
 *
 * As in double precision, with half the bits: pi and ln 2 have 62 behind the point here.
 */
#include "coefficients.h"
#include "number.h"

#define TERMS(table) (int)(sizeof(table) / sizeof(*(table)))

static struct single normal(uint32_t sign, int exponent, uint32_t mantissa) {
  struct single x = {sign, 0, 0};
  if (mantissa == 0) return x;
  const int zeros = (int)clz32(mantissa);
  x.exponent = exponent - zeros;
  x.mantissa = mantissa << zeros;
  return x;
}

static f32 joined(struct single x) { return join32(x.sign, x.exponent, x.mantissa); }

static f32 rounded(uint32_t sign, int exponent, uint32_t mantissa) {
  return joined(normal(sign, exponent, mantissa));
}

/* x less a multiple of a number with 62 bits behind the point. */
static struct single remainder64(struct single x, uint32_t count, uint64_t number, uint64_t low) {
  uint64_t left = (uint64_t)x.mantissa << (31 + x.exponent);
  left -= number * count + (multiply(count, (uint32_t)(low >> 32)) >> 32);
  if (left >> 63) {
    left = 0u - left;
    x.sign ^= 0x80000000u;
  }
  if (left == 0) {
    x.mantissa = 0;
    return x;
  }
  const int zeros = clz64(left);
  x.exponent = 1 - zeros;
  x.mantissa = (uint32_t)(left << zeros >> 32);
  return x;
}

static uint32_t fraction(struct single x) {
  const int places = -1 - x.exponent;
  return places >= 32 || x.mantissa == 0 ? 0 : x.mantissa >> places;
}

static uint32_t alternating(uint32_t x, const uint32_t *terms, int count) {
  uint32_t sum = *terms;
  while (--count) sum = *++terms - high32(x, sum);
  return sum;
}

static uint32_t rising(uint32_t x, const uint32_t *terms, int count) {
  uint32_t sum = *terms;
  while (--count) sum = *++terms + high32(x, sum);
  return sum;
}

static uint32_t ratio(uint32_t x, uint32_t y) {
  uint32_t rest = x >> 1, quotient = 0;
  y >>= 1;
  for (int bit = 0; bit < 31; ++bit) {
    quotient <<= 1;
    if (rest >= y) {
      rest -= y;
      quotient |= 1;
    }
    rest <<= 1;
  }
  return quotient;
}

struct both {
  struct single sine, cosine;
};

static struct both turn(f32 angle) {
  struct single x = split32(angle);
  uint32_t quarter = 0;
  if (x.mantissa && x.exponent >= 20) x.mantissa = 0;
  if (x.mantissa && x.exponent >= -1) {
    const uint32_t turns = high32(x.mantissa, (uint32_t)(TWO_OVER_PI >> 32));
    quarter = (uint32_t)((turns >> (30 - x.exponent)) + 1) >> 1;
    const uint32_t sign = x.sign;
    x = remainder64(x, quarter, HALF_PI_HIGH, HALF_PI_LOW);
    if (sign) quarter = 0u - quarter;
  }
  const uint32_t f = fraction(x), square = high32(f, f);
  const uint32_t p = alternating(square, short_sine, TERMS(short_sine));
  const struct single sine = normal(x.sign, x.exponent + 1, high32(x.mantissa, p));
  const struct single cosine =
      normal(0, 0, alternating(square, short_cosine, TERMS(short_cosine)));
  struct both b = {sine, cosine};
  if (quarter & 1) b.sine = cosine, b.cosine = sine, b.cosine.sign ^= 0x80000000u;
  if (quarter & 2) b.sine.sign ^= 0x80000000u, b.cosine.sign ^= 0x80000000u;
  return b;
}

f32 fcos(f32 angle) { return joined(turn(angle).cosine); }

f32 ftan(f32 angle) {
  const struct both b = turn(angle);
  const uint32_t sign = b.sine.sign ^ b.cosine.sign;
  if (b.sine.mantissa == 0) return b.sine.sign;
  if (b.cosine.mantissa == 0) return sign | F32_INFINITY;
  return rounded(sign, b.sine.exponent - b.cosine.exponent + 1,
                 ratio(b.sine.mantissa, b.cosine.mantissa));
}

struct pair {
  f32 sine, cosine;
};

void float_sincos(struct pair *out, f32 angle) {
  const struct both b = turn(angle);
  out->sine = joined(b.sine);
  out->cosine = joined(b.cosine);
}

f32 fexp(f32 value) {
  const struct single x = split32(value);
  if (x.mantissa == 0 || x.exponent < -30) return 0x3F800000u;
  if (x.exponent >= 7) return x.sign ? 0 : F32_INFINITY;
  uint32_t count = 0;
  if (x.exponent >= -1)
    count = high32(x.mantissa, (uint32_t)(ONE_OVER_LN2 >> 32)) >> (30 - x.exponent);
  if (x.sign) ++count;
  struct single r = count ? remainder64(x, count, LN2_HIGH, LN2_LOW) : x;
  int whole = x.sign ? -(int)count : (int)count;
  if (r.sign && r.mantissa) { /* the estimate was one too many */
    r = remainder64(x, --count, LN2_HIGH, LN2_LOW);
    whole += x.sign ? 1 : -1;
  }
  return rounded(0, whole + 1,
                 rising(fraction(r), short_exponential, TERMS(short_exponential)));
}

f32 fln(f32 value) {
  const struct single x = split32(value);
  if (x.mantissa == 0 || x.sign) return 0x80000000u | F32_INFINITY;
  if (x.exponent == INFINITE) return F32_INFINITY;
  uint32_t m = x.mantissa >> 1; /* between 1/sqrt 2 and sqrt 2, with 30 bits behind the point */
  int whole = x.exponent;
  if (m > 0x5A82799Au) m >>= 1, ++whole;
  const uint32_t one = 1u << 30, sign = m < one ? 0x80000000u : 0;
  const struct single above = normal(sign, 1, m < one ? one - m : m - one);
  uint32_t part = 0;
  int exponent = 0;
  if (above.mantissa) {
    const struct single sum = normal(0, 1, m + one);
    const struct single s = normal(sign, above.exponent - sum.exponent + 1,
                                   ratio(above.mantissa, sum.mantissa));
    const uint32_t f = fraction(s);
    part = high32(s.mantissa, rising(high32(f, f), short_logarithm, TERMS(short_logarithm)));
    exponent = s.exponent + 2; /* part / 2^31 * 2^exponent */
  }
  if (whole == 0) return rounded(sign, exponent, part);
  /* ln 2 times at most 127, with 55 bits behind the point. */
  const uint32_t count = (uint32_t)(whole < 0 ? -whole : whole);
  const int64_t multiple = (int64_t)((LN2_HIGH >> 7) * count);
  const int64_t rest = (int64_t)((uint64_t)part << 32 >> (8 - exponent));
  const int64_t total = (whole < 0 ? -multiple : multiple) + (sign ? -rest : rest);
  return normal32(total < 0 ? 0x80000000u : 0, 8, total < 0 ? 0u - (uint64_t)total : (uint64_t)total);
}

/* z as eighths and what is left: the arc tangent of z with 30 bits behind the point, or, of a small
 * one, as it is. */
static struct single small_angle(struct single t) {
  const uint32_t g = fraction(t);
  const uint32_t p = alternating(high32(g, g), short_tangent, TERMS(short_tangent));
  return normal(t.sign, t.exponent + 1, high32(t.mantissa, p));
}

static uint32_t angle_of(struct single z) {
  const uint32_t f = z.exponent >= 0 ? ~0u : fraction(z);
  const uint32_t eighths = ((f >> 28) + 1) >> 1;
  struct single t = z;
  if (eighths) {
    const uint32_t c = eighths << 27, z30 = z.exponent >= 0 ? 1u << 30 : f >> 2;
    t = normal(z30 < c ? 0x80000000u : 0, 1, z30 < c ? c - z30 : z30 - c);
    if (t.mantissa == 0) return short_eighths[eighths];
    const struct single under = normal(0, 1, (1u << 30) + (uint32_t)((uint64_t)eighths * z30 >> 3));
    t = normal(t.sign, t.exponent - under.exponent + 1, ratio(t.mantissa, under.mantissa));
  }
  t = small_angle(t);
  const int shift = 1 - t.exponent;
  const uint32_t fixed = shift >= 32 ? 0 : t.mantissa >> shift;
  return t.sign ? short_eighths[eighths] - fixed : short_eighths[eighths] + fixed;
}

f32 fatan2(f32 y, f32 x) {
  struct single a = split32(y), b = split32(x);
  const uint32_t sign = a.sign;
  const int left = b.sign != 0;
  if (a.exponent == INFINITE && b.exponent == INFINITE) a.exponent = b.exponent = 0;
  if (a.mantissa == 0) return left ? sign | 0x40490FDBu : sign;
  const int steep = b.mantissa == 0 || a.exponent > b.exponent ||
                    (a.exponent == b.exponent && a.mantissa > b.mantissa);
  if (steep) {
    const struct single swap = a;
    a = b;
    b = swap;
  }
  struct single z = {0, -100, 0};
  if (a.mantissa && b.exponent != INFINITE)
    z = normal(0, a.exponent - b.exponent + 1, ratio(a.mantissa, b.mantissa));
  if (!steep && !left && z.exponent < -4) {
    z = small_angle(z);
    return join32(sign, z.exponent, z.mantissa);
  }
  uint64_t angle = z.mantissa ? (uint64_t)angle_of(z) << 32 : 0; /* 62 bits behind the point */
  if (steep) angle = HALF_PI_HIGH - angle;
  if (left) angle = 2 * HALF_PI_HIGH - angle;
  return normal32(sign, 1, angle);
}
