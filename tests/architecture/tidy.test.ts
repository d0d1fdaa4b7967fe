// SPDX-License-Identifier: GPL-2.0-or-later
/** Holds every file to the rules of tidy.ts, and the rules to planted violations. */
import { describe, expect, it } from 'vitest';

import { listFiles, readSource } from './source-files.ts';
import { RULES, untidiness } from './tidy.ts';

const LICENCE = '// SPDX-License-Identifier: GPL-2.0-or-later';

/** A source file with the given lines below its licence. */
function source(...lines: string[]): string {
  return [LICENCE, ...lines, ''].join('\n');
}

describe('every file', () => {
  it('is tidy', () => {
    expect(listFiles().flatMap((path) => untidiness(path, readSource(path)))).toEqual([]);
  });
});

describe('the rules', () => {
  const file = 'kernel-sim/fs/pipe.ts';
  const wide = `const text = '${'x'.repeat(100)}';`;
  const long = Array.from({ length: 450 }, () => '//');

  it.each<[rule: string, what: string, path: string, text: string]>([
    ['licence', 'a missing licence', file, 'export {};\n'],
    ['licence', 'a licence too late', file, `\n${LICENCE}\n`],
    ['licence', 'a style sheet without one', 'src/app/app.css', 'a {}\n'],
    ['words', 'a suppression that never expires', file, source('// @ts-ignore')],
    ['words', 'a suppression without a reason', file, source('// oxlint-disable-next-line curly')],
    ['words', 'a suppression of a whole file', file, source('/* oxlint-disable */')],
    ['words', 'a word with a better one', file, source('const whitelist = [];')],
    ['words', 'a number for a reason', file, source('// See issue #12.')],
    ['leftovers', 'work left over', file, source('// TODO: later')],
    ['leftovers', 'a bug left over', file, source('// FIXME: wrong')],
    ['wide', 'a line past 100 columns', file, source(wide)],
    ['wide', 'an excuse without a reason', file, source('// tidy: wide because', wide)],
    ['long', 'a file past 450 lines', file, source(...long)],
    ['machine-paths', 'a work tree', file, source("const root = '/work/tree';")],
    ['machine-paths', "somebody's home", 'docs/style.md', '# Style\n\nSee /home/alice/notes.\n'],
    ['machine-paths', 'a drive', file, source(String.raw`// C:\kernel`)],
    ['title', 'no title', 'docs/style.md', 'Words.\n'],
    ['title', 'two titles', 'docs/style.md', '# One\n\n# Two\n'],
    ['title', 'a title too late', 'docs/style.md', 'Words.\n\n# One\n'],
    ['names', 'camel case', 'kernel-sim/fs/openFile.ts', source()],
    ['names', 'snake case', 'kernel-sim/fs/open_file.ts', source()],
    ['names', 'a component in capitals', 'src/panels/tasks/TaskPanel.tsx', source()],
    ['names', 'a folder in capitals', 'src/Panels/tasks.tsx', source()],
    ['names', 'a name that says nothing', 'kernel-sim/fs/utils.ts', source()],
    ['names', 'an example in kebab case', 'kernel-sim/examples/hello-world/hello.ts', source()],
  ])('%s: catches %s', (rule, _what, path, text) => {
    const found = untidiness(path, text);

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${path}: ${rule}: `);
  });

  it.each<[what: string, path: string, text: string]>([
    ['a clean file', file, source('export {};')],
    ['a script', '.ci/run', `#!/bin/sh\n# ${LICENCE.slice(3)}\n`],
    ['a suppression with a reason', file, source('// oxlint-disable-next-line curly -- a table')],
    ['an expected error', file, source('// @ts-expect-error: a number is planted here')],
    ['a long link', file, source(`// https://example.org/${'x'.repeat(100)}`)],
    ['a wide file with a reason', file, source('// tidy: wide because it quotes dmesg', wide)],
    ['a long file with a reason', file, source('// tidy: long because it is a table', ...long)],
    ['an exercise', 'kernel-sim/examples/yes/yes.ts', source('// TODO: your turn')],
    ['the simulated home', file, source("const home = '/home/user/hello_world';")],
    ['a comment in a snippet', 'docs/style.md', '# Style\n\n```sh\n# one\n```\n'],
    ['an example', 'kernel-sim/examples/hello_world/hello_world.ts', source()],
    ['customary names', 'kernel-sim/examples/hello_world/README.md', '# Hello\n'],
  ])('let %s pass', (_what, path, text) => {
    expect(untidiness(path, text)).toEqual([]);
  });

  it('have names of their own', () => {
    expect(new Set(RULES.map((rule) => rule.name)).size).toBe(RULES.length);
  });
});
