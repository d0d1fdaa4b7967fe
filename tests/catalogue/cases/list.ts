// SPDX-License-Identifier: GPL-2.0-or-later
/** Lists whose links were overwritten, and entries that are added or deleted twice. */
import { SETTING, type BugCase } from '../bug-case.ts';

const setting = SETTING.LIST;

const HEAD = `
  const head: Ptr<list_head> = kmalloc(list_head.size, GFP_KERNEL); // ALLOC head 16
  INIT_LIST_HEAD(head);`;
const OTHER =
  '  const other: Ptr<list_head> = kzalloc(list_head.size, GFP_KERNEL); // ALLOC other 16';
const ENTRY =
  '  const entry: Ptr<list_head> = kmalloc(list_head.size, GFP_KERNEL); // ALLOC entry 16';
/** As in lkdtm, where an entry of a list is overwritten by the address of something else. */
const ELSEWHERE =
  'const elsewhere: Ptr<list_head> = kzalloc(list_head.size, GFP_KERNEL); // ALLOC elsewhere 16';

/** A list of two, of which something is overwritten before an operation that looks at it. */
function corrupt(
  id: string,
  spoil: string | readonly string[],
  operation: string,
  says: string,
): BugCase {
  const body = `${HEAD}
${OTHER}
${ENTRY}
  list_add(other, head);
${operation.startsWith('list_del') ? '  list_add(entry, head);' : ''}
${[spoil]
  .flat()
  .map((line) => `- ${line}`)
  .join('\n')}
- ${operation}; // BAD trap
+ ${operation};`;
  return { id, body, says: [[says]], setting };
}

export const LIST_CASES: readonly BugCase[] = [
  corrupt(
    'list-debug/add_prev_null',
    'head.$.prev = NULL;',
    'list_add_tail(entry, head)',
    'list_add corruption. prev is NULL.',
  ),
  corrupt(
    'list-debug/add_next_null',
    'head.$.next = NULL;',
    'list_add(entry, head)',
    'list_add corruption. next is NULL.',
  ),
  corrupt(
    'list-debug/add_next_prev',
    'other.$.prev = entry;',
    'list_add(entry, head)',
    'list_add corruption. next->prev should be prev ({head}), but was {entry}. (next={other}).',
  ),
  corrupt(
    'list-debug/add_prev_next',
    'other.$.next = entry;',
    'list_add_tail(entry, head)',
    'list_add corruption. prev->next should be next ({head}), but was {entry}. (prev={other}).',
  ),
  corrupt(
    'list-debug/del_poison1',
    'list_del(entry);',
    'list_del(entry)',
    'list_del corruption, {entry}->next is LIST_POISON1 (dead000000000100)',
  ),
  corrupt(
    'list-debug/del_poison2',
    'entry.$.prev = LIST_POISON2;',
    'list_del(entry)',
    'list_del corruption, {entry}->prev is LIST_POISON2 (dead000000000122)',
  ),
  corrupt(
    'list-debug/del_prev_next',
    'head.$.next = other;',
    'list_del(entry)',
    'list_del corruption. prev->next should be {entry}, but was {other}. (prev={head})',
  ),
  corrupt(
    'list-debug/del_next_prev',
    'other.$.prev = head;',
    'list_del(entry)',
    'list_del corruption. next->prev should be {entry}, but was {head}. (next={other})',
  ),
  corrupt(
    'list-debug/del_null',
    'entry.$.next = NULL;',
    'list_del(entry)',
    'list_del corruption, {entry}->next is NULL',
  ),
  corrupt(
    'lkdtm/CORRUPT_LIST_ADD',
    [ELSEWHERE, 'head.$.next = elsewhere;'],
    'list_add(entry, head)',
    'list_add corruption. next->prev should be prev ({head}), but was {NULL}. (next={elsewhere}).',
  ),
  corrupt(
    'lkdtm/CORRUPT_LIST_DEL',
    [ELSEWHERE, 'entry.$.next = elsewhere;'],
    'list_del(entry)',
    'list_del corruption. next->prev should be {entry}, but was {NULL}. (next={elsewhere})',
  ),
];
