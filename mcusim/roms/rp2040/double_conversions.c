/* Double precision: conversions from and to whole and fixed-point numbers, and to single. */
#include "number.h"

/* Towards minus infinity, and the nearest number that fits. */

uint64_t double2ufix64(f64 value, int point) {
  const struct wide x = split64(value);
  if (x.sign || x.mantissa == 0) return 0;
  const int places = x.exponent + point;
  if (x.exponent == INFINITE || places >= 64) return ~0ull;
  return places < 0 ? 0 : x.mantissa >> (63 - places);
}

int64_t double2fix64(f64 value, int point) {
  const struct wide x = split64(value);
  if (x.mantissa == 0) return 0;
  const int places = x.exponent + point;
  if (x.exponent == INFINITE || places >= 63) return x.sign ? INT64_MIN : INT64_MAX;
  const uint64_t whole = places < 0 ? 0 : x.mantissa >> (63 - places);
  if (!x.sign) return (int64_t)whole;
  const int exact = places >= 0 && whole << (63 - places) == x.mantissa;
  return -(int64_t)whole - !exact;
}

uint32_t double2ufix(f64 value, int point) {
  const uint64_t wide = double2ufix64(value, point);
  return wide >> 32 ? ~0u : (uint32_t)wide;
}

int32_t double2fix(f64 value, int point) {
  const int64_t wide = double2fix64(value, point);
  if (wide > INT32_MAX) return INT32_MAX;
  return wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

int32_t double2int(f64 value) { return double2fix(value, 0); }
uint32_t double2uint(f64 value) { return double2ufix(value, 0); }
int64_t double2int64(f64 value) { return double2fix64(value, 0); }
uint64_t double2uint64(f64 value) { return double2ufix64(value, 0); }

f64 ufix642double(uint64_t value, int point) { return normal64(0, 63 - point, value); }

f64 fix642double(int64_t value, int point) {
  const uint64_t magnitude = value < 0 ? 0u - (uint64_t)value : (uint64_t)value;
  return normal64(value < 0 ? 0x80000000u : 0, 63 - point, magnitude);
}

f64 ufix2double(uint32_t value, int point) { return ufix642double(value, point); }
f64 fix2double(int32_t value, int point) { return fix642double(value, point); }
f64 uint2double(uint32_t value) { return ufix642double(value, 0); }
f64 int2double(int32_t value) { return fix642double(value, 0); }
f64 uint642double(uint64_t value) { return ufix642double(value, 0); }
f64 int642double(int64_t value) { return fix642double(value, 0); }

f32 double2float(f64 value) {
  const struct wide x = split64(value);
  if (x.exponent == INFINITE) return x.sign | F32_INFINITY;
  return normal32(x.sign, x.exponent, x.mantissa);
}
