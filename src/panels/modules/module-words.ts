// SPDX-License-Identifier: GPL-2.0-or-later
/** Facts of modules in the words and figures in which they are shown. */
import type { ModuleDetail, ModuleSymbol, ModuleView } from '../../../kernel-sim/machine-types.ts';

/** `2: ticket_user`, as lsmod's third column says it. */
export function usersOf({ references, usedBy }: ModuleView): string {
  return usedBy.length === 0 ? String(references) : `${references}: ${usedBy.join(', ')}`;
}

/** `-rw-r--r--`, or what it means that there are none. */
export function modeText(mode: number): string {
  if (mode === 0) return 'not in sysfs';
  const bit = (at: number): string => ((mode & (1 << at)) === 0 ? '-' : ('xwr'[at % 3] ?? '-'));
  return `-${Array.from({ length: 9 }, (_, index) => bit(8 - index)).join('')}`;
}

/** Linux: nm(1). */
const KINDS: Readonly<Record<string, string>> = {
  t: 'function of its own',
  T: 'function',
  d: 'data of its own',
  D: 'data',
  b: 'zeroed data of its own',
  B: 'zeroed data',
  r: 'constants of its own',
  R: 'constants',
};

export function kindWords(kind: string): string {
  return KINDS[kind] ?? kind;
}

export function exportWords({ isExported, isGplOnly }: ModuleSymbol): string {
  if (!isExported) return '';
  return isGplOnly ? 'exported, GPL only' : 'exported';
}

/** Those whose name, kind or export has the text. */
export function filterSymbols(
  symbols: readonly ModuleSymbol[],
  text: string,
): readonly ModuleSymbol[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return symbols;
  return symbols.filter((symbol) =>
    `${symbol.name} ${kindWords(symbol.kind)} ${exportWords(symbol)}`
      .toLowerCase()
      .includes(wanted),
  );
}

/** What keeps the module from being unloaded, one line each; none when nothing does. */
export function holdersOf(detail: ModuleDetail): readonly string[] {
  const { holders, usedBy, references } = detail;
  const files = holders.map(
    ({ name, pid, path, fd }) => `${name}, process ${pid}, has ${path} open as descriptor ${fd}.`,
  );
  const others = references - usedBy.length - holders.length;
  return [
    ...files,
    ...(others > 0
      ? [`The kernel itself holds it ${others === 1 ? 'once' : `${others} times`}.`]
      : []),
  ];
}
