// SPDX-License-Identifier: GPL-2.0-or-later
/** Which files grep looks into: --include, --exclude and their kin. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Libc } from '../libc/libc.ts';
import { compilePattern, matchPattern, type Pattern } from '../sh/pattern.ts';
import { errorText, type ParsedCommandLine } from '../support/command.ts';

interface Rule {
  readonly pattern: Pattern;
  readonly includes: boolean;
}

export class FileFilter {
  readonly #files: readonly Rule[];
  readonly #directories: readonly Rule[];

  private constructor(files: readonly Rule[], directories: readonly Rule[]) {
    this.#files = files;
    this.#directories = directories;
  }

  /** As the command line has it, or why not. */
  static *of(c: Libc, args: ParsedCommandLine): Sleeping<FileFilter | string> {
    const files: Rule[] = [];
    const directories: Rule[] = [];
    for (const { name, value = '' } of args.options) {
      const pattern = compilePattern(value.replace(/(.)\/+$/, '$1'));
      if (name === 'exclude-dir') directories.push({ pattern, includes: false });
      else if (name === 'include') files.push({ pattern, includes: true });
      else if (name === 'exclude') files.push({ pattern, includes: false });
      else if (name === 'exclude-from') {
        const bytes = yield* c.read_file(value);
        if (typeof bytes === 'number') return `${value}: ${errorText(bytes)}`;
        for (const line of decodeUtf8(bytes).split('\n')) {
          if (line !== '') files.push({ pattern: compilePattern(line), includes: false });
        }
      }
    }
    return new FileFilter(files, directories);
  }

  skipsFile(name: string): boolean {
    return isSkipped(this.#files, name);
  }

  skipsDirectory(name: string): boolean {
    return isSkipped(this.#directories, name.replace(/(.)\/+$/, '$1'));
  }
}

/**
 * The last rule that matches decides. Where none does the first says: who includes some names
 * leaves out the rest.
 */
function isSkipped(rules: readonly Rule[], name: string): boolean {
  const rule = rules.findLast(({ pattern }) => matchesEnd(pattern, name));
  return rule === undefined ? rules[0]?.includes === true : !rule.includes;
}

/** Whether the pattern matches the name, or what follows one of its slashes. */
function matchesEnd(pattern: Pattern, name: string): boolean {
  for (let rest = name; ;) {
    if (matchPattern(pattern, rest)) return true;
    const slash = rest.indexOf('/');
    if (slash < 0) return false;
    rest = rest.slice(slash + 1);
  }
}
