// SPDX-License-Identifier: GPL-2.0-or-later
/** Drivers whose `init` touches memory, loaded in both builds and on both boards. */
import { expect } from 'vitest';

import { runScript, userFile, type ScriptResult } from './machine.ts';

type Board = 'pc' | 'rpi3';

export interface Setting {
  readonly board: Board;
  readonly cmdline: string;
}

export const SETTINGS: readonly Setting[] = [
  { board: 'pc', cmdline: '' },
  { board: 'pc', cmdline: 'preempt=full' },
  { board: 'rpi3', cmdline: '' },
  { board: 'rpi3', cmdline: 'preempt=full' },
];

const NAMES = {
  kernel: 'println',
  'kernel/raw':
    'addr_of container_of GFP_KERNEL kfree kmalloc kzalloc NULL ptr_at Ptr VoidPtr ' +
    'global_buffer stack_buffer',
  uapi:
    'array be16 be32 be64 bits bool flex func le16 le32 ptr s8 s16 s32 s64 struct u8 u16 u32 u64 ' +
    'usize',
};

/** One line that imports what `text` needs. */
function imports(text: string): string {
  const words = new Set(text.split(/\W/u));
  const lines = Object.entries(NAMES).flatMap(([path, names]) => {
    const used = names.split(' ').filter((name) => words.has(name));
    return used.length === 0 ? [] : [`import { ${used.join(', ')} } from "${path}";`];
  });
  return `import { module } from "kernel"; ${lines.join(' ')}`;
}

/** A module: `top` stands at the top level, `body` is its `init`, all of it unsafe. */
export function rawSource(top: string, body: string): string {
  return `${imports(top + body)}
${top}
class Raw {
  static init(): Raw {
    // SAFETY: the test is about what becomes of it.
    unsafe: {
${body}
    }
    return new Raw();
  }
}
export default module(Raw, { license: "GPL" });
`;
}

/** Loads such a module. */
export function loadRaw(top: string, body: string, setting: Setting = SETTINGS[0]!): ScriptResult {
  const files = [
    userFile('raw/raw.ts', rawSource(top, body)),
    userFile('raw/Kbuild', 'obj-m := raw.o\n'),
  ];
  const script = `cd raw && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod raw.ko`;
  return runScript(script, { files, ...setting });
}

/** What the driver printed, in all settings alike. */
export function printedByRaw(top: string, body: string): string[] {
  const outputs = SETTINGS.map((setting) => {
    const { status, stdout, log, logText } = loadRaw(top, body, setting);
    expect(stdout).toBe('');
    expect(logText).not.toContain('BUG');
    expect(status).toBe(0);
    return log
      .map(({ text }) => text)
      .filter((text) => text.startsWith('> '))
      .map((text) => text.slice(2));
  });
  for (const output of outputs) expect(output).toEqual(outputs[0]);
  return outputs[0] ?? [];
}
