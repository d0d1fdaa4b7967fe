// SPDX-License-Identifier: GPL-2.0-or-later
/** A happening as a plain sentence: parts of it in weight, parts of it links to source. */
import type { Happening, LogLine } from '../../../kernel-sim/machine-types.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'source'; readonly source: NonNullable<LogLine['source']> };

/** Text with `*…*` in weight. */
function words(template: string): readonly Part[] {
  return template
    .split('*')
    .map((text, index) => ({ kind: index % 2 === 1 ? 'strong' : 'text', text }) as const)
    .filter(({ text }) => text !== '');
}

/** Of the machine's own time. */
function duration(nanoseconds: number): string {
  if (nanoseconds < 1e6) return `${Math.round(nanoseconds / 1e3)} µs`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

function kilobytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} kB`;
}

function count(number: number, one: string): string {
  const figure = ['no', 'one', 'two', 'three'][number] ?? String(number);
  return `${figure} ${one}${number === 1 ? '' : 's'}`;
}

/** Why the kernel refused a module, in words, for the errnos that people meet. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOEXEC: 'it was built for another board or kernel',
  EEXIST: 'a module of that name is loaded already',
  EPERM: 'only root may load modules: put sudo before insmod',
  ENOENT: 'there is no such file',
};

/** `source` is the last line of source that the module printed from, when it printed. */
export function sentenceOf(
  happening: Happening,
  source: LogLine['source'] | undefined,
): readonly Part[] {
  switch (happening.kind) {
    case 'booted':
      return words(
        `The kernel booted in *${duration(happening.atNs)}*. No module is loaded yet: ` +
          '*Ctrl Enter* builds and loads the one you see.',
      );
    case 'module-loaded':
      return [
        ...words(
          `*insmod* put *${happening.module}* into the kernel, ` +
            `${happening.sizeBytes} bytes of it; ` +
            '*init()* printed ' +
            (happening.lines === 0 ? 'nothing' : count(happening.lines, 'line')),
        ),
        ...(happening.lines > 0 && source !== undefined
          ? [...words(' at '), { kind: 'source', source } as const]
          : []),
        ...words('. The kernel owns the module until *rmmod*.'),
      ];
    case 'module-unloaded':
      return words(
        `*rmmod* took *${happening.module}* out: the kernel dropped it, and what it owned with it.`,
      );
    case 'module-refused': {
      const reason = REFUSALS[happening.errno];
      return words(
        `The kernel refused *${happening.module}* with *${happening.errno}*` +
          (reason === undefined ? '.' : `: ${reason}.`),
      );
    }
    case 'oops':
      return [
        ...words(`*${happening.title}*`),
        ...(happening.source === undefined
          ? []
          : [...words(' at '), { kind: 'source', source: happening.source } as const]),
        ...words('. The task was ended; the kernel goes on.'),
      ];
    case 'build':
      return happening.errors === 0
        ? words(`*make* built *${happening.module}.ko*, ${kilobytes(happening.sizeBytes)}.`)
        : words(
            `*make* found ${count(happening.errors, 'error')}, ` +
              `so *${happening.module}.ko* was not built.`,
          );
    case 'device':
      return words(
        `*${happening.name}* is a character device now, with major number *${happening.major}*.`,
      );
    case 'halted':
      return words(`The machine has halted with status *${happening.status}*.`);
  }
}
