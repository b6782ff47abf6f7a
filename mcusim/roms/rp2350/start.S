/* Vector table, the table that firmware looks functions up in, and the first steps of both cores.
 *
 * The layout of the first 32 bytes, the codes of the table and the words that launch core 1 are the
 * interface that firmware relies on (pico-sdk, pico/bootrom.h and pico_multicore). The code is
 * mcusim's own.
 */
.syntax unified
.cpu cortex-m33
.thumb

.section .vectors, "ax"
.word 0x20082000          /* the end of RAM */
.word _start
.word hang                /* NMI */
.word hang                /* HardFault */
.byte 'M', 'u', 2, 2      /* magic, layout version, ROM version */
.hword function_table
.hword table_lookup + 1
.hword 0
.hword 0

/* void *table_lookup(uint32_t code, uint32_t mask): 0 where there is no entry. All are for Secure
 * code (mask 4). */
.thumb_func
.global table_lookup
table_lookup:
  tst r1, #4
  beq 2f
  ldr r2, =function_table
1:
  ldrh r3, [r2]
  cbz r3, 2f
  cmp r3, r0
  beq 3f
  adds r2, #4
  b 1b
3:
  ldrh r0, [r2, #2]
  bx lr
2:
  movs r0, #0
  bx lr

.thumb_func
.global hang
hang:
  wfi
  b hang

.macro entry a, b, place
  .byte \a, \b
  .hword \place
.endm

.balign 4
function_table:
  entry 'S', 'R', state_reset + 1
  entry 'W', 'V', wait_for_vector + 1
  entry 'R', 'B', reboot + 1
  entry 'G', 'S', get_sys_info + 1
  entry 'F', 'C', flash_flush_cache + 1
  entry 'I', 'F', no_flash_function + 1
  entry 'E', 'X', no_flash_function + 1
  entry 'R', 'E', no_flash_function + 1
  entry 'R', 'P', no_flash_function + 1
  entry 'C', 'X', no_flash_function + 1
  .hword 0

.text
/* void state_reset(uint32_t flags): the ROM keeps no state. */
.thumb_func
state_reset:
  bx lr

/* The cache of XIP holds nothing that was not written since. */
.thumb_func
flash_flush_cache:
  bx lr

/* Both cores begin here, with one stack between them: core 1 uses none. */
.thumb_func
.global _start
_start:
  mov r0, #0xD0000000     /* SIO.CPUID */
  ldr r0, [r0]
  cmp r0, #0
  bne wait_for_vector
  bl boot_from_flash
  b hang

.include "../launch_core1.inc"

/* Runs the image whose vector table is at r0, from r1, with the stack r2. */
.thumb_func
.global enter_image
enter_image:
  ldr r3, =0xE000ED08     /* VTOR */
  str r0, [r3]
  msr msp, r2
  bx r1
.ltorg
