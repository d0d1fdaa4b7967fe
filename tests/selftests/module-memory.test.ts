// SPDX-License-Identifier: GPL-2.0-or-later
/** Where a module's sections lie, what may be done with them, and what /proc tells of that. */
import { expect, it } from 'vitest';

import { Oops } from '../../kernel-sim/kernel/oops.ts';
import { TestMachine } from '../support/machine.ts';

/** A machine with helloworld.ko in it, at the end of `script`. */
function withModule(script: string): TestMachine {
  const text = `cd hello_world; make -s; sudo insmod helloworld.ko; ${script}; sleep 1000`;
  const guest = TestMachine.boot({ script: { text, user: 'user', args: [] } });
  guest.machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  guest.runUntil(() => (guest.output.get('hvc0') ?? '').endsWith('done\n'), 'the script');
  return guest;
}

it('sections may be run, read or written, and nothing else', () => {
  const { machine } = withModule('echo done');
  const { loader, ram, kernelSpace } = machine.kernel;
  const [module] = [...loader.modules];
  const place = (name: string): number =>
    module?.image.sections.find((section) => section.name === name)?.address ?? 0;
  const text = place('.text');
  expect(kernelSpace.isExecutable(text)).toBe(true);
  expect(kernelSpace.isExecutable(place('.data'))).toBe(false);
  expect(() => ram.store8(text, 0)).toThrow(Oops);
  ram.store8(place('.data'), ram.load8(place('.data')));
});

it('/proc has a line for each symbol and each area, which only root may know', () => {
  const guest = withModule(`sudo cat /proc/vmallocinfo | grep execmem
sudo grep -c '\\[helloworld\\]' /proc/kallsyms; sudo head -2 /proc/kallsyms
sudo grep ' _end$' /proc/kallsyms; head -1 /proc/kallsyms; cat /proc/vmallocinfo
cat /proc/meminfo | grep Vmalloc; sudo rmmod helloworld
sudo cat /proc/vmallocinfo | cut -d' ' -f2-; echo done`);
  const { output } = guest;
  expect(output.get('hvc0')).toMatch(
    new RegExp(
      [
        '0xffffffffc0000000-0xffffffffc0004000   16384 execmem_alloc[^ ]* pages=3 vmalloc N0=3',
        '\\d+',
        'ffffffff81000000 T _text',
        'ffffffff81000000 T _stext',
        'ffffffff81400000 B _end',
        '0000000000000000 T _text',
        'VmallocTotal:   34359738367 kB',
        'VmallocUsed:          12 kB',
        'VmallocChunk:          0 kB',
        '  16384 unpurged vm_area',
      ].join('\n'),
      'u',
    ),
  );
  expect(output.get('hvc1')).toBe('cat: /proc/vmallocinfo: Permission denied\n');
});
