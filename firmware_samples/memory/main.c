/* Uses known amounts of heap and stack and prints them, to compare with what a tool measured. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "print.h"

#define BLOCKS 8
#define SMALLEST_BLOCK 64u
#define DEPTH 40u
#define FRAME_BYTES 96u

extern char __StackTop[], __HeapBase[];
void *_sbrk(ptrdiff_t increment);

static uintptr_t deepest_sp = UINTPTR_MAX;

/* Grows the heap with blocks of doubling size; returns the bytes asked for. */
static size_t allocate(void *blocks[BLOCKS]) {
  size_t total = 0;
  for (unsigned i = 0; i < BLOCKS; ++i) {
    size_t size = SMALLEST_BLOCK << i;
    blocks[i] = malloc(size);
    if (blocks[i] == NULL) {
      return 0;
    }
    total += size;
  }
  return total;
}

static void release(void *blocks[BLOCKS]) {
  for (int i = 0; i < BLOCKS; ++i) {
    free(blocks[i]);
  }
}

/* The work after the recursive call and the volatile frame keep this a true recursion. */
__attribute__((noipa)) uint32_t descend(uint32_t depth) {
  volatile uint8_t frame[FRAME_BYTES];
  uintptr_t sp;
  __asm volatile("mov %0, sp" : "=r"(sp));
  deepest_sp = sp < deepest_sp ? sp : deepest_sp;
  frame[0] = (uint8_t)depth;
  uint32_t below = depth > 1 ? descend(depth - 1) : 0;
  return below + frame[0];
}

int main(void) {
  void *blocks[BLOCKS];
  size_t requested = allocate(blocks);
  size_t heap = (size_t)((char *)_sbrk(0) - __HeapBase);
  uint32_t sum = descend(DEPTH);
  release(blocks);

  print("heap: %u bytes requested, %u bytes taken\n", requested, heap);
  print("stack: %u calls deep, %u bytes\n", (unsigned)DEPTH,
        (unsigned)((uintptr_t)__StackTop - deepest_sp));
  return requested != 0 && sum == DEPTH * (DEPTH + 1) / 2 ? 0 : 1;
}
