// SPDX-License-Identifier: GPL-2.0-or-later
/** What gcc says of a table of constants: read from the assembly, so that nothing needs to run. */
import { spawnSync } from 'node:child_process';

/** The compilers of the boards. */
export const COMPILERS = { 'x86-64': 'x86_64-linux-gnu-gcc', armv7: 'arm-linux-gnueabihf-gcc' };

export type Target = keyof typeof COMPILERS;

/** The numbers of the one table of `source`; undefined where there is no such compiler. */
export function gccAnswers(target: Target, source: string): number[] | undefined {
  const flags = ['-x', 'c', '-S', '-O0', '-o', '-', '-'];
  const result = spawnSync(COMPILERS[target], flags, { input: source, encoding: 'utf8' });
  if (result.error !== undefined) return undefined;
  if (result.status !== 0) throw new Error(result.stderr);
  return [...result.stdout.matchAll(/^\t\.(long|word|zero|space)\t(\d+)$/gm)].flatMap(
    ([, directive, number]) => {
      const value = Number(number);
      const isOne = directive === 'long' || directive === 'word';
      return isOne ? [value] : Array.from({ length: value / 4 }, () => 0);
    },
  );
}
