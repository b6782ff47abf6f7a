/* The ways to delimit a region: a function (process), a pin that is high during it, and markers
 * (around summarise). The cycle counter tells what each call to process should come to. */
#include "mcusim.h"
#include "pin.h"
#include "print.h"
#include "work.h"

#define CALLS 5
#define REGION_SUMMARISE 1

static const uint32_t counts[CALLS] = {100, 200, 400, 800, 1600};

static void cycle_counter_init(void) {
  COREDEBUG_DEMCR |= DEMCR_TRCENA;
  DWT_CYCCNT = 0;
  DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}

int main(void) {
  uint32_t results[CALLS];
  uint32_t cycles[CALLS];
  pin_init();
  cycle_counter_init();

  for (int i = 0; i < CALLS; ++i) {
    pin_high();
    uint32_t start = DWT_CYCCNT;
    results[i] = process(counts[i]);
    cycles[i] = DWT_CYCCNT - start;
    pin_low();
  }

  MCUSIM_BEGIN(REGION_SUMMARISE);
  uint32_t summary = summarise(results, CALLS);
  MCUSIM_END(REGION_SUMMARISE);

  for (int i = 0; i < CALLS; ++i) {
    print("process(%u): %u cycles\n", (unsigned)counts[i], (unsigned)cycles[i]);
  }
  print("summary: %08x\n", (unsigned)summary);
  return 0;
}
