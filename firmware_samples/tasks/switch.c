#include "switch.h"

#include "registers.h"

#define MAX_TASKS 4u
#define THUMB_STATE (1u << 24)        /* xPSR.T */
#define RETURN_TO_PROCESS 0xFFFFFFFDu /* EXC_RETURN: thread mode, process stack, no FPU frame */
#define SCB_ICSR (*(volatile uint32_t *)0xE000ED04u)
#define PENDSVSET (1u << 28)

/* What PendSV_Handler stores above what the core stacks by itself. */
struct context {
  uint32_t r4_to_r11[8];
  uint32_t exc_return;
  uint32_t r0_to_r3[4], r12, lr, pc, xpsr;
};

static uint32_t *stack_pointers[MAX_TASKS];
static size_t task_count, running;

void add_task(task_function entry, uint32_t *stack, size_t words) {
  struct context *context = (struct context *)(stack + words) - 1;
  *context = (struct context){
      .exc_return = RETURN_TO_PROCESS, .pc = (uint32_t)(uintptr_t)entry, .xpsr = THUMB_STATE};
  stack_pointers[task_count++] = (uint32_t *)context;
}

__attribute__((used)) static uint32_t *first_task(void) { return stack_pointers[0]; }

__attribute__((used)) static uint32_t *next_task(uint32_t *sp) {
  stack_pointers[running] = sp;
  running = (running + 1u) % task_count;
  return stack_pointers[running];
}

__attribute__((naked)) void SVC_Handler(void) {
  __asm__ volatile("bl first_task\n"
                   "ldmia r0!, {r4-r11, lr}\n"
                   "msr psp, r0\n"
                   "bx lr");
}

__attribute__((naked)) void PendSV_Handler(void) {
  __asm__ volatile("mrs r0, psp\n"
                   "stmdb r0!, {r4-r11, lr}\n"
                   "bl next_task\n"
                   "ldmia r0!, {r4-r11, lr}\n"
                   "msr psp, r0\n"
                   "bx lr");
}

void start_tasks(void) {
  __asm__ volatile("svc 0");
  __builtin_unreachable();
}

void yield(void) {
  SCB_ICSR = PENDSVSET;
  barrier();
}
