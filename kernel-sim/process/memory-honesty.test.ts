// SPDX-License-Identifier: GPL-2.0-or-later
/** Memory is given back: after much work a machine has what it had before, to the byte. */
import { describe, expect, it } from 'vitest';

import { runScript } from '../../tests/support/machine.ts';

/** Prints what is free before and after `work`, which is done once before that, to warm up. */
function freeBytes(work: string, more = ''): { before: number; after: number; status: number } {
  const script = `
work() {
${work}
}
free_kib() {
  while read -r name kib unit; do [ $name = MemFree: ] && echo $kib; done < /proc/meminfo
}
work; free_kib > /dev/null; free_kib
work; ${more}
free_kib; free_kib > /dev/null`;
  const result = runScript(script, { cmdline: 'kasan=off' });
  const [before = NaN, after = NaN] = result.stdout.trim().split('\n').map(Number);
  return { before, after, status: result.status };
}

const WORK: readonly [string, string][] = [
  ['processes', 'i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i + 1)); done'],
  ['subshells', 'i=0; while [ $i -lt 200 ]; do (:); i=$((i + 1)); done'],
  ['jobs', 'i=0; while [ $i -lt 40 ]; do sleep 0.01 & i=$((i + 1)); done; wait'],
  ['pipes', 'i=0; while [ $i -lt 100 ]; do echo x | cat | cat > /dev/null; i=$((i + 1)); done'],
  ['full pipes', 'dd if=/dev/zero bs=64k count=20 2> /dev/null | head -c 100000 > /dev/null'],
  [
    'files',
    'mkdir /tmp/d; i=0; while [ $i -lt 100 ]; do echo $i > /tmp/d/$i; i=$((i + 1)); done\n' +
      'rm -r /tmp/d',
  ],
  ['a large file', 'dd if=/dev/zero of=/tmp/big bs=64k count=100 2> /dev/null; rm /tmp/big'],
  ['a cut file', 'dd if=/dev/zero of=/tmp/c bs=4k count=50 2> /dev/null; : > /tmp/c; rm /tmp/c'],
  ['links and fifos', 'cd /tmp; mknod f p; ln -s a s; echo x > h; ln h h2; rm f s h h2'],
  [
    'killed processes',
    'i=0; while [ $i -lt 20 ]; do sleep 100 & kill -9 $!; wait $!; i=$((i + 1)); done',
  ],
  [
    'failed commands',
    'i=0; while [ $i -lt 50 ]; do /etc/passwd; /nope; i=$((i + 1)); done 2> /dev/null',
  ],
];

describe('a script gives back the memory of its', () => {
  it.each(WORK)('%s', (_what, work) => {
    const { before, after } = freeBytes(work);
    expect(before).toBeGreaterThan(10_000);
    expect(after).toBe(before);
  });

  it('work, unless it keeps some of it', () => {
    const { before, after } = freeBytes(
      ':',
      'dd if=/dev/zero of=/tmp/kept bs=4k count=10 2> /dev/null',
    );
    expect(before - after).toBeGreaterThanOrEqual(40);
  });
});
