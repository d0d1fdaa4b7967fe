// SPDX-License-Identifier: GPL-2.0-or-later
/** seq: numbers from first to last. */
import { command, has, misuse, missingOperand, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';

const HELP = `Usage: seq [OPTION]... LAST
  or:  seq [OPTION]... FIRST LAST
  or:  seq [OPTION]... FIRST INCREMENT LAST
Print numbers from FIRST to LAST, in steps of INCREMENT.

  -s, --separator=STRING   use STRING to separate numbers (default: \\n)
  -w, --equal-width        equalize width by padding with leading zeroes
      --help        display this help and exit
`;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export const seq = command({
  short: 's:wf:',
  long: { separator: 's:', 'equal-width': 'w', format: 'f:' },
  help: HELP,
  rewrite: protectNegatives,
  *main(c, args) {
    const { operands } = args;
    if (operands.length === 0) return yield* missingOperand(c);
    const extra = operands[3];
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    const wrong = operands.find((text) => !NUMBER.test(text));
    if (wrong !== undefined) {
      return yield* misuse(c, `invalid floating point argument: ${quoted(c, wrong)}`);
    }
    const texts =
      operands.length === 1
        ? ['1', '1', operands[0] ?? '']
        : operands.length === 2
          ? [operands[0] ?? '', '1', operands[1] ?? '']
          : operands;
    const [first = 0, step = 0, last = 0] = texts.map(Number);
    if (step === 0) {
      return yield* misuse(c, `invalid Zero increment value: ${quoted(c, texts[1] ?? '')}`);
    }
    const places = Math.max(decimals(texts[0] ?? ''), decimals(texts[1] ?? ''));
    const separator = valueOf(args, 's') ?? '\n';
    const width = has(args, 'w')
      ? Math.max(first.toFixed(places).length, last.toFixed(places).length)
      : 0;
    // Counted in whole steps, so that rounding does not add up.
    const count = Math.floor((last - first) / step + 1e-9);
    for (let i = 0; i <= count; i++) {
      const text = padded((first + i * step).toFixed(places), width);
      if (c.out(i < count ? text + separator : `${text}\n`)) {
        if ((yield* c.flush()) < 0) return 1;
      }
    }
    return 0;
  },
});

/** Negative numbers are no options. */
function protectNegatives(argv: readonly string[]): readonly string[] {
  const index = argv.findIndex((word) => NUMBER.test(word));
  return index < 0 || argv.includes('--') ? argv : argv.toSpliced(index, 0, '--');
}

function decimals(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

function padded(text: string, width: number): string {
  return text.startsWith('-')
    ? `-${text.slice(1).padStart(width - 1, '0')}`
    : text.padStart(width, '0');
}
