// SPDX-License-Identifier: GPL-2.0-or-later
/** modinfo: what a module file says of itself in its `.modinfo` section. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { S } from '../uapi/fs.ts';
import type { OptionSpec } from './libc/getopt.ts';
import type { Libc } from './libc/libc.ts';
import { errorText, has, valueOf } from './support/command.ts';
import { joinPath } from './support/files.ts';
import { kmodCommand } from './support/kmod-command.ts';
import { readModinfo } from './support/modinfo.ts';
import {
  matching,
  type ModuleIndex,
  moduleFolder,
  normalizeAlias,
  readIndex,
} from './support/module-index.ts';
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
	-m, --modname               Handle argument as module name instead of alias or filename
	-F, --field=FIELD           Print only provided FIELD
	-k, --set-version=VERSION   Use VERSION instead of \`uname -r\`
	-b, --basedir=DIR           Use DIR as filesystem root for /lib/modules
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

const OPTIONS: OptionSpec = {
  short: 'adlpn0mF:k:b:Vh',
  long: {
    author: 'a',
    description: 'd',
    license: 'l',
    parameters: 'p',
    filename: 'n',
    null: '0',
    modname: 'm',
    field: 'F:',
    'set-version': 'k:',
    basedir: 'b:',
    version: 'V',
    help: 'h',
  },
};

export const modinfo = kmodCommand({
  options: OPTIONS,
  help: HELP,
  *main(c, args) {
    if (args.operands.length === 0) {
      return yield* c.die('modinfo', 'ERROR: missing module or filename.');
    }
    // Whatever names a field, the last one counts.
    const chosen = args.options.findLast(({ name }) => name === 'F' || name in FIELD_BY_LETTER);
    const field = chosen?.value ?? FIELD_BY_LETTER[chosen?.name ?? ''];
    const folder = yield* moduleFolder(c, valueOf(args, 'b'), valueOf(args, 'k'));
    const index = yield* readIndex(c, folder);
    const show = new Shower(c, field, has(args, '0') ? '\0' : '\n');
    let status = 0;
    for (const operand of args.operands) {
      const isFile = !has(args, 'm') && (yield* isModuleFile(c, operand));
      status |= isFile
        ? yield* show.file(operand)
        : yield* show.known(index, operand, has(args, 'm'));
    }
    return status;
  },
});

function* isModuleFile(c: Libc, name: string): Sleeping<boolean> {
  const stat = yield* c.stat(name);
  return typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFREG && name.endsWith('.ko');
}

class Shower {
  readonly #c: Libc;
  readonly #field: string | undefined;
  readonly #end: string;

  constructor(c: Libc, field: string | undefined, end: string) {
    this.#c = c;
    this.#field = field;
    this.#end = end;
  }

  /** What modules.dep or an alias knows. */
  *known(index: ModuleIndex, given: string, isName: boolean): Sleeping<number> {
    const name = moduleName(given);
    const own = index.modules.get(name) ?? (index.builtin.has(name) ? name : undefined);
    const named = matching(index.aliases, normalizeAlias(given)).flatMap(
      (it) => index.modules.get(it) ?? [],
    );
    const found = own === undefined && !isName ? named : own === undefined ? [] : [own];
    if (found.length === 0) {
      return yield* this.#c.die(
        'modinfo',
        `ERROR: Module ${isName ? 'name ' : ''}${given} not found.`,
      );
    }
    let status = 0;
    for (const it of found) {
      status |= typeof it === 'string' ? yield* this.#builtin(it) : yield* this.file(it.path);
    }
    return status;
  }

  *#builtin(name: string): Sleeping<number> {
    if (this.#field === undefined) this.#line('name', name);
    if (this.#field === undefined) this.#line('filename', '(builtin)');
    else if (this.#field === 'name') this.#c.out(name + this.#end);
    else if (this.#field === 'filename') this.#c.out(`(builtin)${this.#end}`);
    if (this.#field === 'filename') return 0;
    const why = errorText(-ERRNO.ENOSYS);
    return yield* this.#c.die('modinfo', `ERROR: could not get modinfo from '${name}': ${why}`);
  }

  *file(path: string): Sleeping<number> {
    const c = this.#c;
    const cwd = yield* c.getcwd();
    const whole = path.startsWith('/') || typeof cwd === 'number' ? path : joinPath(cwd, path);
    if (this.#field === undefined) this.#line('filename', whole);
    if (this.#field === 'filename') {
      c.out(whole + this.#end);
      return 0;
    }
    const bytes = yield* c.read_file(path);
    const entries = typeof bytes === 'number' ? undefined : readModinfo(bytes);
    if (entries === undefined) {
      const why = errorText(typeof bytes === 'number' ? bytes : -ERRNO.ENOEXEC);
      const what = `could not get modinfo from '${moduleName(path)}'`;
      return yield* c.die('modinfo', `ERROR: ${what}: ${why}`);
    }
    for (const [key, value] of entries) this.#entry(key, value);
    for (const text of parameterTexts(entries)) {
      if (this.#field === 'parm') c.out(text + this.#end);
      else if (this.#field === undefined) this.#line('parm', text);
    }
    return 0;
  }

  #entry(key: string, value: string): void {
    const field = this.#field;
    if (field !== undefined) {
      if (key === field && field !== 'parm') this.#c.out(value + this.#end);
    } else if (key !== 'parm' && key !== 'parmtype') {
      if (this.#end === '\0') this.#c.out(`${key}=${value}\0`);
      else this.#line(key, value);
    }
  }

  #line(key: string, value: string): void {
    this.#c.out(`${`${key}:`.padEnd(LABEL_WIDTH)}${value}${this.#end}`);
  }
}

/** Each parameter with its description and type, the last one first, as kmod has them. */
function parameterTexts(entries: readonly (readonly [string, string])[]): string[] {
  const parameters = new Map<string, { text?: string; type?: string }>();
  for (const [key, value] of entries) {
    const colon = value.indexOf(':');
    if ((key !== 'parm' && key !== 'parmtype') || colon < 0) continue;
    const name = value.slice(0, colon);
    const known = parameters.get(name) ?? {};
    known[key === 'parm' ? 'text' : 'type'] = value.slice(colon + 1);
    parameters.set(name, known);
  }
  return Array.from(parameters, ([name, { text, type }]) => {
    if (text === undefined) return `${name}:${type ?? ''}`;
    return type === undefined ? `${name}:${text}` : `${name}:${text} (${type})`;
  }).toReversed();
}
