/* Recurses until the stack has run out of its room and into the .bss below. There is no guard: the
 * firmware itself notices only afterwards, by the damage. A simulator should report the overflow
 * when it happens. */
#include <stdint.h>

#include "print.h"

#ifdef BOARD_NRF52840
#define RAM_BYTES (256u * 1024u)
#else
#define RAM_BYTES (640u * 1024u)
#endif

#define STACK_ROOM (16u * 1024u)
#define FRAME_BYTES 256u
#define DEPTH 96u /* x 256 bytes: half as much again as there is room for */
#define PATTERN 0xA5u

static volatile uint8_t table[RAM_BYTES - STACK_ROOM];

__attribute__((noipa)) uint32_t recurse(uint32_t depth) {
  volatile uint8_t frame[FRAME_BYTES];
  for (uint32_t i = 0; i < FRAME_BYTES; ++i) {
    frame[i] = PATTERN;
  }
  uint32_t below = depth > 1 ? recurse(depth - 1) : 0;
  return below + frame[0];
}

static uint32_t damaged_bytes(void) {
  uint32_t damaged = 0;
  for (uint32_t i = 0; i < sizeof table; ++i) {
    damaged += table[i] != 0;
  }
  return damaged;
}

int main(void) {
  recurse(DEPTH);
  uint32_t damaged = damaged_bytes();
  print("overflow: %u bytes of .bss overwritten by the stack\n", (unsigned)damaged);
  return damaged != 0 ? 1 : 0;
}
