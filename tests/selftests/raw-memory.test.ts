// SPDX-License-Identifier: GPL-2.0-or-later
/** Places in memory that drivers name, in both builds and on both boards. */
import { describe, expect, it } from 'vitest';

import { runScript, userFile, type ScriptResult } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

type Board = 'pc' | 'rpi3';

interface Setting {
  readonly board: Board;
  readonly cmdline: string;
}

const SETTINGS: readonly Setting[] = [
  { board: 'pc', cmdline: '' },
  { board: 'pc', cmdline: 'preempt=full' },
  { board: 'rpi3', cmdline: '' },
  { board: 'rpi3', cmdline: 'preempt=full' },
];

const NAMES = {
  kernel: 'println',
  'kernel/raw': 'addr_of container_of GFP_KERNEL kfree kmalloc kzalloc NULL ptr_at Ptr VoidPtr',
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

/** Loads a module: `top` stands at the top level, `body` is its `init`, all of it unsafe. */
function load(top: string, body: string, setting: Setting = SETTINGS[0]!): ScriptResult {
  const source = `${imports(top + body)}
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
  const files = [userFile('raw/raw.ts', source), userFile('raw/Kbuild', 'obj-m := raw.o\n')];
  const script = `cd raw && make > /tmp/make 2>&1 || { cat /tmp/make; exit 99; }
sudo insmod raw.ko`;
  return runScript(script, { files, ...setting });
}

/** What the driver printed, in all settings alike. */
function printed(top: string, body: string): string[] {
  const outputs = SETTINGS.map((setting) => {
    const { status, stdout, log, logText } = load(top, body, setting);
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

describe('a pointer', { timeout: PATIENCE_MS }, () => {
  it('reads and writes elements', () => {
    expect(
      printed(
        '',
        `const p: Ptr<u8> = kzalloc(10, GFP_KERNEL);
        p[3] = 300;
        p[4] = p[3] + 1;
        let i = 3;
        println(\`> \${p[i]} \${p[i + 1]} \${p[0]}\`);
        p[i++] += 5;
        println(\`> \${p[3]} \${i} \${p[i]++} \${++p[i]} \${p[4]}\`);
        p.$ = 9;
        println(\`> \${p.$} \${p.add(3).$} \${p.add(4).sub(1)[0]} \${p.add(4).diff(p)}\`);
        kfree(p);`,
      ),
    ).toEqual(['44 45 0', '49 4 45 47 47', '9 49 49 4']);
  });
});
