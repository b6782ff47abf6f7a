/* The first instructions: what the ROM and the second-stage bootloader leave to an application. */

  .section .text.boot
  .globl r_boot
/* a0: the application's entry point, from the loader. */
r_boot:
  la sp, __rom_stack
  mv s0, a0
  call r_prepare
  jr s0

/* A slot of the table without a service: t0 is the address behind it. */
  .globl r_missing
r_missing:
  addi t0, t0, -4
  li t1, 0x600FF000
  sw t0, 0(t1)
1:
  j 1b

  .text
/* int setjmp(jmp_buf): ra, sp, s0 to s11. */
  .globl r_setjmp
r_setjmp:
  sw ra, 0(a0)
  sw sp, 4(a0)
  sw s0, 8(a0)
  sw s1, 12(a0)
  sw s2, 16(a0)
  sw s3, 20(a0)
  sw s4, 24(a0)
  sw s5, 28(a0)
  sw s6, 32(a0)
  sw s7, 36(a0)
  sw s8, 40(a0)
  sw s9, 44(a0)
  sw s10, 48(a0)
  sw s11, 52(a0)
  li a0, 0
  ret

  .globl r_longjmp
r_longjmp:
  lw ra, 0(a0)
  lw sp, 4(a0)
  lw s0, 8(a0)
  lw s1, 12(a0)
  lw s2, 16(a0)
  lw s3, 20(a0)
  lw s4, 24(a0)
  lw s5, 28(a0)
  lw s6, 32(a0)
  lw s7, 36(a0)
  lw s8, 40(a0)
  lw s9, 44(a0)
  lw s10, 48(a0)
  lw s11, 52(a0)
  seqz a0, a1
  add a0, a0, a1
  ret

/* void ets_delay_us(uint32_t us): a loop of four cycles, a subtraction and a taken branch. */
  .globl r_ets_delay_us
  .balign 4
r_ets_delay_us:
  la t0, ticks_per_us
  lw t0, 0(t0)
  mul a0, a0, t0
  srli a0, a0, 2
  beqz a0, 2f
1:
  addi a0, a0, -1
  bnez a0, 1b
2:
  ret
