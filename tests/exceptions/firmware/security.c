/* Start-up of both states for the cases of the Security Extension. */
#include "security.h"

static void attribute(uint32_t number, const void *first, const void *end, uint32_t callable) {
  SAU_RNR = number;
  SAU_RBAR = (uint32_t)first;
  SAU_RLAR = ((uint32_t)end - 32) | callable << 1 | 1;
}

#ifdef HAS_CONTROLLERS
/* A memory protection controller of IoTKit (QEMU hw/misc/tz-mpc.c): blocks of a span of offsets
   become Non-secure. */
static void open_memory(uint32_t controller, uint32_t from, uint32_t to) {
  const uint32_t block = 32u << (REG(controller + 0x14) & 15u);
  REG(controller) &= ~(1u << 8); /* CTRL: no auto-increment */
  for (uint32_t at = from; at < to; at += block) {
    REG(controller + 0x18) = at / block / 32;
    REG(controller + 0x1C) |= 1u << (at / block % 32);
  }
}
#endif

void divide(void) {
#ifdef HAS_CONTROLLERS
  open_memory(0x58007000u, 0xC000u, 0x10000u);
  open_memory(0x58008000u, 0x8000u, 0x10000u);
  REG(0x50080014u) = 3; /* NSCCFG: code and RAM may have callable regions */
#endif
  attribute(0, &__ns_start, &__ns_end, 0);
  attribute(1, &__ns_data_start, &__ns_data_end, 0);
  attribute(2, &__gateway_start, &__gateway_end, 1);
  SAU_CTRL = 1;
  NS(0xE000ED08) = (uint32_t)ns_vectors;
  MSR(msp_ns, &__ns_stack_top);
  NSACR = 0xC00;
  NS(0xE000ED88) = 0xFu << 20; /* CPACR */
  SYNC();
}

ENTRY void secure_note(uint32_t word) { note(word); }
ENTRY void secure_finish(void) { finish(); }

/* Gateways of our own: in one link, a call of an entry function would go past the linker's. */
__asm(".section .gateway, \"ax\"\n"
      ".global ns_note\n.thumb_func\nns_note: sg\n b.w __acle_se_secure_note\n"
      ".global ns_finish\n.thumb_func\nns_finish: sg\n b.w __acle_se_secure_finish\n"
      ".global no_gateway\n.thumb_func\nno_gateway: nop.w\n b.w __acle_se_secure_note\n"
      ".text\n");

NS_CODE void ns_default(void) {
  ns_note(0xBAD00000u | MRS(ipsr));
  ns_finish();
}

#define WEAK_NS __attribute__((weak, alias("ns_default")))
void WEAK_NS NS_HardFault_Handler(void);
void WEAK_NS NS_SVC_Handler(void);
void WEAK_NS NS_PendSV_Handler(void);
void WEAK_NS NS_SysTick_Handler(void);
void WEAK_NS NS_UsageFault_Handler(void);
void WEAK_NS NS_MemManage_Handler(void);
void WEAK_NS NS_IRQ0_Handler(void);
void WEAK_NS NS_IRQ1_Handler(void);

#define D ns_default
__attribute__((section(".ns_vectors"), used)) void *const ns_vectors[48] = {
    &__ns_stack_top, D, D, NS_HardFault_Handler, NS_MemManage_Handler, D, NS_UsageFault_Handler,
    D, D, D, D, NS_SVC_Handler, D, D, NS_PendSV_Handler, NS_SysTick_Handler,
    NS_IRQ0_Handler, NS_IRQ1_Handler, D, D, D, D, D, D, D, D, D, D, D, D, D, D,
    D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D};
