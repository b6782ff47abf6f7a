/* Three tasks that take turns: two on stacks that are variables, one on a block of the heap. With
 * DEEP_STATIC or DEEP_HEAP one of them calls deeper than its stack has room for, into the ledger
 * that lies below; the firmware itself notices only afterwards, by the damage. */
#include <stdint.h>
#include <stdlib.h>

#include "print.h"
#include "semihosting.h"
#include "switch.h"

#define STACK_WORDS 128u
#define LEDGER_WORDS 64u
#define TURNS 10u
#define FRAME_WORDS 8u
#define SHALLOW 3u
#define DEEP 16u
#define PATTERN 0xA5A5A5A5u

#ifdef DEEP_STATIC
#define DEPTH_ON_VARIABLE DEEP
#else
#define DEPTH_ON_VARIABLE SHALLOW
#endif
#ifdef DEEP_HEAP
#define DEPTH_ON_HEAP DEEP
#else
#define DEPTH_ON_HEAP SHALLOW
#endif

/* GCC lays these out from the last to the first: the ledger is below `nested_stack`. */
static uint32_t nested_stack[STACK_WORDS] __attribute__((aligned(8)));
static uint32_t ledger[LEDGER_WORDS] __attribute__((aligned(8)));
static uint32_t steady_stack[STACK_WORDS] __attribute__((aligned(8)));
static uint32_t *heap_ledger;
static volatile uint32_t turns;

__attribute__((noipa)) static uint32_t nest(uint32_t depth) {
  volatile uint32_t frame[FRAME_WORDS];
  for (uint32_t i = 0; i < FRAME_WORDS; ++i) {
    frame[i] = PATTERN;
  }
  uint32_t below = depth > 1 ? nest(depth - 1) : 0;
  return below + frame[0];
}

static uint32_t damaged(const uint32_t *words) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < LEDGER_WORDS; ++i) {
    count += words[i] != 0;
  }
  return count;
}

static void steady(void) {
  for (;;) {
    if (++turns == TURNS) {
      uint32_t count = damaged(ledger) + damaged(heap_ledger);
      print("tasks: %u turns, %u damaged words\n", (unsigned)turns, (unsigned)count);
      semihosting_exit(count != 0 ? 1 : 0);
    }
    yield();
  }
}

static void nested(void) {
  for (;;) {
    nest(DEPTH_ON_VARIABLE);
    yield();
  }
}

static void heaped(void) {
  for (;;) {
    nest(DEPTH_ON_HEAP);
    yield();
  }
}

int main(void) {
  heap_ledger = calloc(LEDGER_WORDS, sizeof *heap_ledger);
  uint32_t *heap_stack = malloc(STACK_WORDS * sizeof *heap_stack);
  if (heap_ledger == NULL || heap_stack == NULL) {
    return 2;
  }
  add_task(steady, steady_stack, STACK_WORDS);
  add_task(nested, nested_stack, STACK_WORDS);
  add_task(heaped, heap_stack, STACK_WORDS);
  start_tasks();
}
