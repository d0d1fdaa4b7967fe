// SPDX-License-Identifier: GPL-2.0-or-later
/** insmod: loads a module from a file, with kmod's messages. */
import { ERRNO, strerror } from '../uapi/errno.ts';
import type { OptionSpec } from './libc/getopt.ts';
import { has } from './support/command.ts';
import { kmodCommand } from './support/kmod-command.ts';

const HELP = `Usage:
	insmod [options] filename [args]
Options:
	-V, --version     show version
	-h, --help        show this help
`;

/** MODULE_INIT_IGNORE_MODVERSIONS | MODULE_INIT_IGNORE_VERMAGIC */
const IGNORE_ALL = 3;

const OPTIONS: OptionSpec = {
  // -p and -s are there for old times' sake.
  short: 'psfVh',
  long: { help: 'h', version: 'V' },
};

export const insmod = kmodCommand({
  options: OPTIONS,
  help: HELP,
  *main(c, args) {
    const [file, ...parameters] = args.operands;
    if (file === undefined) return yield* c.die('insmod', 'ERROR: missing filename.');
    if (file === '-') {
      return yield* c.die('insmod', 'ERROR: this tool does not support loading from stdin!');
    }
    const fd = yield* c.open(file);
    if (fd < 0) {
      return yield* c.die('insmod', `ERROR: could not load module ${file}: ${strerror(-fd)}`);
    }
    const failure = yield* c.finit_module(
      fd,
      parameters.join(' '),
      has(args, 'f') ? IGNORE_ALL : 0,
    );
    yield* c.close(fd);
    if (failure === 0) return 0;
    return yield* c.die(
      'insmod',
      `ERROR: could not insert module ${file}: ${moduleError(-failure)}`,
    );
  },
});

/** What some errors mean when they come from init_module(2). */
export function moduleError(errno: number): string {
  switch (errno) {
    case ERRNO.ENOEXEC:
      return 'Invalid module format';
    case ERRNO.ENOENT:
      return 'Unknown symbol in module';
    case ERRNO.ESRCH:
      return 'Module has wrong symbol version';
    case ERRNO.EINVAL:
      return 'Invalid parameters';
    default:
      return strerror(errno);
  }
}
