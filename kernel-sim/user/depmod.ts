// SPDX-License-Identifier: GPL-2.0-or-later
/** depmod: writes down which modules need which, for modprobe. */
import { getopt } from './libc/getopt.ts';
import { defineProgram } from './libc/libc.ts';
import { errorText, has, valueOf } from './support/command.ts';
import { complainOfCycles, moduleFolder, scanTree, updateTree } from './support/module-tree.ts';

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

export const depmod = defineProgram(function* (c) {
  const args = getopt(c.argv, {
    short: 'aAnb:Vh',
    long: { all: 'a', quick: 'A', show: 'n', basedir: 'b:', version: 'V', help: 'h' },
  });
  if ('error' in args) {
    yield* c.err(`${args.error}\n`);
    return 1;
  }
  if (has(args, 'h') || has(args, 'V')) {
    c.out(has(args, 'h') ? HELP : 'kmod version 30\n');
    return 0;
  }
  const base = valueOf(args, 'b') ?? '';
  const [release] = args.operands;
  const folder =
    release === undefined ? yield* moduleFolder(c, base) : `${base}/lib/modules/${release}`;
  if (typeof (yield* c.stat(folder)) === 'number') {
    return yield* c.die('depmod', `ERROR: could not open directory ${folder}: ${errorText(-2)}`);
  }
  if (has(args, 'n')) {
    const { files, cycles } = yield* scanTree(c, folder);
    yield* complainOfCycles(c, cycles);
    for (const { text } of files) c.out(text);
    return cycles.length > 0 ? 1 : 0;
  }
  const failure = yield* updateTree(c, folder);
  if (failure >= -1) return failure === 0 ? 0 : 1;
  return yield* c.die('depmod', `ERROR: openat(${folder}, modules.dep): ${errorText(failure)}`);
});
