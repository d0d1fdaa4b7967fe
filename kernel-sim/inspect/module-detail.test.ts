// SPDX-License-Identifier: GPL-2.0-or-later
/** What a view is told of a module: its words, where it lies, what its parameters are. */
import { expect, it } from 'vitest';

import { TestMachine, userFile } from '../../tests/support/machine.ts';
import { moduleDetail } from './module-detail.ts';

const SOURCE = `import { export_symbol_gpl, module, param, println, type Params } from "kernel";
const params = {
  size: param.int(4 * 1024, "how much", 0o644),
  on: param.bool(true, "whether"),
  who: param.charp("me", "for whom"),
};
export function answer(): number {
  return 42;
}
export_symbol_gpl(answer);
class M {
  static init({ size, on, who }: Params<typeof params>): M {
    println(size + " " + on + " " + who);
    return new M();
  }
}
export default module(M, { license: "GPL", version: "1.2", author: "A", description: "D", params });
`;

it('shows the module as it is now', () => {
  const text = `mkdir m; mv m.ts m; cd m; make -s; sudo insmod m.ko size=0x10 who='you all' on=n
cd /sys/module/m; cat refcnt initstate taint version coresize parameters/*; ls
echo 17 | sudo tee parameters/size; echo x | sudo tee parameters/size; ls -l parameters
cat sections/.text || sudo cat sections/.text`;
  const script = { text, user: 'user', args: [] } as const;
  const guest = TestMachine.boot({ script, files: [userFile('m.ts', SOURCE)] });
  guest.machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end');

  expect(guest.output.get('hvc1')).toBe(`tee: parameters/size: Invalid argument
cat: sections/.text: Permission denied
`);
  const out = guest.output.get('hvc0') ?? '';
  expect(out).toContain('0\nlive\nO\n1.2\n12288\nN\n16\nyou\n');
  expect(out).toContain('coresize\nholders\ninitsize\ninitstate\nnotes\nparameters\nrefcnt\n');
  expect(out).toMatch(/-r--r--r-- .* on\n-rw-r--r-- .* size\n-r--r--r-- .* who\n/);
  expect(guest.logText).toContain("m: unknown parameter 'all' ignored\n16 false you");

  const { kernel } = guest.machine;
  expect(moduleDetail(kernel, 'nope')).toBeUndefined();
  const detail = moduleDetail(kernel, 'm');
  expect(structuredClone(detail)).toEqual(detail);
  expect(detail).toMatchObject({
    name: 'm',
    license: 'GPL',
    version: '1.2',
    description: 'D',
    author: 'A',
    dependsOn: [],
    usedBy: [],
    references: 0,
    taints: 'O',
    parameters: [
      { name: 'size', type: 'int', value: '17', description: 'how much', mode: 0o644 },
      { name: 'on', type: 'bool', value: 'N', description: 'whether', mode: 0o444 },
      { name: 'who', type: 'charp', value: 'you', description: 'for whom', mode: 0o444 },
    ],
  });
  expect(detail?.imports).toContainEqual({ name: '_printk', from: 'kernel' });
  const [code] = detail?.sections ?? [];
  expect(code).toMatchObject({ name: '.text', sizeBytes: 32 });
  expect(detail?.sections.map(({ name }) => name)).not.toContain('.init.text');
  const symbol = { kind: 'T', isExported: true, isGplOnly: true, sizeBytes: 32 };
  expect(detail?.symbols[0]).toEqual({ name: 'answer', address: code?.address, ...symbol });
});
