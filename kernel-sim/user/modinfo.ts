// SPDX-License-Identifier: GPL-2.0-or-later
/** modinfo: what a module file says of itself in its `.modinfo` section. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { getopt } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { errorText, has, valueOf } from './support/command.ts';
import { readModinfo } from './support/modinfo.ts';
import { moduleFolder, readTree } from './support/module-tree.ts';
import { moduleName } from './support/modules.ts';

const HELP = `Usage:
	modinfo [options] <modulename|filename> [args]
Options:
	-a, --author                Print only 'author'
	-d, --description           Print only 'description'
	-l, --license               Print only 'license'
	-p, --parameters            Print only 'parm'
	-n, --filename              Print only 'filename'
	-0, --null                  Use \\0 instead of \\n
	-F, --field=FIELD           Print only provided FIELD
	-V, --version               Show version
	-h, --help                  Show this help
`;

const FIELD_BY_LETTER: Readonly<Record<string, string>> = {
  a: 'author',
  d: 'description',
  l: 'license',
  p: 'parm',
  n: 'filename',
};

const LABEL_WIDTH = 16;

export const modinfo = defineProgram(function* (c) {
  const args = getopt(c.argv, {
    short: 'adlpn0F:Vh',
    long: {
      author: 'a',
      description: 'd',
      license: 'l',
      parameters: 'p',
      filename: 'n',
      null: '0',
      field: 'F:',
      version: 'V',
      help: 'h',
    },
  });
  if ('error' in args) {
    yield* c.err(`${args.error}\n`);
    return 1;
  }
  if (has(args, 'h') || has(args, 'V')) {
    c.out(has(args, 'h') ? HELP : 'kmod version 30\n');
    return 0;
  }
  if (args.operands.length === 0) {
    return yield* c.die('modinfo', 'ERROR: missing module or filename.');
  }
  const letter = args.options.findLast(({ name }) => name in FIELD_BY_LETTER)?.name;
  const field = valueOf(args, 'F') ?? (letter === undefined ? undefined : FIELD_BY_LETTER[letter]);
  let status = 0;
  for (const name of args.operands) status |= yield* show(c, name, field, has(args, '0'));
  return status;
});

function* show(
  c: Libc,
  name: string,
  field: string | undefined,
  endsInNul: boolean,
): Sleeping<number> {
  const isFileName = name.includes('/') || name.endsWith('.ko');
  const known = isFileName
    ? undefined
    : (yield* readTree(c, yield* moduleFolder(c))).get(moduleName(name));
  const path = known?.path ?? name;
  const bytes = yield* c.read_file(path);
  if (typeof bytes === 'number') {
    if (!isFileName) return yield* c.die('modinfo', `ERROR: Module ${name} not found.`);
    return yield* c.die('modinfo', `ERROR: Module file ${name} not found.`);
  }
  const entries = readModinfo(bytes);
  if (entries === undefined) {
    return yield* c.die('modinfo', `ERROR: could not get modinfo from '${name}': ${errorText(-8)}`);
  }
  const cwd = yield* c.getcwd();
  const prefix = path.startsWith('/') || typeof cwd === 'number' ? '' : `${cwd}/`;
  const all: readonly (readonly [string, string])[] = [['filename', prefix + path], ...entries];
  const end = endsInNul ? '\0' : '\n';
  for (const [key, value] of all) {
    if (field === undefined) c.out(`${`${key}:`.padEnd(LABEL_WIDTH)}${value}${end}`);
    else if (key === field) c.out(value + end);
  }
  return 0;
}
