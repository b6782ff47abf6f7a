/* Single precision: conversions from and to whole and fixed-point numbers, and to double. */
#include "number.h"

/* Towards minus infinity, and the nearest number that fits. */

uint64_t float2ufix64(f32 value, int point) {
  const struct single x = split32(value);
  if (x.sign || x.mantissa == 0) return 0;
  const int places = x.exponent + point;
  if (x.exponent == INFINITE || places >= 64) return ~0ull;
  return places < 0 ? 0 : (uint64_t)x.mantissa << 32 >> (63 - places);
}

int64_t float2fix64(f32 value, int point) {
  const struct single x = split32(value);
  if (x.mantissa == 0) return 0;
  const int places = x.exponent + point;
  const int64_t limit = x.sign ? INT64_MIN : INT64_MAX;
  if (x.exponent == INFINITE || places >= 63) return limit;
  const uint64_t wide = (uint64_t)x.mantissa << 32;
  const uint64_t whole = places < 0 ? 0 : wide >> (63 - places);
  if (!x.sign) return (int64_t)whole;
  const int exact = places >= 0 && whole << (63 - places) == wide;
  return -(int64_t)whole - !exact;
}

uint32_t float2ufix(f32 value, int point) {
  const uint64_t wide = float2ufix64(value, point);
  return wide >> 32 ? ~0u : (uint32_t)wide;
}

int32_t float2fix(f32 value, int point) {
  const int64_t wide = float2fix64(value, point);
  if (wide > INT32_MAX) return INT32_MAX;
  return wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

int32_t float2int(f32 value) { return float2fix(value, 0); }
uint32_t float2uint(f32 value) { return float2ufix(value, 0); }
int64_t float2int64(f32 value) { return float2fix64(value, 0); }
uint64_t float2uint64(f32 value) { return float2ufix64(value, 0); }

f32 ufix642float(uint64_t value, int point) { return normal32(0, 63 - point, value); }

f32 fix642float(int64_t value, int point) {
  const uint64_t magnitude = value < 0 ? 0u - (uint64_t)value : (uint64_t)value;
  return normal32(value < 0 ? 0x80000000u : 0, 63 - point, magnitude);
}

f32 ufix2float(uint32_t value, int point) { return ufix642float(value, point); }
f32 fix2float(int32_t value, int point) { return fix642float(value, point); }
f32 uint2float(uint32_t value) { return ufix642float(value, 0); }
f32 int2float(int32_t value) { return fix642float(value, 0); }
f32 uint642float(uint64_t value) { return ufix642float(value, 0); }
f32 int642float(int64_t value) { return fix642float(value, 0); }

f64 float2double(f32 value) {
  const struct single x = split32(value);
  const uint64_t sign = (uint64_t)x.sign << 32;
  if (x.mantissa == 0) return sign;
  if (x.exponent == INFINITE) return sign | F64_INFINITY;
  return sign | (uint64_t)(uint32_t)(x.exponent + 1023) << 52 |
         (uint64_t)(x.mantissa & 0x7FFFFFFFu) << 21;
}
