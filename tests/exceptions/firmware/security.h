/* What the cases of the Security Extension share: one firmware with code of both states.
   Non-secure code and data are in sections of their own (security.ld), below address bit 28. */
#pragma once
#include "harness.h"

#define NS_CODE __attribute__((section(".ns_text"), noinline))
#define NS_DATA __attribute__((section(".ns_data")))
#define ENTRY __attribute__((cmse_nonsecure_entry, noinline))
typedef uint32_t __attribute__((cmse_nonsecure_call)) ns_function(uint32_t);
#define CALL_NS(function, argument) \
  (((ns_function *)((uint32_t)(function) & ~1u))(argument))

#define SAU_CTRL REG(0xE000EDD0)
#define SAU_TYPE REG(0xE000EDD4)
#define SAU_RNR REG(0xE000EDD8)
#define SAU_RBAR REG(0xE000EDDC)
#define SAU_RLAR REG(0xE000EDE0)
#define SFSR REG(0xE000EDE4)
#define SFAR REG(0xE000EDE8)
#define NSACR REG(0xE000ED8C)
#define ITNS REG(0xE000E380)
#define NS(address) REG((address) + 0x20000) /* a register of the system control space as Non-secure code has it */
#define SECURE_FAULT_ON (1u << 19)

extern uint32_t __ns_start, __ns_end, __ns_data_start, __ns_data_end, __gateway_start, __gateway_end,
    __ns_stack_top;
extern void *const ns_vectors[48];

/* Secure functions that Non-secure code calls by a gateway. */
void ns_note(uint32_t word);
void ns_finish(void);
/* As these, but that no SG begins it. */
void no_gateway(uint32_t word);

/* The SAU and, on QEMU's machine, the memory protection controllers. */
void divide(void);

NS_CODE void NS_HardFault_Handler(void);
NS_CODE void NS_SVC_Handler(void);
NS_CODE void NS_PendSV_Handler(void);
NS_CODE void NS_SysTick_Handler(void);
NS_CODE void NS_UsageFault_Handler(void);
NS_CODE void NS_MemManage_Handler(void);
NS_CODE void NS_IRQ0_Handler(void);
NS_CODE void NS_IRQ1_Handler(void);
void SecureFault_Handler(void);
