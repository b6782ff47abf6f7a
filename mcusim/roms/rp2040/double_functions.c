/* Sine, cosine, tangent, exponential, logarithm and arc tangent in double precision.
 *
 * The argument is reduced with pi or ln 2 of 126 bits behind the point; then come power series in
 * fixed point with 63 bits. Trigonometric arguments beyond 2^20 give what 0 does (the datasheet's
 * limit is 1024).
 */
#include "coefficients.h"
#include "number.h"

#define TERMS(table) (int)(sizeof(table) / sizeof(*(table)))

/* x less a multiple of high:low, both with 126 bits behind the point; the multiple is small. */
static struct wide remainder128(struct wide x, uint32_t count, uint64_t high, uint64_t low) {
  const int places = x.exponent + 63; /* the mantissa's, to 126 bits behind the point */
  uint64_t xh = places >= 64 ? x.mantissa << (places - 64) : x.mantissa >> (64 - places);
  uint64_t xl = places >= 64 ? 0 : x.mantissa << places;
  const uint64_t first = multiply(count, (uint32_t)low);
  const uint64_t second = multiply(count, (uint32_t)(low >> 32)) + (first >> 32);
  const uint64_t taken_low = second << 32 | (uint32_t)first;
  const uint64_t taken_high = high * count + (second >> 32);
  xh -= taken_high + (xl < taken_low);
  xl -= taken_low;
  struct wide r = {x.sign, 0, 0};
  if (xh >> 63) {
    xh = ~xh + (xl == 0);
    xl = 0u - xl;
    r.sign ^= 0x80000000u;
  }
  if ((xh | xl) == 0) return r;
  const int zeros = xh ? clz64(xh) : 64 + clz64(xl);
  r.exponent = 1 - zeros;
  if (zeros >= 64)
    r.mantissa = xl << (zeros - 64);
  else
    r.mantissa = zeros == 0 ? xh : xh << zeros | xl >> (64 - zeros);
  return r;
}

/* 64 bits behind the point, of a number below 1. */
static uint64_t fraction(struct wide x) {
  const int places = -1 - x.exponent;
  return places >= 64 ? 0 : x.mantissa >> places;
}

static uint64_t alternating(uint64_t x, const uint64_t *terms, int count) {
  uint64_t sum = *terms;
  while (--count) sum = *++terms - high64(x, sum);
  return sum;
}

static uint64_t rising(uint64_t x, const uint64_t *terms, int count) {
  uint64_t sum = *terms;
  while (--count) sum = *++terms + high64(x, sum);
  return sum;
}

