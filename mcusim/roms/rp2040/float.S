/* Single precision: arithmetic, correctly rounded.
 *
 * As long as they take on the chip, to a fifth or so (RP2040 datasheet 2.8.3.2.2, the averages of
 * its table; docs/rp2040.md). A mantissa lies at the top of a word, its first one dropped when it is
 * packed; the bit behind its last goes into carry, and carry rounds it. A round-up that overflows the
 * fraction raises the exponent by itself.
 */
.syntax unified
.cpu cortex-m0plus
.thumb
.text

.include "macros.inc"

.thumb_func
.global fsub
fsub:
  movs r2, #1
  lsls r2, r2, #31
  eors r1, r2
.thumb_func
.global fadd
fadd:
  push {r4, r5, r6, lr}
  lsls r2, r0, #1
  lsls r3, r1, #1
  lsrs r2, r2, #24        /* exponents: the larger one in r2, with its number in r0 */
  lsrs r3, r3, #24
  subs r4, r2, r3
  bpl 1f
  mov r5, r0
  mov r0, r1
  mov r1, r5
  subs r2, r2, r4
  adds r3, r3, r4
  rsbs r4, r4, #0
1:
  cmp r2, #255
  beq infinite_sum
  cmp r3, #0
  beq plus_zero
  cmp r4, #25
  bhi sum_is_first        /* less than half of its last bit, even below a power of two */
  movs r6, #1
  lsls r6, r6, #31
  movs r3, r0
  eors r3, r1             /* whether the signs differ: used as soon as r1 is aligned */
  lsls r5, r0, #8
  orrs r5, r6
  lsls r1, r1, #8
  orrs r1, r6
  lsrs r0, r0, #23        /* sign and exponent */
  movs r6, #32
  subs r6, r6, r4
  mov r2, r1
  lsls r2, r6
  lsrs r1, r4
  cmp r2, #0
  beq 2f
  movs r2, #1
  orrs r1, r2             /* what was lost */
2:
  cmp r3, #0
  bmi subtract_mantissas
  adds r1, r1, r5
  bcs 3f
  lsls r1, r1, #1
pack_sum:
  lsls r0, r0, #23
  lsrs r2, r1, #9
  bcc 5f
  lsls r1, r1, #24
  bne 4f
  movs r1, #1             /* a tie: to the even one */
  ands r1, r2
  adds r0, r0, r1
  b 5f
4:
  adds r0, #1
5:
  adds r0, r0, r2
  pop {r4, r5, r6, pc}
3:
  adds r0, #1             /* the sum has one bit more, which is the carry */
  uxtb r2, r0
  cmp r2, #255
  bne pack_sum
  lsls r0, r0, #23
  pop {r4, r5, r6, pc}

subtract_mantissas:
  subs r1, r5, r1
  beq nothing_left
  bcs 1f
  rsbs r1, r1, #0
  movs r2, #1
  lsls r2, r2, #8
  eors r0, r2
1:
  lsls r1, r1, #1
  bcs pack_sum
  uxtb r3, r0
  lsrs r2, r1, #24
  bne 3f
2:
  subs r3, #8             /* bits cancelled: eight at once, then one by one */
  lsls r1, r1, #8
  lsrs r2, r1, #24
  beq 2b
3:
  subs r3, #1
  lsls r1, r1, #1
  bcc 3b
  lsrs r0, r0, #8
  lsls r0, r0, #8
  cmp r3, #0
  ble 4f
  orrs r0, r3
  b pack_sum
4:
  lsls r0, r0, #23        /* too small: a zero with the sign */
sum_is_first:
  pop {r4, r5, r6, pc}
nothing_left:
  movs r0, #0
  pop {r4, r5, r6, pc}
plus_zero:
  cmp r2, #0
  bne sum_is_first
  ands r0, r1
  lsrs r0, r0, #31
  lsls r0, r0, #31
  pop {r4, r5, r6, pc}
