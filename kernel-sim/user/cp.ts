// SPDX-License-Identifier: GPL-2.0-or-later
/** cp: copies files and trees. The copying is in cp/copier.ts. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { Copier, type CopyOptions } from './cp/copier.ts';
import type { Libc } from './libc/libc.ts';
import {
  BACKUP_HELP,
  BACKUP_LONG,
  BACKUP_SHORT,
  backupsOf,
  type Backups,
} from './support/backup.ts';
import {
  command,
  complain,
  errorText,
  has,
  lastOf,
  misuse,
  type ParsedCommandLine,
} from './support/command.ts';
import { isDirectory, joinPath } from './support/files.ts';
import { quoteAlways } from './support/quote.ts';
import { destinations, TARGET_LONG, TARGET_SHORT, type Pair } from './support/target.ts';

const HELP = `Usage: cp [OPTION]... [-T] SOURCE DEST
  or:  cp [OPTION]... SOURCE... DIRECTORY
  or:  cp [OPTION]... -t DIRECTORY SOURCE...
Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.

  -a, --archive                same as -dR --preserve=all
      --attributes-only        don't copy the file data, just the attributes
${BACKUP_HELP}\
  -d                           same as --no-dereference --preserve=links
  -f, --force                  if an existing destination file cannot be
                                 opened, remove it and try again
  -H                           follow command-line symbolic links in SOURCE
  -i, --interactive            prompt before overwrite
  -l, --link                   hard link files instead of copying
  -L, --dereference            always follow symbolic links in SOURCE
  -n, --no-clobber             do not overwrite an existing file
      --no-preserve=ATTR_LIST  don't preserve the specified attributes
      --parents                use full source file name under DIRECTORY
  -P, --no-dereference         never follow symbolic links in SOURCE
  -p                           same as --preserve=mode,ownership,timestamps
      --preserve[=ATTR_LIST]   preserve the specified attributes
  -R, -r, --recursive          copy directories recursively
      --remove-destination     remove each existing destination file before
                                 attempting to open it
  -s, --symbolic-link          make symbolic links instead of copying
      --strip-trailing-slashes  remove any trailing slashes from each SOURCE
  -t, --target-directory=DIRECTORY  copy all SOURCE arguments into DIRECTORY
  -T, --no-target-directory    treat DEST as a normal file
  -u, --update                 copy only when the SOURCE file is newer
  -v, --verbose                explain what is being done
  -x, --one-file-system        stay on this file system
      --help        display this help and exit

ATTR_LIST is a comma-separated list of mode, ownership, timestamps, links
and all.
`;

export const cp = command({
  short: `adfHiLlnPpRrsuvx${BACKUP_SHORT}${TARGET_SHORT}`,
  long: {
    ...TARGET_LONG,
    ...BACKUP_LONG,
    archive: 'a',
    'attributes-only': 'attributes-only',
    force: 'f',
    interactive: 'i',
    link: 'l',
    dereference: 'L',
    'no-clobber': 'n',
    'no-preserve': 'no-preserve:',
    parents: 'parents',
    'no-dereference': 'P',
    preserve: 'preserve::',
    recursive: 'r',
    'remove-destination': 'remove-destination',
    'symbolic-link': 's',
    'strip-trailing-slashes': 'strip-trailing-slashes',
    update: 'u',
    verbose: 'v',
    'one-file-system': 'x',
  },
  help: HELP,
  *main(c, args) {
    const backups = yield* backupsOf(c, args);
    if (typeof backups === 'number') return backups;
    const options = copyOptions(args, backups);
    const stripped = has(args, 'strip-trailing-slashes')
      ? args.operands.map((name) => name.replace(/(.)\/+$/, '$1'))
      : args.operands;
    const named = { ...args, operands: stripped };
    const pairs = has(args, 'parents')
      ? yield* underParents(c, named, options.verbose)
      : yield* destinations(c, named);
    if (typeof pairs === 'number') return pairs;
    const copier = new Copier(c, options);
    let status = 0;
    for (const { from, to } of pairs) {
      if (!(yield* copier.copy(from, to))) status = 1;
    }
    return status;
  },
});

function copyOptions(args: ParsedCommandLine, backups: Backups): CopyOptions {
  const clobber = lastOf(args, ['i', 'n', 'f']);
  const links = lastOf(args, ['L', 'P', 'H', 'd', 'a']);
  const recursive = has(args, 'r') || has(args, 'R') || has(args, 'a');
  const keepsLinks = links === undefined ? recursive : links !== 'L' && links !== 'H';
  const makes = lastOf(args, ['l', 's', 'attributes-only']) ?? 'copy';
  return {
    recursive,
    preserves: preserved(args),
    keepsLinks: keepsLinks ? 'all' : links === 'H' ? 'inside' : 'none',
    makes: MAKES[makes],
    force: has(args, 'f'),
    removesFirst: has(args, 'remove-destination'),
    clobber: clobber === 'n' ? 'never' : clobber === 'i' ? 'ask' : 'always',
    update: has(args, 'u'),
    oneFileSystem: has(args, 'x'),
    backups,
    verbose: has(args, 'v'),
  };
}

const MAKES = {
  copy: 'copy',
  l: 'hard link',
  s: 'symbolic link',
  'attributes-only': 'attributes',
} as const;

const USUALLY_PRESERVED = 'mode,ownership,timestamps';

function preserved(args: ParsedCommandLine): CopyOptions['preserves'] {
  const attributes = { mode: false, ownership: false, timestamps: false, links: false };
  const change = (list: string, value: boolean): void => {
    const names = list === 'all' ? ['mode', 'ownership', 'timestamps', 'links'] : list.split(',');
    for (const name of names) if (Object.hasOwn(attributes, name)) set(attributes, name, value);
  };
  for (const { name, value } of args.options) {
    if (name === 'a') change('all', true);
    else if (name === 'd') change('links', true);
    else if (name === 'p' || name === 'preserve') change(value ?? USUALLY_PRESERVED, true);
    else if (name === 'no-preserve') change(value ?? '', false);
  }
  return attributes;
}

function set(attributes: Record<string, boolean>, name: string, value: boolean): void {
  attributes[name] = value;
}

/** `--parents a/b DIRECTORY` makes DIRECTORY/a for DIRECTORY/a/b. */
function* underParents(
  c: Libc,
  args: ParsedCommandLine,
  verbose: boolean,
): Sleeping<readonly Pair[] | number> {
  const inDirectory = yield* destinations(c, args);
  if (typeof inDirectory === 'number') return inDirectory;
  const target = args.options.find(({ name }) => name === 't')?.value;
  const directory = target ?? args.operands.at(-1) ?? '';
  if (!isDirectory(yield* c.stat(directory))) {
    return yield* misuse(c, 'with --parents, the destination must be a directory');
  }
  const pairs: Pair[] = [];
  for (const { from } of inDirectory) {
    const source = from.replace(/(.)\/+$/, '$1');
    const parents = source.split('/').slice(0, -1);
    let at = '';
    for (const name of parents) {
      at = at === '' ? name : joinPath(at, name);
      const folder = joinPath(directory, at);
      if (at === '' || isDirectory(yield* c.stat(folder))) continue;
      const stat = yield* c.stat(at);
      const mode = typeof stat === 'number' ? 0o777 : stat.mode & 0o7777;
      const failure = yield* c.mkdir(folder, mode | 0o700);
      if (failure < 0) {
        yield* complain(c, `cannot make directory ${quoteAlways(folder)}: ${errorText(failure)}`);
        return 1;
      }
      if (verbose) c.out(`${at} -> ${folder}\n`);
    }
    pairs.push({ from, to: joinPath(directory, source) });
  }
  return pairs;
}