/* Mantissa over mantissa: 63 bits, of which the first or second is set. */
static uint64_t ratio(uint64_t x, uint64_t y) {
  uint64_t rest = x >> 1, quotient = 0;
  y >>= 1;
  for (int bit = 0; bit < 63; ++bit) {
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
  struct wide sine, cosine;
};

static struct wide normal(uint32_t sign, int exponent, uint64_t mantissa) {
  struct wide x = {sign, 0, 0};
  if (mantissa == 0) return x;
  const int zeros = clz64(mantissa);
  x.exponent = exponent - zeros;
  x.mantissa = mantissa << zeros;
  return x;
}

static struct both turn(f64 angle) {
  struct wide x = split64(angle);
  uint32_t quarter = 0;
  if (x.mantissa && x.exponent >= 20) x.mantissa = 0;
  if (x.mantissa && x.exponent >= -1) {
    const uint64_t turns = high64(x.mantissa, TWO_OVER_PI); /* 63 - exponent bits behind the point */
    quarter = (uint32_t)((turns >> (62 - x.exponent)) + 1) >> 1;
    const uint32_t sign = x.sign;
    x = remainder128(x, quarter, HALF_PI_HIGH, HALF_PI_LOW);
    if (sign) quarter = 0u - quarter;
  }
  const uint64_t f = x.mantissa ? fraction(x) : 0, square = high64(f, f);
  const uint64_t p = alternating(square, wide_sine, TERMS(wide_sine));
  struct wide sine = normal(x.sign, x.exponent + 1, high64(x.mantissa, p));
  struct wide cosine = normal(0, 0, alternating(square, wide_cosine, TERMS(wide_cosine)));
  struct both b = {sine, cosine};
  if (quarter & 1) b.sine = cosine, b.cosine = sine, b.cosine.sign ^= 0x80000000u;
  if (quarter & 2) b.sine.sign ^= 0x80000000u, b.cosine.sign ^= 0x80000000u;
  return b;
}

f64 dcos(f64 angle) {
  const struct wide c = turn(angle).cosine;
  return join64(c.sign, c.exponent, c.mantissa);
}

f64 dtan(f64 angle) {
  const struct both b = turn(angle);
  if (b.sine.mantissa == 0) return (uint64_t)b.sine.sign << 32;
  const uint32_t sign = b.sine.sign ^ b.cosine.sign;
  if (b.cosine.mantissa == 0) return (uint64_t)sign << 32 | F64_INFINITY;
  return normal64(sign, b.sine.exponent - b.cosine.exponent + 1,
                  ratio(b.sine.mantissa, b.cosine.mantissa));
}

/* Sine in r0:r1, cosine in r2:r3. */
struct pair {
  f64 sine, cosine;
};

void double_sincos(struct pair *out, f64 angle) {
  const struct both b = turn(angle);
  out->sine = join64(b.sine.sign, b.sine.exponent, b.sine.mantissa);
  out->cosine = join64(b.cosine.sign, b.cosine.exponent, b.cosine.mantissa);
}

f64 dexp(f64 value) {
  struct wide x = split64(value);
  if (x.mantissa == 0 || x.exponent < -60) return 0x3FF0000000000000u;
  if (x.exponent >= 10) return x.sign ? 0 : F64_INFINITY;
  uint32_t count = 0;
  if (x.exponent >= -1)
    count = (uint32_t)(high64(x.mantissa, ONE_OVER_LN2) >> (62 - x.exponent));
  if (x.sign) ++count;
  struct wide r = count ? remainder128(x, count, LN2_HIGH, LN2_LOW) : x;
  int whole = x.sign ? -(int)count : (int)count;
  if (r.sign && r.mantissa) { /* the estimate was one too many */
    struct wide one_less = remainder128(x, --count, LN2_HIGH, LN2_LOW);
    r = one_less;
    whole += x.sign ? 1 : -1;
  }
  const uint64_t f = r.mantissa ? fraction(r) : 0;
  return normal64(0, whole + 1, rising(f, wide_exponential, TERMS(wide_exponential)));
}

f64 dln(f64 value) {
  struct wide x = split64(value);
  if (x.mantissa == 0 || x.sign) return 0x8000000000000000u | F64_INFINITY;
  if (x.exponent == INFINITE) return F64_INFINITY;
  /* m between 1/sqrt 2 and sqrt 2, with 62 bits behind the point. */
  uint64_t m = x.mantissa >> 1;
  int whole = x.exponent;
  if (m > 0x5A827999FCEF3242u) m >>= 1, ++whole;
  const uint64_t one = 1ull << 62;
  const uint32_t sign = m < one ? 0x80000000u : 0;
  const struct wide above = normal(sign, 1, m < one ? one - m : m - one);
  uint64_t part = 0;
  int exponent = 0;
  if (above.mantissa) {
    const struct wide sum = normal(0, 1, m + one);
    const struct wide s = normal(sign, above.exponent - sum.exponent + 1,
                                 ratio(above.mantissa, sum.mantissa));
    const uint64_t f = fraction(s);
    const uint64_t p = rising(high64(f, f), wide_logarithm, TERMS(wide_logarithm));
    part = high64(s.mantissa, p); /* twice it, over 2^62, times 2^exponent */
    exponent = s.exponent + 2;
  }
  if (whole == 0) return normal64(sign, exponent, part);
  const uint32_t count = (uint32_t)(whole < 0 ? -whole : whole);
  const int places = 32 - (int)clz32(count); /* of the integer part, and more */
  const int64_t multiple = (int64_t)((multiply(count, (uint32_t)(LN2_HIGH >> 32)) << (32 - places)) +
                                     (multiply(count, (uint32_t)LN2_HIGH) >> places));
  /* part / 2^63 * 2^exponent, with 62 - places bits behind the point */
  const int shift = 1 + places - exponent;
  const int64_t rest = shift >= 64 ? 0 : (int64_t)(part >> shift);
  int64_t total = whole < 0 ? -multiple : multiple;
  total += sign ? -rest : rest;
  return fix642double(total, 62 - places);
}

f64 datan2(f64 y, f64 x) {
  struct wide a = split64(y), b = split64(x);
  const uint32_t sign = a.sign;
  const int left = b.sign != 0;
  if (a.exponent == INFINITE && b.exponent == INFINITE) a.exponent = b.exponent = 0;
  int steep = 0;
  if (b.mantissa == 0 ||
      (a.mantissa && (a.exponent > b.exponent ||
                      (a.exponent == b.exponent && a.mantissa > b.mantissa)))) {
    if (a.mantissa == 0) return (uint64_t)sign << 32 | (left ? 0x400921FB54442D18u : 0);
    const struct wide swap = a;
    a = b;
    b = swap;
    steep = 1;
  }
  uint64_t angle = 0; /* with 62 bits behind the point */
  struct wide z = {0, -100, 0};
  if (a.mantissa && b.exponent - a.exponent < 1000 + INFINITE / 2)
    z = normal(0, a.exponent - b.exponent + 1, ratio(a.mantissa, b.mantissa));
  if (z.mantissa) {
    const uint64_t f = z.exponent >= 0 ? ~0ull : fraction(z); /* 64 bits; 1 is as good as it gets */
    const uint32_t eighths = (uint32_t)((f >> 60) + 1) >> 1;
    struct wide t = z;
    if (eighths) {
      /* (z - c) / (1 + z c) */
      const uint64_t c = (uint64_t)eighths << 59, z62 = z.exponent >= 0 ? 1ull << 62 : f >> 2;
      const uint64_t d = z62 < c ? c - z62 : z62 - c;
      const uint64_t q = (1ull << 62) + eighths * (z62 >> 3);
      t = normal(z62 < c ? 0x80000000u : 0, 1, d);
      if (t.mantissa) {
        const struct wide under = normal(0, 1, q);
        t = normal(t.sign, t.exponent - under.exponent + 1, ratio(t.mantissa, under.mantissa));
      }
    }
    if (t.mantissa) {
      const uint64_t g = fraction(t);
      const uint64_t p = alternating(high64(g, g), wide_tangent, TERMS(wide_tangent));
      const uint64_t part = high64(t.mantissa, p); /* over 2^62, times 2^exponent */
      if (!eighths && !steep && !left) return normal64(sign, t.exponent + 1, part);
      const int shift = -t.exponent;
      const uint64_t fixed = shift >= 64 ? 0 : part >> shift;
      angle = t.sign ? wide_eighths[eighths] - fixed : wide_eighths[eighths] + fixed;
    } else {
      angle = wide_eighths[eighths];
    }
  }
  if (steep) angle = HALF_PI_HIGH - angle;
  if (left) angle = 2 * HALF_PI_HIGH - angle;
  return normal64(sign, 1, angle);
}
