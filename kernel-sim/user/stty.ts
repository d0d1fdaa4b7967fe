// SPDX-License-Identifier: GPL-2.0-or-later
/** stty: shows and changes the settings of the terminal on standard input. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { O } from '../uapi/fs.ts';
import { TTY_IOCTL, WINSIZE } from '../uapi/termios.ts';
import type { Libc } from './libc/libc.ts';
import { command, errorText, has, misuse, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { quoteAlways, quoteName } from './support/quote.ts';
import { applySetting, describeAll, describeChanges, saved, restore } from './stty/settings.ts';

const HELP = `Usage: stty [-F DEVICE | --file=DEVICE] [SETTING]...
  or:  stty [-F DEVICE | --file=DEVICE] [-a|--all]
  or:  stty [-F DEVICE | --file=DEVICE] [-g|--save]
Print or change terminal characteristics.

  -a, --all          print all current settings in human-readable form
  -g, --save         print all current settings in a stty-readable form
  -F, --file=DEVICE  open and use the specified DEVICE instead of stdin
      --help        display this help and exit

Optional - before SETTING indicates negation.
`;

export const stty = command({
  short: 'agF:',
  long: { all: 'a', save: 'g', file: 'F:' },
  help: HELP,
  rewrite: protectSettings,
  *main(c, args) {
    const device = valueOf(args, 'F');
    const fd = device === undefined ? 0 : yield* c.open(device, O.RDONLY | O.NONBLOCK);
    const name = device === undefined ? quoteAlways('standard input') : quoteName(device);
    if (fd < 0) return yield* c.die(c.program, `${name}: ${errorText(fd)}`);
    const termios = yield* c.tcgetattr(fd);
    if (typeof termios === 'number') {
      return yield* c.die(c.program, `${name}: ${errorText(termios)}`);
    }
    const size = yield* c.get_winsize(fd);
    const { rows, columns } = typeof size === 'number' ? { rows: 0, columns: 0 } : size;
    const words = [...args.operands];
    if (words.length === 0) {
      if (has(args, 'g')) c.out(`${saved(termios)}\n`);
      else c.out(has(args, 'a') ? describeAll(termios, rows, columns) : describeChanges(termios));
      return 0;
    }
    let isChanged = false;
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      if (word === 'size') c.out(`${rows} ${columns}\n`);
      else if (word === 'speed') c.out('38400\n');
      else if (word === 'rows' || word === 'cols' || word === 'columns') {
        const value = words.shift();
        if (value === undefined) return yield* misuse(c, `missing argument to ${quoted(c, word)}`);
        if (!/^\d+$/.test(value)) {
          return yield* c.die(c.program, `invalid integer argument: ${quoted(c, value)}`);
        }
        const failure = yield* setSize(c, fd, word === 'rows', Number(value));
        if (failure < 0) return yield* c.die(c.program, `${name}: ${errorText(failure)}`);
      } else if (restore(termios, word)) isChanged = true;
      else {
        const result = applySetting(termios, word, () => words.shift());
        if (result === 'unknown') return yield* misuse(c, `invalid argument ${quoted(c, word)}`);
        if (result === 'incomplete') {
          return yield* misuse(c, `missing argument to ${quoted(c, word)}`);
        }
        isChanged = true;
      }
    }
    const failure = isChanged ? yield* c.tcsetattr(fd, termios, TTY_IOCTL.TCSETSW) : 0;
    return failure < 0 ? yield* c.die(c.program, `${name}: ${errorText(failure)}`) : 0;
  },
});

/** `-echo` is a setting, not options; the real options come before. */
function protectSettings(argv: readonly string[]): readonly string[] {
  const start = argv.findIndex((word, i) => i > 0 && /^-[a-z]{2,}$/.test(word) && word !== '-ag');
  return start < 0 || argv.includes('--') ? argv : argv.toSpliced(start, 0, '--');
}

function* setSize(c: Libc, fd: number, isRows: boolean, value: number): Sleeping<number> {
  const old = yield* c.get_winsize(fd);
  const { rows, columns } = typeof old === 'number' ? { rows: 0, columns: 0 } : old;
  const block = new Uint8Array(WINSIZE.SIZE);
  const view = new DataView(block.buffer);
  view.setUint16(WINSIZE.row, isRows ? value : rows, true);
  view.setUint16(WINSIZE.col, isRows ? columns : value, true);
  const address = yield* c.memory.malloc(WINSIZE.SIZE);
  c.cpu.storeBytes(address, block);
  const result = yield* c.ioctl(fd, TTY_IOCTL.TIOCSWINSZ, address);
  c.memory.free(address);
  return result;
}
