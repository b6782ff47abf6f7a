/* Pins, their routing, and interrupts. */
#include "rom.h"

#define PULL_UP (1u << 8)
#define PULL_DOWN (1u << 7)
#define INPUT_ENABLE (1u << 9)
#define DRIVE_SHIFT 10u
#define FUNCTION_SHIFT 12u
#define GPIO_FUNCTION 1u

uint32_t r_rom_gpio_input_get(void) { return GPIO_IN; }
void r_rom_gpio_output_set(uint32_t set, uint32_t clear, uint32_t enable, uint32_t disable) {
  GPIO_OUT_W1TS = set;
  GPIO_OUT_W1TC = clear;
  GPIO_ENABLE_W1TS = enable;
  GPIO_ENABLE_W1TC = disable;
}
void r_rom_gpio_output_enable(uint32_t pin) { GPIO_ENABLE_W1TS = 1u << pin; }
void r_rom_gpio_output_disable(uint32_t pin) { GPIO_ENABLE_W1TC = 1u << pin; }
void r_rom_gpio_matrix_in(uint32_t pin, uint32_t signal, bool invert) {
  GPIO_FUNC_IN_SEL(signal) = pin | (uint32_t)invert << 5 | 1u << 6;
}
void r_rom_gpio_bypass_matrix_in(uint32_t signal) { GPIO_FUNC_IN_SEL(signal) &= ~(1u << 6); }
void r_rom_gpio_matrix_out(uint32_t pin, uint32_t signal, bool invert, bool invert_enable) {
  GPIO_ENABLE_W1TS = 1u << pin;
  GPIO_FUNC_OUT_SEL(pin) = signal | (uint32_t)invert << 8 | (uint32_t)invert_enable << 10;
}
void r_rom_gpio_pad_select_gpio(uint32_t pin) {
  IO_MUX_PIN(pin) = (IO_MUX_PIN(pin) & ~(7u << FUNCTION_SHIFT)) | GPIO_FUNCTION << FUNCTION_SHIFT;
}
void r_rom_gpio_pad_set_drv(uint32_t pin, uint32_t strength) {
  IO_MUX_PIN(pin) = (IO_MUX_PIN(pin) & ~(3u << DRIVE_SHIFT)) | strength << DRIVE_SHIFT;
}
void r_rom_gpio_pad_pullup(uint32_t pin) {
  IO_MUX_PIN(pin) = (IO_MUX_PIN(pin) & ~PULL_DOWN) | PULL_UP;
}
void r_rom_gpio_pad_pulldown(uint32_t pin) {
  IO_MUX_PIN(pin) = (IO_MUX_PIN(pin) & ~PULL_UP) | PULL_DOWN;
}
void r_rom_gpio_pad_input_enable(uint32_t pin) { IO_MUX_PIN(pin) |= INPUT_ENABLE; }
void r_rom_gpio_pad_input_disable(uint32_t pin) { IO_MUX_PIN(pin) &= ~INPUT_ENABLE; }
void r_rom_gpio_pad_hold(uint32_t pin) { RTC_DIG_PAD_HOLD |= 1u << pin; }
void r_rom_gpio_pad_unhold(uint32_t pin) { RTC_DIG_PAD_HOLD &= ~(1u << pin); }

void r_intr_matrix_set(int core, uint32_t source, uint32_t line) {
  (void)core;
  INTERRUPT_MAP(source) = line;
}
void r_esprv_intc_int_set_priority(int line, int priority) {
  INTERRUPT_PRIORITY(line) = (uint32_t)priority;
}
void r_esprv_intc_int_set_threshold(int threshold) { INTERRUPT_THRESHOLD = (uint32_t)threshold; }
void r_esprv_intc_int_enable(uint32_t lines) { INTERRUPT_ENABLE |= lines; }
void r_esprv_intc_int_disable(uint32_t lines) { INTERRUPT_ENABLE &= ~lines; }
void r_esprv_intc_int_set_type(int line, bool edge) {
  INTERRUPT_TYPE = (INTERRUPT_TYPE & ~(1u << line)) | (uint32_t)edge << line;
}
void r_ets_isr_mask(uint32_t lines) { INTERRUPT_ENABLE &= ~lines; }
void r_ets_isr_unmask(uint32_t lines) { INTERRUPT_ENABLE |= lines; }
/* The compiler's runtime library is chosen by an architecture that doesn't name its CSRs. */
#define WITH_CSRS(text) ".option push\n.option arch, +zicsr\n" text "\n.option pop"
void r_ets_intr_lock(void) { __asm volatile(WITH_CSRS("csrci mstatus, 8") ::: "memory"); }
void r_ets_intr_unlock(void) { __asm volatile(WITH_CSRS("csrsi mstatus, 8") ::: "memory"); }
