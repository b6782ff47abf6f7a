/* Functions that give two results in registers. The sine has its cosine beside it: the SDK takes it
 * from there (pico-sdk, float_aeabi_rp2040.S, sincosf). */
.syntax unified
.cpu cortex-m0plus
.thumb
.text

/* Sine in r0, cosine in r1. */
.thumb_func
.global fsincos
fsincos:
  push {r4, lr}
  sub sp, #8
  mov r1, r0
  mov r0, sp
  bl float_sincos
  pop {r0, r1}
  pop {r4, pc}

/* Sine in r0:r1, cosine in r2:r3. */
.thumb_func
.global dsincos
dsincos:
  push {r4, lr}
  sub sp, #16
  mov r2, r0
  mov r3, r1
  mov r0, sp
  bl double_sincos
  pop {r0, r1, r2, r3}
  pop {r4, pc}

.section .tables, "a"
.balign 4
soft_float_table_size:
.global soft_float_table_size
  .byte 32, 0
  .hword 32               /* of words; the byte that firmware reads lies two before a table */
.global soft_float_table
soft_float_table:
  .word fadd + 1, fsub + 1, fmul + 1, fdiv + 1, fcmp + 1, fcmp + 1, fsqrt + 1
  .word float2int + 1, float2fix + 1, float2uint + 1, float2ufix + 1
  .word int2float + 1, fix2float + 1, uint2float + 1, ufix2float + 1
  .word fcos + 1, fsincos + 1, ftan + 1, fsincos + 1, fexp + 1, fln + 1
  .word fcmp + 1, fatan2 + 1, int642float + 1, fix642float + 1, uint642float + 1, ufix642float + 1
  .word float2int64 + 1, float2fix64 + 1, float2uint64 + 1, float2ufix64 + 1, float2double + 1
  .hword 0, 32
.global soft_double_table
soft_double_table:
  .word dadd + 1, dsub + 1, dmul + 1, ddiv + 1, dcmp + 1, dcmp + 1, dsqrt + 1
  .word double2int + 1, double2fix + 1, double2uint + 1, double2ufix + 1
  .word int2double + 1, fix2double + 1, uint2double + 1, ufix2double + 1
  .word dcos + 1, dsincos + 1, dtan + 1, dsincos + 1, dexp + 1, dln + 1
  .word dcmp + 1, datan2 + 1, int642double + 1, fix642double + 1, uint642double + 1
  .word ufix642double + 1
  .word double2int64 + 1, double2fix64 + 1, double2uint64 + 1, double2ufix64 + 1, double2float + 1
