// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * find: walks directories and tests, prints and runs.
 *
 * Linux counterpart: GNU find. Its words are not options as getopt(3) knows them.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { getgrnam, getpwnam } from './libc/passwd.ts';
import { parseExpression, type Expression, type Primary } from './find/expression.ts';
import { Walker } from './find/walk.ts';
import { errorText } from './support/command.ts';
import { quoted } from './support/locale.ts';
import { changeMode } from './support/mode.ts';
import { createRegex } from './support/regex.ts';

const HELP = `Usage: find [-H] [-L] [-P] [path...] [expression]

Default path is the current directory; default expression is -print.
Expression may consist of: operators, options, tests, and actions.

Operators (decreasing precedence; -and is implicit where no others are given):
      ( EXPR )   ! EXPR   -not EXPR   EXPR1 -a EXPR2   EXPR1 -and EXPR2
      EXPR1 -o EXPR2   EXPR1 -or EXPR2   EXPR1 , EXPR2

Options, for the whole walk:
  -maxdepth LEVELS
  -mindepth LEVELS
  -depth
  -regextype TYPE

Tests (N can be +N or -N or N):
  -amin N
  -anewer FILE
  -atime N
  -cmin N
  -cnewer FILE
  -ctime N
  -empty
  -executable
  -false
  -gid N
  -group NAME
  -iname PATTERN
  -inum N
  -ipath PATTERN
  -iregex PATTERN
  -links N
  -lname PATTERN
  -mmin N
  -mtime N
  -name PATTERN
  -newer FILE
  -nogroup
  -nouser
  -path PATTERN
  -perm [-/]MODE
  -readable
  -regex PATTERN
  -samefile NAME
  -size N[bcwkMG]
  -true
  -type [bcdpfls]
  -uid N
  -user NAME
  -wholename PATTERN
  -writable
  -xtype [bcdpfls]

Actions:
  -delete
  -exec COMMAND ;
  -execdir COMMAND ;
  -print
  -print0
  -printf FORMAT
  -prune
  -quit
`;

const ERROR = 1;

export const find = defineProgram(function* (c) {
  const words = c.argv.slice(1);
  if (words[0] === '--help' || words[0] === '-help') {
    c.out(HELP);
    return 0;
  }
  let follows: 'never' | 'operands' | 'always' = 'never';
  while (/^-[HLP]$/.test(words[0] ?? '')) {
    const letter = words.shift();
    follows = letter === '-L' ? 'always' : letter === '-H' ? 'operands' : 'never';
  }
  const end = words.findIndex((word) => /^(?:-.|[(!]$)/.test(word));
  const roots = words.slice(0, end < 0 ? undefined : end);
  const parsed = parseExpression(end < 0 ? [] : words.slice(end));
  if (typeof parsed === 'string') return yield* c.die('find', parsed, ERROR);
  const { expression, options } = parsed;
  const error = yield* prepare(c, expression, options.get('-regextype') ?? 'findutils-default');
  if (error !== undefined) return yield* c.die('find', error, ERROR);
  for (const name of ['-maxdepth', '-mindepth']) {
    const value = options.get(name);
    if (value === undefined || /^\d+$/.test(value)) continue;
    const got = `but got ${quoted(c, value)}`;
    const message = `Expected a positive decimal integer argument to ${name}, ${got}`;
    return yield* c.die('find', message, ERROR);
  }
  const walker = new Walker(c, expression, {
    minDepth: Number(options.get('-mindepth') ?? 0),
    maxDepth: Number(options.get('-maxdepth') ?? Infinity),
    isDepthFirst: options.has('-depth') || options.has('-d') || deletes(expression),
    follows,
  });
  return yield* walker.run(roots.length > 0 ? roots : ['.']);
});

function primaries(node: Expression): readonly Primary[] {
  if (node.kind === 'primary') return [node];
  if (node.kind === 'not') return primaries(node.part);
  return node.parts.flatMap((part) => primaries(part));
}

/** A directory can go only after what is in it. */
function deletes(expression: Expression): boolean {
  return primaries(expression).some(({ name }) => name === '-delete');
}

/** Looks at the arguments before anything runs: what is wrong with one. */
function* prepare(c: Libc, expression: Expression, type: string): Sleeping<string | undefined> {
  for (const primary of primaries(expression)) {
    const { name, argument } = primary;
    const error = yield* check(c, name, argument);
    if (error !== undefined) return error;
    if (name !== '-regex' && name !== '-iregex') continue;
    const compiled = createRegex([argument], {
      syntax: /extended|egrep|awk/.test(type) ? 'extended' : 'basic',
      ignoreCase: name === '-iregex',
      dotAll: true,
    });
    if ('error' in compiled) {
      return `failed to compile regular expression '${argument}': ${compiled.error}`;
    }
    primary.regex = compiled.regex;
  }
  return undefined;
}

function* check(c: Libc, name: string, argument: string): Sleeping<string | undefined> {
  switch (name) {
    case '-type':
    case '-xtype': {
      const wrong = argument.split(',').find((letter) => !/^[bcdpflsD]$/.test(letter));
      return wrong === undefined ? undefined : `Unknown argument to ${name}: ${wrong}`;
    }
    case '-size':
      if (/^[-+]?\d+[bcwkMG]?$/.test(argument)) return undefined;
      return /[bcwkMG]$/.test(argument)
        ? `Invalid argument \`${argument}' to -size`
        : `invalid -size type \`${argument.slice(-1)}'`;
    case '-newer':
    case '-anewer':
    case '-cnewer':
    case '-samefile': {
      const stat = yield* c.stat(argument);
      if (typeof stat !== 'number') return undefined;
      return `${quoted(c, argument)}: ${errorText(stat)}`;
    }
    case '-perm': {
      const isMode = changeMode(argument.replace(/^[-/]/, ''), 0, false, 0) !== undefined;
      return isMode ? undefined : `invalid mode ${quoted(c, argument)}`;
    }
    case '-user': {
      const isKnown = /^\d+$/.test(argument) || (yield* getpwnam(c, argument)) !== undefined;
      return isKnown ? undefined : `${quoted(c, argument)} is not the name of a known user`;
    }
    case '-group': {
      const isKnown = /^\d+$/.test(argument) || (yield* getgrnam(c, argument)) !== undefined;
      return isKnown ? undefined : `${quoted(c, argument)} is not the name of an existing group`;
    }
    case '-mtime':
    case '-atime':
    case '-ctime':
    case '-mmin':
    case '-amin':
    case '-cmin':
    case '-links':
    case '-inum':
    case '-uid':
    case '-gid': {
      const isNumber = /^[-+]?\d+(?:\.\d+)?$/.test(argument);
      return isNumber ? undefined : `invalid argument \`${argument}' to \`${name}'`;
    }
    default:
      return undefined;
  }
}
