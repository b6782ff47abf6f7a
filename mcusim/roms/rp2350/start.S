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

/* void *table_lookup(uint32_t code, uint32_t mask): 0 where there is no entry. All functions are for
 * Secure code (mask 4); 0x40 asks for data. */
.thumb_func
.global table_lookup
table_lookup:
  ldr r2, =data_table
  tst r1, #0x40
  bne 1f
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
  entry 'I', 'F', connect_internal_flash + 1
  entry 'E', 'X', flash_exit_xip + 1
  entry 'R', 'E', flash_range_erase + 1
  entry 'R', 'P', flash_range_program + 1
  entry 'C', 'X', flash_enter_cmd_xip + 1
  entry 'F', 'O', flash_op + 1
  .hword 0

/* Of data, where it is. FLASH_DEVINFO16 is a halfword of the boot RAM, which this points to. */
.balign 4
data_table:
  entry 'F', 'D', devinfo_pointer
  .hword 0
.balign 4
devinfo_pointer:
  .word 0x400E0100

.text
/* void state_reset(uint32_t flags): the ROM keeps no state. */
.thumb_func
state_reset:
  bx lr

/* Has the flash execute in place as it did after boot: EBh, four wires, a third of the clock. The
 * boot RAM begins with a copy, which firmware runs after it has changed the flash: it must not
 * depend on where it is. */
.balign 4
xip_setup_image:
.thumb_func
.global xip_setup
xip_setup:
  ldr r0, 1f              /* QMI */
  ldr r1, 1f + 4
  str r1, [r0, #0x0C]     /* M0_TIMING */
  ldr r1, 1f + 8
  str r1, [r0, #0x10]     /* M0_RFMT */
  ldr r1, 1f + 12
  str r1, [r0, #0x14]     /* M0_RCMD */
  ldr r1, 1f + 16
  str r1, [r0]            /* DIRECT_CSR: off */
  bx lr
.balign 4
1:
  .word 0x400D0000, 0x40000203, 0x000192A8, 0x0000A0EB, 0x01800000
xip_setup_end:

/* Puts the copy there, and what flash there is behind it: 4 MB at chip select 0. */
fill_boot_ram:
  ldr r0, =xip_setup_image
  ldr r1, =xip_setup_end
  ldr r2, =0x400E0000
1:
  ldr r3, [r0], #4
  str r3, [r2], #4
  cmp r0, r1
  bne 1b
  ldr r3, =0x400E0100
  mov r0, #0x0A00
  str r0, [r3]
  bx lr

/* Both cores begin here, with one stack between them: core 1 uses none. */
.thumb_func
.global _start
_start:
  mov r0, #0xD0000000     /* SIO.CPUID */
  ldr r0, [r0]
  cmp r0, #0
  bne wait_for_vector
  bl fill_boot_ram
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
