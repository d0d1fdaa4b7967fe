// SPDX-License-Identifier: GPL-2.0-or-later
/** Arrays on the kernel stack and among a module's variables. */
import { describe, expect, it } from 'vitest';

import { loadRaw, printedByRaw, SETTINGS } from '../support/raw-driver.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const LEAK = `function dangling(): Ptr<u8> {
  const buffer: Ptr<u8> = stack_buffer(10);
  // SAFETY: the test is about what becomes of it.
  unsafe: buffer[9] = 7;
  return buffer;
}`;

describe('an array on the stack', { timeout: PATIENCE_MS }, () => {
  it('is memory, one for each call of its function', () => {
    expect(
      printedByRaw(
        `function sum(depth: number): number {
  const buffer: Ptr<u8> = stack_buffer(16);
  // SAFETY: of 16 bytes.
  unsafe: {
    for (let i = 0; i < 16; i++) buffer[i] = depth;
    const inner = depth === 0 ? 0 : sum(depth - 1);
    let total = inner;
    for (let i = 0; i < 16; i++) total += buffer[i]!;
    return total;
  }
}`,
        'println(`> ${sum(5)} ${sum(5)}`);',
      ),
    ).toEqual(['240 240']);
  });

  it.each(SETTINGS)('ends where it ends: %o', (setting) => {
    const body = `const p: Ptr<u8> = stack_buffer(10);
      const q: Ptr<u8> = stack_buffer(100);
      p[9] = 1;
      p[10] = 2;`;
    const { logText } = loadRaw('', `${body} void q;`, setting);
    expect(logText).toContain('BUG: KASAN: stack-out-of-bounds in Raw.init');
    expect(logText).toMatch(/Write of size 1 at addr/);
    expect(logText).toContain('raw.ts:10');
  });

  it('begins where it begins', () => {
    const body = 'const p: Ptr<u8> = stack_buffer(10); println(`${p[-1]}`);';
    expect(loadRaw('', body).logText).toContain('BUG: KASAN: stack-out-of-bounds in Raw.init');
  });

  it('is dead when its function has ended', () => {
    const { logText } = loadRaw(LEAK, 'println(`${dangling()[3]}`);');
    expect(logText).toContain('BUG: KASAN: stack-out-of-bounds in Raw.init');
  });

  it('dangles in silence without checks', () => {
    const { logText } = loadRaw(LEAK, 'println(`> ${dangling()[9]}`);', {
      board: 'pc',
      cmdline: 'kasan=off',
    });
    expect(logText).toContain('> 7');
    expect(logText).not.toContain('BUG');
  });

  it('takes of the stack, which ends', () => {
    const { logText } = loadRaw('', 'const p: Ptr<u8> = stack_buffer(20000); void p;');
    expect(logText).toMatch(/stack guard page was hit/);
  });
});

describe('an array among the variables', { timeout: PATIENCE_MS }, () => {
  const TABLE = `const before: Ptr<u8> = global_buffer(10);
const table: Ptr<u32> = global_buffer(4 * 5);
void [before, table];`;

  it('is memory of the module, zeroed', () => {
    expect(
      printedByRaw(
        `${TABLE}\nfunction next(): number { "use unsafe"; return (table[4]! += 3); }`,
        'println(`> ${next()} ${next()} ${before[9]} ${table.cast<u8>().diff(before)}`);',
      ),
    ).toEqual(['3 6 0 64']);
  });

  it.each(SETTINGS)('ends where it ends: %o', (setting) => {
    const { logText } = loadRaw(TABLE, 'table.cast<u8>()[23] = 1;', setting);
    expect(logText).toContain('BUG: KASAN: global-out-of-bounds in Raw.init');
    expect(logText).toMatch(/Write of size 1 at addr/);
  });

  it('begins where it begins', () => {
    const { logText } = loadRaw(TABLE, 'println(`${table.cast<u8>()[-3]}`);');
    expect(logText).toContain('BUG: KASAN: global-out-of-bounds in Raw.init');
  });
});
