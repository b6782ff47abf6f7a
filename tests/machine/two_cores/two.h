/* Two cores over one memory, with the RP2040's SIO. */
#include <stdint.h>

#define R32(address) (*(volatile uint32_t *)(address))
#define SIO 0xD0000000u
#define CPUID R32(SIO + 0x00)
#define FIFO_ST R32(SIO + 0x50)
#define FIFO_WR R32(SIO + 0x54)
#define FIFO_RD R32(SIO + 0x58)
#define SPINLOCK(n) R32(SIO + 0x100 + 4 * (n))
#define SYST_CSR R32(0xE000E010u)
#define SYST_RVR R32(0xE000E014u)
#define SYST_CVR R32(0xE000E018u)
#define ISER R32(0xE000E100u)
#define SCR R32(0xE000ED10u)

#define SEV() __asm volatile("sev" ::: "memory")
#define WFE() __asm volatile("wfe" ::: "memory")
#define WFI() __asm volatile("wfi" ::: "memory")

extern volatile uint32_t results[16];
void finish(void);
void core0(void);
void core1(void);
extern void (*volatile handler)(void); /* of each interrupt, on either core */

static inline void push(uint32_t word) {
  while (!(FIFO_ST & 2)) continue;
  FIFO_WR = word;
  SEV();
}

static inline uint32_t pull(void) {
  while (!(FIFO_ST & 1)) WFE();
  return FIFO_RD;
}

static inline void lock(uint32_t n) {
  while (!SPINLOCK(n)) continue;
}

static inline void unlock(uint32_t n) { SPINLOCK(n) = 0; }

/* 3 cycles a turn. */
static inline void work(uint32_t turns) {
  __asm volatile("1: sub %0, #1\n bne 1b" : "+l"(turns) : : "cc");
}