infinite_sum:
  lsrs r0, r0, #23
  lsls r0, r0, #23
  pop {r4, r5, r6, pc}

.thumb_func
.global fmul
fmul:
  push {r4, r5, r6, lr}
  factors special_factor, special_factor
  adds r2, r2, r3
  subs r2, #127
  movs r5, #1
  lsls r5, r5, #31
  lsls r0, r0, #8
  orrs r0, r5
  lsls r1, r1, #8
  orrs r1, r5
  /* The upper word of the product from three of four products of half-words, whose low parts are
   * left out: at most 3 too low. */
  mov ip, r0
  lsrs r3, r0, #16
  lsrs r5, r1, #16
  uxth r6, r0
  muls r5, r3
  uxth r0, r1
  muls r3, r0
  lsrs r0, r1, #16
  muls r6, r0
  lsrs r3, r3, #16
  lsrs r6, r6, #16
  adds r5, r5, r3
  adds r5, r5, r6
  lsls r5, r5, #1
  bcs 1f
  lsls r5, r5, #1
  subs r2, #1
1:
  adds r2, #1
  /* Bits 8 to 0 decide on the rounding. Where what was left out could do so, all is computed. */
  movs r0, r5
  adds r0, #15
  lsls r0, r0, #23
  lsrs r0, r0, #27
  cmp r0, #16
  beq exact_product
pack_product:
  subs r3, r2, #1
  cmp r3, #253
  bhi product_out_of_range
  lsls r2, r2, #23
  orrs r2, r4
  lsrs r0, r5, #9
  adcs r0, r2
  pop {r4, r5, r6, pc}

exact_product:
  mov r6, r2
  mov r0, ip
  bl multiply
  mov r2, r6
  lsls r5, r1, #1
  bcs 1f
  lsls r5, r5, #1
1:
  movs r3, #1
  cmp r0, #0
  beq 2f
  orrs r5, r3             /* more than what r5 has */
2:
  lsls r0, r5, #23        /* the bits that decide, and before them the last of the fraction */
  lsrs r0, r0, #23
  lsls r3, r3, #8
  cmp r0, r3
  bne pack_product
  lsls r0, r5, #22
  bmi pack_product        /* a tie behind an odd one: up */
  subs r5, #1             /* behind an even one: down */
  b pack_product

special_factor:
  cmp r2, #255
  beq infinite_product
  cmp r3, #255
  beq infinite_product
  movs r0, r4
  pop {r4, r5, r6, pc}
product_out_of_range:
  movs r0, r4
  cmp r2, #0
  ble 1f
infinite_product:
  movs r0, #255
  lsls r0, r0, #23
  orrs r0, r4
1:
  pop {r4, r5, r6, pc}

/* int fcmp(f32, f32): -1, 0 or 1. */
.thumb_func
.global fcmp
fcmp:
  movs r3, #1
  lsls r3, r3, #24
  lsls r2, r0, #1
  subs r2, r2, r3
  lsrs r2, r2, #24        /* the exponent less one */
  cmp r2, #254
  bhs 4f
1:
  lsls r2, r1, #1
  subs r2, r2, r3
  lsrs r2, r2, #24
  cmp r2, #254
  bhs 6f
2:
  movs r2, r0
  ands r2, r1
  bmi 3f
  cmp r0, r1
  beq equal
  bgt greater
less:
  movs r0, #0
  mvns r0, r0
  bx lr
3:
  cmp r0, r1              /* both negative: the larger word is the lesser number */
  bgt less
  beq equal
greater:
  movs r0, #1
  bx lr
equal:
  movs r0, #0
  bx lr
4:
  beq 5f
  movs r0, #0
  b 1b
5:
  lsrs r0, r0, #23
  lsls r0, r0, #23
  b 1b
6:
  beq 7f
  movs r1, #0
  b 2b
7:
  lsrs r1, r1, #23
  lsls r1, r1, #23
  b 2b
