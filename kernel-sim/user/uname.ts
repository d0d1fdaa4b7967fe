// SPDX-License-Identifier: GPL-2.0-or-later
/** uname: names of the system. */
import { command, errorText, has, misuse } from './support/command.ts';
import { quoted } from './support/locale.ts';

const HELP = `Usage: uname [OPTION]...
Print certain system information.  With no OPTION, same as -s.

  -a, --all                print all information, in the following order,
                             except omit -p and -i if unknown:
  -s, --kernel-name        print the kernel name
  -n, --nodename           print the network node hostname
  -r, --kernel-release     print the kernel release
  -v, --kernel-version     print the kernel version
  -m, --machine            print the machine hardware name
  -p, --processor          print the processor type (non-portable)
  -i, --hardware-platform  print the hardware platform (non-portable)
  -o, --operating-system   print the operating system
      --help        display this help and exit
`;

export const uname = command({
  short: 'asnrvmpio',
  long: {
    all: 'a',
    'kernel-name': 's',
    nodename: 'n',
    'kernel-release': 'r',
    'kernel-version': 'v',
    machine: 'm',
    processor: 'p',
    'hardware-platform': 'i',
    'operating-system': 'o',
  },
  help: HELP,
  *main(c, args) {
    const [extra] = args.operands;
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    const names = yield* c.uname();
    if (typeof names === 'number') {
      return yield* c.die(c.program, `cannot get system name: ${errorText(names)}`);
    }
    const all = has(args, 'a');
    const fields: readonly (readonly [string, string])[] = [
      ['s', names.sysname],
      ['n', names.nodename],
      ['r', names.release],
      ['v', names.version],
      ['m', names.machine],
      ...(all ? [] : [['p', 'unknown'] as const, ['i', 'unknown'] as const]),
      ['o', 'GNU/Linux'],
    ];
    const isPlain = args.options.length === 0;
    const shown = fields.filter(
      ([letter]) => all || has(args, letter) || (isPlain && letter === 's'),
    );
    c.out(`${shown.map(([, text]) => text).join(' ')}\n`);
    return 0;
  },
});
