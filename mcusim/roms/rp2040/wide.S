/* 64-bit arithmetic that the compiler calls for, without its library. */
.syntax unified
.cpu cortex-m0plus
.thumb
.text

/* uint64_t multiply(uint32_t r0, uint32_t r1): four products of half-words. */
.thumb_func
.global multiply
multiply:
  push {r4, r5, lr}
  uxth r2, r0
  lsrs r3, r0, #16
  lsrs r5, r1, #16
  uxth r4, r1
  mov r0, r2
  muls r0, r4             /* low low */
  muls r4, r3             /* high low */
  muls r2, r5             /* low high */
  muls r3, r5             /* high high */
  movs r1, #0
  adds r4, r2
  adcs r1, r1             /* carry of the middle sum */
  lsls r1, r1, #16
  lsrs r5, r4, #16
  adds r1, r5
  lsls r4, r4, #16
  adds r0, r4
  adcs r1, r3
  pop {r4, r5, pc}

/* uint64_t __aeabi_lmul(uint64_t, uint64_t): the low 64 bits of the product. */
.thumb_func
.global __aeabi_lmul
__aeabi_lmul:
  push {r4, r5, lr}
  muls r1, r2
  muls r3, r0
  adds r4, r1, r3         /* what only the upper word sees */
  mov r1, r2
  bl multiply
  adds r1, r4
  pop {r4, r5, pc}

/* uint64_t __aeabi_llsl(uint64_t, int) */
.thumb_func
.global __aeabi_llsl
__aeabi_llsl:
  subs r2, #32
  bpl 1f
  adds r2, #32
  movs r3, #32
  subs r3, r2
  lsls r1, r2
  push {r0}
  lsrs r0, r3
  orrs r1, r0
  pop {r0}
  lsls r0, r2
  bx lr
1:
  mov r1, r0
  lsls r1, r2
  movs r0, #0
  bx lr

/* uint64_t __aeabi_llsr(uint64_t, int) */
.thumb_func
.global __aeabi_llsr
__aeabi_llsr:
  subs r2, #32
  bpl 1f
  adds r2, #32
  movs r3, #32
  subs r3, r2
  lsrs r0, r2
  push {r1}
  lsls r1, r3
  orrs r0, r1
  pop {r1}
  lsrs r1, r2
  bx lr
1:
  mov r0, r1
  lsrs r0, r2
  movs r1, #0
  bx lr

/* int64_t __aeabi_lasr(int64_t, int) */
.thumb_func
.global __aeabi_lasr
__aeabi_lasr:
  subs r2, #32
  bpl 1f
  adds r2, #32
  movs r3, #32
  subs r3, r2
  lsrs r0, r2
  push {r1}
  lsls r1, r3
  orrs r0, r1
  pop {r1}
  asrs r1, r2
  bx lr
1:
  mov r0, r1
  asrs r0, r2
  asrs r1, r1, #31
  bx lr
