/* Double precision: sum, product and comparison, correctly rounded.
 *
 * As in single precision, with mantissas whose first bit is bit 20 of the upper word, and behind
 * them a word of what was lost.
 */
.syntax unified
.cpu cortex-m0plus
.thumb
.text

.include "macros.inc"

/* x:low = x times y, with y, t and u changed. */
.macro product low, x, y, t, u
  uxth \t, \x
  lsrs \x, \x, #16
  uxth \u, \y
  lsrs \y, \y, #16
  movs \low, \t
  muls \low, \u
  muls \t, \y
  muls \u, \x
  muls \x, \y
  movs \y, #0
  adds \t, \t, \u
  adcs \y, \y
  lsls \y, \y, #16
  adds \x, \x, \y
  lsls \u, \t, #16
  lsrs \t, \t, #16
  adds \low, \low, \u
  adcs \x, \t
.endm

/* r1:r0 times r3:r2 but for the product of the upper words: r7 and r0 are the product's lower half,
 * r3:r1 is what its upper half begins with. The factors are left on the stack. */
.macro lower_products
  push {r0, r1, r2, r3}
  product r7, r0, r2, r5, r6
  ldr r1, [sp]
  product r4, r1, r3, r5, r6
  adds r0, r0, r4
  movs r2, #0
  adcs r1, r2
  ldr r2, [sp, #4]
  ldr r3, [sp, #8]
  product r4, r2, r3, r5, r6
  adds r0, r0, r4
  adcs r1, r2
  movs r3, #0
  adcs r3, r3
.endm

plus_zero:
  cmp r4, #0
  bne sum_is_first
  ands r1, r3
infinite_sum:
  lsrs r1, r1, #20
  lsls r1, r1, #20
  movs r0, #0
  cmp r4, #0
  bne sum_is_first
  lsrs r1, r1, #31
  lsls r1, r1, #31
sum_is_first:
  pop {r4, r5, r6, r7, pc}

.thumb_func
.global dsub
dsub:
  push {r4, r5, r6, r7, lr}
  movs r4, #1
  lsls r4, r4, #31
  eors r3, r4
  b 1f
.thumb_func
.global dadd
dadd:
  push {r4, r5, r6, r7, lr}
1:
  exponent r4, r1
  exponent r5, r3
  subs r6, r4, r5
  bpl 2f
  mov r7, r0              /* the one with the larger exponent comes first */
  mov r0, r2
  mov r2, r7
  mov r7, r1
  mov r1, r3
  mov r3, r7
  subs r4, r4, r6
  adds r5, r5, r6
  rsbs r6, r6, #0
2:
  adds r7, r4, #1
  lsrs r7, r7, #11
  bne infinite_sum
  cmp r5, #0
  beq plus_zero
  cmp r6, #54
  bhi sum_is_first
  movs r5, r1
  eors r5, r3
  mov ip, r5              /* whether the signs differ */
  movs r7, #1
  lsls r7, r7, #20
  lsls r3, r3, #12
  lsrs r3, r3, #12
  orrs r3, r7
  lsrs r4, r1, #20        /* sign and exponent */
  lsls r1, r1, #12
  lsrs r1, r1, #12
  orrs r1, r7
  /* The other one is aligned; r5: what it loses. */
  movs r7, #32
  subs r7, r7, r6
  bmi 3f
  movs r5, r2
  lsls r5, r7
  lsrs r2, r6
  mov lr, r3
  lsls r3, r7
  orrs r2, r3
  mov r3, lr
  lsrs r3, r6
  b 5f
3:
  subs r6, #32
  adds r7, #32
  movs r5, r3
  lsls r5, r7
  mov lr, r2
  lsls r2, r7
  beq 4f
  movs r2, #1
4:
  orrs r5, r2
  mov r2, lr
  lsrs r2, r6
  orrs r5, r2
  movs r2, r3
  lsrs r2, r6
  movs r3, #0
5:
  mov r6, ip
  cmp r6, #0
  bmi subtract_mantissas
  adds r0, r0, r2
  adcs r1, r3
  lsrs r2, r1, #21
  bne 6f
/* Packs r1:r0, whose first bit is bit 20 of r1, with sign and exponent in r4; r5 rounds it. */
pack:
  subs r4, #1
  lsls r4, r4, #20
  adds r1, r1, r4
  lsls r5, r5, #1
  bcc 2f
  bne 1f
  lsrs r2, r0, #1         /* a tie: to the even one */
  bcc 2f
1:
  adds r0, #1
  bcc 2f
  adds r1, #1
2:
  pop {r4, r5, r6, r7, pc}
6:
  movs r2, r5             /* the sum has one bit more */
  beq 7f
  movs r2, #1
7:
  lsls r5, r0, #31
  orrs r5, r2
  lsrs r0, r0, #1
  lsls r2, r1, #31
  orrs r0, r2
  lsrs r1, r1, #1
  adds r4, #1
  adds r2, r4, #1
  lsls r2, r2, #21
  bne pack
  lsls r1, r4, #20
  movs r0, #0
  pop {r4, r5, r6, r7, pc}

subtract_mantissas:
  rsbs r5, r5, #0
  sbcs r0, r2
  sbcs r1, r3
  bpl 1f
  mvns r1, r1             /* equal exponents: nothing was lost */
  rsbs r0, r0, #0
  bne 0f
  adds r1, #1
0:
  movs r2, #1
  lsls r2, r2, #11
  eors r4, r2
1:
  lsrs r2, r1, #20
  bne pack
  movs r2, r0
  orrs r2, r1
  orrs r2, r5
  beq nothing_left
  lsls r6, r4, #21
  lsrs r6, r6, #21
2:
  lsrs r2, r1, #12
  bne 3f
  subs r6, #8             /* bits cancelled: eight at once, then one by one */
  lsls r1, r1, #8
  lsrs r2, r0, #24
  orrs r1, r2
  lsls r0, r0, #8
  lsrs r2, r5, #24
  orrs r0, r2
  lsls r5, r5, #8
  b 2b
3:
  lsrs r2, r1, #20
  bne 4f
  subs r6, #1
  adds r5, r5, r5
  adcs r0, r0
  adcs r1, r1
  b 3b
4:
  lsrs r4, r4, #11
  lsls r4, r4, #11
  cmp r6, #0
  ble 5f
  orrs r4, r6
  b pack
5:
  lsls r1, r4, #20        /* too small: a zero with the sign */
  movs r0, #0
  pop {r4, r5, r6, r7, pc}
nothing_left:
  movs r0, #0
  movs r1, #0
  pop {r4, r5, r6, r7, pc}

special_factor:
  mov lr, r6
  adds r4, #1
  lsrs r4, r4, #11
  bne 1f
  adds r5, #1
  lsrs r5, r5, #11
  bne 1f
  b zero_with_sign
1:
  b infinity_with_sign

.thumb_func
.global dmul
dmul:
  push {r4, r5, r6, r7, lr}
  exponent r4, r1
  exponent r5, r3
  movs r6, r1
  eors r6, r3
  lsrs r6, r6, #31
  lsls r6, r6, #11
  special r4, r7, special_factor
  special r5, r7, special_factor
  adds r4, r4, r5
  mov ip, r4
  mov lr, r6
  movs r7, #1
  lsls r7, r7, #31
  lsls r1, r1, #11
  lsrs r6, r0, #21
  orrs r1, r6
  orrs r1, r7
  lsls r0, r0, #11
  lsls r3, r3, #11
  lsrs r6, r2, #21
  orrs r3, r6
  orrs r3, r7
  lsls r2, r2, #11
  lower_products
  orrs r7, r0             /* the lower half of the product only tells whether there is more */
  ldr r2, [sp, #4]
  ldr r0, [sp, #12]
  product r4, r2, r0, r5, r6
  adds r4, r4, r1
  adcs r2, r3
  add sp, #16
  mov r3, ip
  cmp r2, #0
  bmi 1f
  adds r4, r4, r4
  adcs r2, r2
  subs r3, #1
1:
  ldr r5, =1022
  subs r3, r3, r5         /* the exponent */
  lsls r5, r4, #21
  cmp r7, #0
  beq 2f
  movs r7, #1
  orrs r5, r7
2:
  lsrs r0, r4, #11
  lsls r6, r2, #21
  orrs r0, r6
  lsrs r1, r2, #11
/* Packs as above, with the exponent in r3 not yet known to fit, and the sign in lr. */
.global pack_in_range
pack_in_range:
  cmp r3, #0
  ble zero_with_sign
  ldr r2, =2047
  cmp r3, r2
  bge infinity_with_sign
  mov r4, lr
  orrs r4, r3
  b pack
.global zero_with_sign
zero_with_sign:
  mov r4, lr
  b 1f
.global infinity_with_sign
infinity_with_sign:
  mov r4, lr
  ldr r1, =2047
  orrs r4, r1
1:
  lsls r1, r4, #20
  movs r0, #0
  pop {r4, r5, r6, r7, pc}
.ltorg

/* int dcmp(f64, f64): -1, 0 or 1. */
.thumb_func
.global dcmp
dcmp:
  push {r4, r5, r6, lr}
  exponent r4, r1
  special r4, r5, 5f
1:
  exponent r4, r3
  special r4, r5, 7f
2:
  movs r4, r1
  ands r4, r3
  bmi 4f
  cmp r1, r3
  blt less
  bgt greater
  cmp r0, r2
  beq equal
  bhi greater
less:
  movs r0, #0
  mvns r0, r0
  pop {r4, r5, r6, pc}
4:
  cmp r1, r3              /* both negative: the larger word is the lesser number */
  bgt less
  blt greater
  cmp r0, r2
  beq equal
  bhi less
greater:
  movs r0, #1
  pop {r4, r5, r6, pc}
equal:
  movs r0, #0
  pop {r4, r5, r6, pc}
5:
  movs r0, #0
  lsrs r1, r1, #20
  lsls r1, r1, #20
  cmp r4, #0
  bne 1b
  movs r1, #0
  b 1b
7:
  movs r2, #0
  lsrs r3, r3, #20
  lsls r3, r3, #20
  cmp r4, #0
  bne 2b
  movs r3, #0
  b 2b

/* uint64_t high64(uint64_t, uint64_t): the upper half of the product. */
.thumb_func
.global high64
high64:
  push {r4, r5, r6, r7, lr}
  lower_products
  ldr r2, [sp, #4]
  ldr r4, [sp, #12]
  product r0, r2, r4, r5, r6
  adds r0, r0, r1
  adcs r2, r3
  movs r1, r2
  add sp, #16
  pop {r4, r5, r6, r7, pc}
