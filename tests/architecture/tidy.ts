// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The style that neither compiler, linter nor formatter can see: one rule a table row.
 *
 * An exception to `long` or `wide` is a line in the file that it concerns, with its reason:
 * `// tidy: long because the table is the manual's, row for row`.
 */

export interface Rule {
  readonly name: string;
  readonly appliesTo: (path: string) => boolean;
  /** Says what is wrong, one string a finding. */
  readonly check: (text: string, path: string) => readonly string[];
}

const MAX_LINES = 450;
const MAX_COLUMNS = 100;
const SPDX = 'SPDX-License-Identifier: GPL-2.0-or-later';

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
}

const BANNED_WORDS: readonly Ban[] = [
  { pattern: /@ts-(?:ignore|nocheck)/, instead: '@ts-expect-error with a reason: it expires' },
  { pattern: /eslint-disable/, instead: 'oxlint-disable-next-line RULE -- reason' },
  {
    pattern: /oxlint-disable(?!-next-line [\w/-]+ -- \w)/,
    instead: 'one line, one rule, `-- reason`',
  },
  { pattern: /\bwhite-?list/i, instead: 'allow list' },
  { pattern: /\bblack-?list/i, instead: 'deny list' },
  { pattern: /\bsanity[ -]check/i, instead: 'the word for what is checked' },
  { pattern: /\bissue #?\d/i, instead: 'the reason itself; history knows the number' },
];

const LEFTOVERS = /\b(?:TODO|FIXME|HACK)\b/;

/** Homes of people and work trees of machines; `/home/user` is the simulated one. */
const MACHINE_PATH =
  /(?<![\w.])\/(?:work|Users|home\/(?!user\b)\w+)\/\w|\b[A-Z]:\\\w|\.\.\/shared\b/;

const VAGUE_NAME = /^(?:utils?|helpers?|misc|common|stuff)(?:\.|$)/;
const KEBAB_CASE = /^\.?[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
const SNAKE_CASE = /^[a-z0-9]+(?:[._][a-z0-9]+)*$/;
const CUSTOMARY_NAMES = new Set([
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'Kbuild',
  'Makefile',
]);

const EXAMPLES = 'kernel-sim/examples/';
const ABOUT_TIDINESS = /^tests\/architecture\/tidy(?:\.test)?\.ts$/;

const isGenerated = (path: string): boolean =>
  /(?:^|\/)(?:generated|recorded)\//.test(path) || path === 'package-lock.json';
const isSource = (path: string): boolean =>
  !isGenerated(path) && (/\.(?:tsx?|mjs|css)$/.test(path) || path === '.ci/run');
const isProse = (path: string): boolean => path.endsWith('.md');

export const RULES: readonly Rule[] = [
  {
    name: 'licence',
    appliesTo: isSource,
    check(text) {
      const [first = '', second = ''] = text.split('\n');
      const line = first.startsWith('#!') ? second : first;
      return line.includes(SPDX) ? [] : [`starts without '${SPDX}'`];
    },
  },
  {
    name: 'words',
    appliesTo: (path) => isSource(path) && !ABOUT_TIDINESS.test(path),
    check: (text) =>
      isExcused(text, 'words')
        ? []
        : numbered(text).flatMap(([number, line]) =>
            BANNED_WORDS.filter(({ pattern }) => pattern.test(line)).map(
              ({ pattern, instead }) => `${number}: ${pattern.exec(line)?.[0]}: say ${instead}`,
            ),
          ),
  },
  {
    name: 'leftovers',
    // In an example such a note is an exercise.
    appliesTo: (path) => isSource(path) && !path.startsWith(EXAMPLES) && !ABOUT_TIDINESS.test(path),
    check: (text) => matching(text, LEFTOVERS),
  },
  {
    name: 'wide',
    appliesTo: isSource,
    check: (text) =>
      isExcused(text, 'wide')
        ? []
        : numbered(text)
            .filter(([, line]) => [...line].length > MAX_COLUMNS && !line.includes('://'))
            .map(([number, line]) => `${number}: ${[...line].length} columns`),
  },
  {
    name: 'long',
    appliesTo: isSource,
    check(text) {
      const lines = text.trimEnd().split('\n').length;
      return lines <= MAX_LINES || isExcused(text, 'long') ? [] : [`${lines} lines`];
    },
  },
  {
    name: 'machine-paths',
    appliesTo: (path) => (isSource(path) || isProse(path)) && !ABOUT_TIDINESS.test(path),
    check: (text) => matching(text, MACHINE_PATH),
  },
  {
    name: 'title',
    appliesTo: isProse,
    check(text) {
      const prose = text.replaceAll(/^(?<fence>`{3,}).*?^\k<fence>$/gms, '');
      const titles = prose.match(/^# .+$/gm) ?? [];
      return titles.length === 1 && text.startsWith('# ')
        ? []
        : [`${titles.length} titles; wants one, in the first line`];
    },
  },
  {
    name: 'names',
    appliesTo: (path) => !isGenerated(path),
    check(_text, path) {
      const isExample = path.startsWith(EXAMPLES);
      const parts = isExample ? path.slice(EXAMPLES.length).split('/') : path.split('/');
      const wanted = isExample ? SNAKE_CASE : KEBAB_CASE;
      return parts
        .filter((part) => !CUSTOMARY_NAMES.has(part))
        .filter((part) => !wanted.test(part) || VAGUE_NAME.test(part))
        .map((part) => `'${part}' is not ${isExample ? 'snake_case' : 'kebab-case'}, or vague`);
    },
  },
];

/** The findings of every rule on one file. */
export function untidiness(path: string, text: string): string[] {
  return RULES.filter((rule) => rule.appliesTo(path)).flatMap((rule) =>
    rule.check(text, path).map((finding) => `${path}: ${rule.name}: ${finding}`),
  );
}

function numbered(text: string): [number: number, line: string][] {
  return text.split('\n').map((line, index) => [index + 1, line]);
}

function matching(text: string, pattern: RegExp): string[] {
  return numbered(text)
    .filter(([, line]) => pattern.test(line))
    .map(([number, line]) => `${number}: ${line.trim()}`);
}

function isExcused(text: string, rule: 'long' | 'wide' | 'words'): boolean {
  return new RegExp(String.raw`^(?://|/?\*) tidy: ${rule} because \S`, 'm').test(text);
}
