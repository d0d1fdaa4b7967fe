// SPDX-License-Identifier: GPL-2.0-or-later
/** Counts of references that leave their range. */
import { SETTING, type BugCase } from '../bug-case.ts';

type Counted = readonly [name: string, initial: string, operation: string, fine: string];

/** What lkdtm calls it, the count before, the operation on it, and a count at which it is fine. */
const TABLE: readonly Counted[] = [
  ['INC_OVERFLOW', 'REFCOUNT_MAX', 'refcount_inc(count)', '1'],
  ['ADD_OVERFLOW', 'REFCOUNT_MAX - 3', 'refcount_add(4, count)', '1'],
  ['INC_NOT_ZERO_OVERFLOW', 'REFCOUNT_MAX', 'refcount_inc_not_zero(count)', '1'],
  ['ADD_NOT_ZERO_OVERFLOW', 'REFCOUNT_MAX', 'refcount_add_not_zero(6, count)', '1'],
  ['DEC_ZERO', '1', 'refcount_dec(count)', '2'],
  ['DEC_NEGATIVE', '0', 'refcount_dec(count)', '2'],
  ['DEC_AND_TEST_NEGATIVE', '0', 'refcount_dec_and_test(count)', '1'],
  ['SUB_AND_TEST_NEGATIVE', '3', 'refcount_sub_and_test(5, count)', '5'],
  ['SUB_AND_TEST_ZERO', '0', 'refcount_sub_and_test(1, count)', '1'],
  ['INC_ZERO', '0', 'refcount_inc(count)', '1'],
  ['ADD_ZERO', '0', 'refcount_add(3, count)', '1'],
  ['INC_SATURATED', 'REFCOUNT_SATURATED', 'refcount_inc(count)', '1'],
  ['DEC_SATURATED', 'REFCOUNT_SATURATED', 'refcount_dec(count)', '2'],
  ['ADD_SATURATED', 'REFCOUNT_SATURATED', 'refcount_add(8, count)', '1'],
  ['INC_NOT_ZERO_SATURATED', 'REFCOUNT_SATURATED', 'refcount_inc_not_zero(count)', '1'],
  ['ADD_NOT_ZERO_SATURATED', 'REFCOUNT_SATURATED', 'refcount_add_not_zero(7, count)', '1'],
  ['DEC_AND_TEST_SATURATED', 'REFCOUNT_SATURATED', 'refcount_dec_and_test(count)', '2'],
  ['SUB_AND_TEST_SATURATED', 'REFCOUNT_SATURATED', 'refcount_sub_and_test(8, count)', '9'],
];

export const REFCOUNT_CASES: readonly BugCase[] = TABLE.map(
  ([name, initial, operation, fine]): BugCase => ({
    id: `lkdtm/REFCOUNT_${name}`,
    body: `
  const count: Ptr<refcount_t> = kmalloc(refcount_t.size, GFP_KERNEL); // ALLOC count 4
- refcount_set(count, ${initial});
- ${operation}; // BAD trap
- println((refcount_read(count) | 0) === (REFCOUNT_SATURATED | 0) ? "saturated" : "still counts");
+ refcount_set(count, ${fine});
+ ${operation};
  kfree(count);`,
    // Whatever went wrong, the count never gets near 0 or its largest again.
    prints: ['saturated'],
    setting: SETTING.REFCOUNT,
  }),
);
