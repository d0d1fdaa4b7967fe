// SPDX-License-Identifier: GPL-2.0-or-later
/** Small tools that print one fact or part of a name: pwd, basename, dirname, hostname, nproc, tty. */
import { O } from '../uapi/fs.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { command, errorText, has, lastOf, misuse, missingOperand, valueOf } from './support/command.ts';
import { baseName, dirName } from './support/files.ts';
import { quoted } from './support/locale.ts';

export const pwd = command({
  short: 'LP',
  long: { logical: 'L', physical: 'P' },
  help: 'Usage: pwd [OPTION]...\nPrint the full filename of the current working directory.\n',
  *main(c, args) {
    const cwd = yield* c.getcwd();
    if (typeof cwd === 'number') {
      return yield* c.die(c.program, `error retrieving current directory: ${errorText(cwd)}`);
    }
    const logical = c.env.get('PWD');
    if (lastOf(args, ['L', 'P']) === 'L' && logical !== undefined) {
      const [here, there] = [yield* c.stat('.'), yield* c.stat(logical)];
      const isSame =
        typeof here !== 'number' && typeof there !== 'number' &&
        here.ino === there.ino && here.dev === there.dev;
      if (isSame && logical.startsWith('/')) {
        c.out(`${logical}\n`);
        return 0;
      }
    }
    c.out(`${cwd}\n`);
    return 0;
  },
});

export const basename = command({
  short: 'as:z',
  long: { multiple: 'a', suffix: 's:', zero: 'z' },
  posixly: true,
  help: 'Usage: basename NAME [SUFFIX]\n  or:  basename OPTION... NAME...\nPrint NAME with any leading directory components removed.\n',
  *main(c, args) {
    const { operands } = args;
    const [first, second, third] = operands;
    if (first === undefined) return yield* missingOperand(c);
    const isMultiple = has(args, 'a') || has(args, 's');
    if (!isMultiple && third !== undefined) {
      return yield* misuse(c, `extra operand ${quoted(c, third)}`);
    }
    const suffix = valueOf(args, 's') ?? (isMultiple ? '' : (second ?? ''));
    for (const path of isMultiple ? operands : [first]) {
      const name = baseName(path);
      const isCut = suffix !== '' && name !== suffix && name.endsWith(suffix);
      c.out(`${isCut ? name.slice(0, -suffix.length) : name}${has(args, 'z') ? '\0' : '\n'}`);
    }
    return 0;
  },
});

export const dirname = command({
  short: 'z',
  long: { zero: 'z' },
  help: 'Usage: dirname [OPTION] NAME...\nOutput each NAME with its last non-slash component and trailing slashes removed.\n',
  *main(c, args) {
    if (args.operands.length === 0) return yield* missingOperand(c);
    for (const path of args.operands) c.out(`${dirName(path)}${has(args, 'z') ? '\0' : '\n'}`);
    return 0;
  },
});

export const hostname = command({
  short: 'fsid',
  long: { fqdn: 'f', short: 's' },
  help: 'Usage: hostname [-s|-f] [NAME]\nShow or set the system\'s host name.\n',
  *main(c, args) {
    const [name] = args.operands;
    if (name === undefined) {
      const uname = yield* c.uname();
      if (typeof uname === 'number') return yield* c.die(c.program, errorText(uname));
      const short = uname.nodename.replace(/\..*/, '');
      c.out(`${has(args, 's') ? short : uname.nodename}\n`);
      return 0;
    }
    const fd = yield* c.open('/proc/sys/kernel/hostname', O.WRONLY);
    const failure = fd < 0 ? fd : yield* c.write_all(fd, name);
    if (failure >= 0) return 0;
    return yield* c.die(c.program, 'you must be root to change the host name');
  },
});

export const nproc = command({
  short: '',
  long: { all: 'all', ignore: 'ignore:' },
  help: 'Usage: nproc [OPTION]...\nPrint the number of processing units available to the current process.\n',
  *main(c, args) {
    const [extra] = args.operands;
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    const bytes = yield* c.read_file('/proc/cpuinfo');
    const text = typeof bytes === 'number' ? '' : decodeUtf8(bytes);
    const cpus = Math.max(1, text.match(/^processor\s*:/gm)?.length ?? 1);
    c.out(`${Math.max(1, cpus - Number(valueOf(args, 'ignore') ?? 0))}\n`);
    return 0;
  },
});
