// SPDX-License-Identifier: GPL-2.0-or-later
/** Functions on strings and memory that would run past a buffer whose size the compiler knows. */
import { SETTING, type BugCase } from '../bug-case.ts';

const setting = SETTING.FORTIFY;

interface Overflow {
  /** Lines before it, of both drivers. */
  readonly before?: readonly string[];
  readonly bad: string;
  readonly good: string;
  readonly says: string;
}

const KILLED = 139;
/** What follows the warning. */
const BUG = 'kernel BUG at lib/string_helpers.c:1048!';

/** `buffer` has 16 bytes and `other` 32; neither has a NUL unless `before` puts one there. */
function overflow(name: string, { before = [], bad, good, says }: Overflow): BugCase {
  const body = [
    '  const buffer: Ptr<u8> = kmalloc(16, GFP_KERNEL); // ALLOC buffer 16',
    '  const other: Ptr<u8> = kmalloc(32, GFP_KERNEL); // ALLOC other 32',
    '  memset(buffer, 65, 16);',
    '  memset(other, 66, 32);',
    '  other[31] = 0;',
    ...before.map((line) => `  ${line}`),
    `- ${bad}; // BAD trap`,
    `+ ${good};`,
    '  kfree(other);',
    '  kfree(buffer);',
  ].join('\n');
  return { id: `fortify/${name}`, body, says: [[says]], besides: [BUG], status: KILLED, setting };
}

function said(name: string, sizeBytes: number, what: 'read' | 'write', of: number): string {
  return `${name}: detected buffer overflow: ${sizeBytes} byte ${what} of buffer size ${of}`;
}

export const FORTIFY_CASES: readonly BugCase[] = [
  overflow('strlen', {
    bad: 'strlen(buffer)',
    good: 'strlen(other)',
    says: said('strlen', 17, 'read', 16),
  }),
  overflow('strnlen', {
    bad: 'strnlen(buffer, 17)',
    good: 'strnlen(buffer, 16)',
    says: said('strnlen', 17, 'read', 16),
  }),
  overflow('strncpy', {
    bad: 'strncpy(buffer, other, 17)',
    good: 'strncpy(buffer, other, 16)',
    says: said('strncpy', 17, 'write', 16),
  }),
  overflow('strcat', {
    before: ['buffer[2] = 0;', 'other[14] = 0;'],
    bad: 'strcat(buffer, other)',
    good: 'strcat(buffer, "1234567890123")',
    says: said('strcat', 17, 'write', 16),
  }),
  overflow('strncat', {
    before: ['buffer[2] = 0;'],
    bad: 'strncat(buffer, other, 14)',
    good: 'strncat(buffer, other, 13)',
    says: said('strncat', 17, 'write', 16),
  }),
  overflow('strlcat', {
    before: ['buffer[2] = 0;'],
    bad: 'strlcat(buffer, other, 17)',
    good: 'strlcat(buffer, other, 16)',
    says: said('strlcat', 17, 'write', 16),
  }),
  overflow('memmove', {
    bad: 'memmove(buffer, other, 17)',
    good: 'memmove(buffer, other, 16)',
    says: said('memmove', 17, 'write', 16),
  }),
  overflow('memscan', {
    bad: 'memscan(buffer, 66, 17)',
    good: 'memscan(buffer, 66, 16)',
    says: said('memscan', 17, 'read', 16),
  }),
  overflow('memchr', {
    bad: 'memchr(buffer, 66, 17)',
    good: 'memchr(buffer, 66, 16)',
    says: said('memchr', 17, 'read', 16),
  }),
  overflow('memchr_inv', {
    bad: 'memchr_inv(buffer, 65, 17)',
    good: 'memchr_inv(buffer, 65, 16)',
    says: said('memchr_inv', 17, 'read', 16),
  }),
  overflow('memcmp', {
    bad: 'memcmp(buffer, other, 17)',
    good: 'memcmp(buffer, other, 16)',
    says: said('memcmp', 17, 'read', 16),
  }),
  overflow('kmemdup', {
    bad: 'kfree(kmemdup(buffer, 17, GFP_KERNEL))',
    good: 'kfree(kmemdup(buffer, 16, GFP_KERNEL))',
    says: said('kmemdup', 17, 'read', 16),
  }),
];
