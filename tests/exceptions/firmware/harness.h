/* What the cases share: registers of the system control space, notes, and handlers with frames. */
#pragma once
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define BYTE(address) (*(volatile uint8_t *)(address))
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define ISER REG(0xE000E100)
#define ICER REG(0xE000E180)
#define ISPR REG(0xE000E200)
#define ICPR REG(0xE000E280)
#define IABR REG(0xE000E300)
#define IRQ_PRIORITY(n) BYTE(0xE000E400 + (n))
#define ICSR REG(0xE000ED04)
#define VTOR REG(0xE000ED08)
#define AIRCR REG(0xE000ED0C)
#define SCR REG(0xE000ED10)
#define CCR REG(0xE000ED14)
#define MEM_PRIORITY BYTE(0xE000ED18)
#define BUS_PRIORITY BYTE(0xE000ED19)
#define USAGE_PRIORITY BYTE(0xE000ED1A)
#define SVC_PRIORITY BYTE(0xE000ED1F)
#define PENDSV_PRIORITY BYTE(0xE000ED22)
#define SYSTICK_PRIORITY BYTE(0xE000ED23)
#define SHCSR REG(0xE000ED24)
#define CFSR REG(0xE000ED28)
#define HFSR REG(0xE000ED2C)
#define MMFAR REG(0xE000ED34)
#define BFAR REG(0xE000ED38)
#define CPACR REG(0xE000ED88)
#define MPU_TYPE REG(0xE000ED90)
#define MPU_CTRL REG(0xE000ED94)
#define MPU_RNR REG(0xE000ED98)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0)
#define STIR REG(0xE000EF00)
#define FPCCR REG(0xE000EF34)
#define FPCAR REG(0xE000EF38)

#define PENDSVSET (1u << 28)
#define PENDSVCLR (1u << 27)
#define NMIPENDSET (1u << 31)
#define FAULTS_ON (7u << 16) /* SHCSR: MemManage, BusFault, UsageFault */
#ifndef UNMAPPED
#define UNMAPPED 0x30000000u
#endif

#define SYNC() __asm volatile("dsb\n isb" ::: "memory")
#define PEND(n) (ISPR = 1u << (n))
#define ENABLE(n) (ISER = 1u << (n))
#define CPSID() __asm volatile("cpsid i" ::: "memory")
#define CPSIE() __asm volatile("cpsie i\n isb" ::: "memory")
#define MRS(name)                                        \
  ({                                                     \
    uint32_t value_;                                     \
    __asm volatile("mrs %0, " #name : "=r"(value_)::"memory"); \
    value_;                                              \
  })
#define MSR(name, value) __asm volatile("msr " #name ", %0\n isb" ::"r"(value) : "memory")
#define SVC(n) __asm volatile("svc %0" ::"i"(n) : "memory")
#define SP()                                     \
  ({                                             \
    uint32_t value_;                             \
    __asm volatile("mov %0, sp" : "=r"(value_)); \
    value_;                                      \
  })

/* Keeps a word for the end: printing in a handler would change what is tested. */
void note(uint32_t word);
void finish(void) __attribute__((noreturn));
/* Runs the rest of the case on the process stack, with CONTROL as given. */
void on_process_stack(void (*rest)(void), uint32_t control);
extern uint32_t process_stack[256];
extern uint8_t region[4096]; /* aligned to its size */

#ifdef __ARM_ARCH_6M__
#define FIND_FRAME \
  "mov r1, lr\n movs r0, #4\n tst r0, r1\n beq 1f\n mrs r0, psp\n b 2f\n 1: mrs r0, msp\n 2:\n"
#else
#define FIND_FRAME "tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n mov r1, lr\n"
#endif

/* A handler that sees the stacked frame and its EXC_RETURN. */
#define WITH_FRAME(name)                                                                         \
  void name##_body(uint32_t *frame, uint32_t exc_return);                                        \
  __attribute__((naked)) void name(void) {                                                       \
    __asm volatile(FIND_FRAME "push {r4, lr}\n bl " #name "_body\n pop {r4, pc}");               \
  }                                                                                              \
  __attribute__((used)) void name##_body(__attribute__((unused)) uint32_t *frame,               \
                                         __attribute__((unused)) uint32_t exc_return)

/* Goes on behind the instruction of `bytes` that faulted. */
#define SKIP(bytes) (frame[6] += (bytes))

/* What cases of faults do and note. */
#define SHOW note(MRS(ipsr)); note(CFSR); note(HFSR); CFSR = CFSR; HFSR = HFSR;
#define UNDEFINED __asm volatile("udf #0");
#define LOAD __asm volatile("ldr r0, [%0]" ::"l"(UNMAPPED) : "r0");
#define FLOAT __asm volatile("vmov.f32 s0, #1.0" ::: "s0");

/* Access permissions of MPU_RASR. */
#define NONE (0u << 24)
#define PRIVILEGED (1u << 24)
#define READ_USER (2u << 24)
#define FULL (3u << 24)
#define READ_ONLY (6u << 24)
