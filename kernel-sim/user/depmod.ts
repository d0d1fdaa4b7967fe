// SPDX-License-Identifier: GPL-2.0-or-later
/** depmod: writes down which modules need which, for modprobe. */
import { ERRNO } from '../uapi/errno.ts';
import type { OptionSpec } from './libc/getopt.ts';
import { errorText, has, valueOf } from './support/command.ts';
import { kmodCommand } from './support/kmod-command.ts';
import { moduleFolder } from './support/module-index.ts';
import { scanTree, updateTree } from './support/module-tree.ts';

const HELP = `Usage:
	depmod -[aA] [options] [forced_version]

If no arguments (except options) are given, "depmod -a" is assumed

Options:
	-a, --all            Probe all modules
	-A, --quick          Only does the work if there's a new module
	-n, --show           Write the dependency file on stdout only
	-b, --basedir=DIR    Use an image of a module tree.
	-V, --version        show version
	-h, --help           show this help
`;

const OPTIONS: OptionSpec = {
  short: 'aAnb:Vh',
  long: { all: 'a', quick: 'A', show: 'n', basedir: 'b:', version: 'V', help: 'h' },
};

export const depmod = kmodCommand({
  options: OPTIONS,
  help: HELP,
  *main(c, args) {
    const base = valueOf(args, 'b') ?? '';
    const [release, file] = args.operands;
    if (release !== undefined && !/^\d+\.\d/.test(release)) {
      return yield* c.die('depmod', `ERROR: Bad version passed ${release}`);
    }
    if (file !== undefined) return yield* c.die('depmod', `FATAL: ${file}: not absolute path.`);
    const folder = yield* moduleFolder(c, base, release);
    const stat = yield* c.stat(folder);
    if (typeof stat === 'number') {
      yield* c.err(`depmod: ERROR: could not open directory ${folder}: ${errorText(stat)}\n`);
      return yield* c.die('depmod', `FATAL: could not search modules: ${errorText(stat)}`);
    }
    if (has(args, 'n')) {
      const found = yield* scanTree(c, folder);
      for (const { text } of found ?? []) c.out(text);
      return found === undefined ? 1 : 0;
    }
    const failure = yield* updateTree(c, folder);
    if (failure === 0) return 0;
    if (failure === -ERRNO.ELOOP) return 1;
    return yield* c.die('depmod', `ERROR: openat(${folder}, modules.dep): ${errorText(failure)}`);
  },
});
