/* memset, memcpy, and counting of bits (RP2040 datasheet 2.8.3.1.1 and 2.8.3.1.2). */
#include "rom.h"

uint32_t popcount32(uint32_t value) {
  value -= value >> 1 & 0x55555555u;
  value = (value & 0x33333333u) + (value >> 2 & 0x33333333u);
  value = (value + (value >> 4)) & 0x0F0F0F0Fu;
  return value * 0x01010101u >> 24;
}

uint32_t reverse32(uint32_t value) {
  value = (value >> 1 & 0x55555555u) | (value & 0x55555555u) << 1;
  value = (value >> 2 & 0x33333333u) | (value & 0x33333333u) << 2;
  value = (value >> 4 & 0x0F0F0F0Fu) | (value & 0x0F0F0F0Fu) << 4;
  return __builtin_bswap32(value);
}

uint32_t clz32(uint32_t value) {
  uint32_t zeros = 0;
  if (!value) return 32;
  if (!(value >> 16)) zeros += 16, value <<= 16;
  if (!(value >> 24)) zeros += 8, value <<= 8;
  if (!(value >> 28)) zeros += 4, value <<= 4;
  if (!(value >> 30)) zeros += 2, value <<= 2;
  return zeros + !(value >> 31);
}

uint32_t ctz32(uint32_t value) { return value ? 31 - clz32(value & (0u - value)) : 32; }

void *rom_memset4(void *to, uint32_t byte, uint32_t count) {
  uint32_t *word = to;
  const uint32_t pattern = (byte & 0xFFu) * 0x01010101u;
  for (; count >= 4; count -= 4) *word++ = pattern;
  uint8_t *rest = (uint8_t *)word;
  while (count--) *rest++ = (uint8_t)byte;
  return to;
}

void *rom_memset(void *to, uint32_t byte, uint32_t count) {
  uint8_t *place = to;
  for (; count && ((uint32_t)place & 3u); --count) *place++ = (uint8_t)byte;
  rom_memset4(place, byte, count);
  return to;
}

void *rom_memcpy44(void *to, const void *from, uint32_t count) {
  uint32_t *word = to;
  const uint32_t *source = from;
  for (; count >= 4; count -= 4) *word++ = *source++;
  uint8_t *rest = (uint8_t *)word;
  const uint8_t *last = (const uint8_t *)source;
  while (count--) *rest++ = *last++;
  return to;
}

void *rom_memcpy(void *to, const void *from, uint32_t count) {
  uint8_t *place = to;
  const uint8_t *source = from;
  if (!(((uint32_t)place ^ (uint32_t)source) & 3u)) {
    for (; count && ((uint32_t)place & 3u); --count) *place++ = *source++;
    rom_memcpy44(place, source, count);
    return to;
  }
  while (count--) *place++ = *source++;
  return to;
}

/* The compiler asks for these by name, to move structures. */
void *memcpy(void *to, const void *from, uint32_t count) __attribute__((alias("rom_memcpy")));
void *memset(void *to, uint32_t byte, uint32_t count) __attribute__((alias("rom_memset")));
