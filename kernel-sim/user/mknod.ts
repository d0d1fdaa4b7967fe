// SPDX-License-Identifier: GPL-2.0-or-later
/** mknod: makes device files and pipes. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { makedev, S } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { command, errorText, misuse, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { changeMode } from './support/mode.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: mknod [OPTION]... NAME TYPE [MAJOR MINOR]
Create the special file NAME of the given TYPE.

  -m, --mode=MODE    set file permission bits to MODE, not a=rw - umask
      --help        display this help and exit

Both MAJOR and MINOR must be specified when TYPE is b, c, or u, and they
must be omitted when TYPE is p.  If MAJOR or MINOR begins with 0x or 0X,
it is interpreted as hexadecimal; otherwise, if it begins with 0, as octal;
otherwise, as decimal.  TYPE may be:

  b      create a block (buffered) special file
  c, u   create a character (unbuffered) special file
  p      create a FIFO
`;

const MAX_MAJOR = 0xfff;
const MAX_MINOR = 0xf_ffff;
const DEFAULT_MODE = 0o666;

export const mknod = command({
  short: 'm:',
  long: { mode: 'm:' },
  help: HELP,
  *main(c, args) {
    const { operands } = args;
    const [name, type] = operands;
    const text = valueOf(args, 'm');
    let permissions: number | undefined;
    if (text !== undefined) {
      const umask = yield* c.umask(0);
      yield* c.umask(umask);
      permissions = changeMode(text, DEFAULT_MODE, false, umask);
      if (permissions === undefined) return yield* c.die(c.program, 'invalid mode');
      if (permissions > 0o777) {
        return yield* c.die(c.program, 'mode must specify only file permission bits');
      }
    }
    const wanted = type?.startsWith('p') ? 2 : 4;
    if (operands.length < wanted) return yield* tooFew(c, operands);
    if (operands.length > wanted) {
      const extra = `extra operand ${quoted(c, operands[wanted] ?? '')}`;
      if (wanted === 4 || operands.length !== 4) return yield* misuse(c, extra);
      yield* c.err(`${c.program}: ${extra}\nFifos do not have major and minor device numbers.\n`);
      return yield* hint(c);
    }
    return yield* make(c, name ?? '', type ?? '', operands.slice(2), permissions);
  },
});

function* hint(c: Libc): Sleeping<number> {
  yield* c.err(`Try '${c.program} --help' for more information.\n`);
  return 1;
}

function* tooFew(c: Libc, operands: readonly string[]): Sleeping<number> {
  const last = operands.at(-1);
  if (last === undefined) return yield* misuse(c, 'missing operand');
  const message = `missing operand after ${quoted(c, last)}`;
  if (operands.length !== 2) return yield* misuse(c, message);
  yield* c.err(`${c.program}: ${message}\n`);
  yield* c.err('Special files require major and minor device numbers.\n');
  return yield* hint(c);
}

function* make(
  c: Libc,
  name: string,
  type: string,
  numbers: readonly string[],
  permissions: number | undefined,
): Sleeping<number> {
  const format = { b: S.IFBLK, c: S.IFCHR, u: S.IFCHR, p: S.IFIFO }[type[0] ?? ''];
  if (format === undefined) return yield* misuse(c, `invalid device type ${quoted(c, type)}`);
  let device = 0;
  if (format !== S.IFIFO) {
    const [majorText = '', minorText = ''] = numbers;
    const major = parseDevice(majorText, MAX_MAJOR);
    if (major === undefined) {
      return yield* c.die(c.program, `invalid major device number ${quoted(c, majorText)}`);
    }
    const minor = parseDevice(minorText, MAX_MINOR);
    if (minor === undefined) {
      return yield* c.die(c.program, `invalid minor device number ${quoted(c, minorText)}`);
    }
    device = makedev(major, minor);
  }
  const failure = yield* c.mknod(name, format | (permissions ?? DEFAULT_MODE), device);
  if (failure < 0) return yield* c.die(c.program, `${quoteName(name)}: ${errorText(failure)}`);
  if (permissions === undefined) return 0;
  // mknod(2) went through the umask; -m does not.
  const changed = yield* c.chmod(name, permissions);
  if (changed === 0) return 0;
  return yield* c.die(
    c.program,
    `cannot set permissions of ${quoteName(name)}: ${errorText(changed)}`,
  );
}

function parseDevice(text: string, limit: number): number | undefined {
  if (!/^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text)) return undefined;
  const isOctal = /^0\d/.test(text);
  const value = isOctal ? Number.parseInt(text, 8) : Number(text);
  return value <= limit ? value : undefined;
}
