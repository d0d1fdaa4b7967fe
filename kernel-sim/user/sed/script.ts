// SPDX-License-Identifier: GPL-2.0-or-later
/** What a sed script is made of. Parsed by parse.ts, run by run.ts. */
import type { Regex } from '../support/regex.ts';

/** A compiled expression; undefined stands for `//`, the one used last. */
export type Pattern = Regex | undefined;

export type Address =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'pattern'; readonly pattern: Pattern }
  /** `first~step`; as a second address `~step` and `+count`. */
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'multiple'; readonly step: number }
  | { readonly kind: 'count'; readonly count: number };

export interface Addresses {
  readonly first: Address | undefined;
  readonly second: Address | undefined;
  readonly isNegated: boolean;
}

/** A piece of the right side of `s`: text, a group (0 is all), or a change of case. */
export type Replacement = string | number | { readonly caseChange: string };

export interface Substitution {
  readonly pattern: Pattern;
  readonly replacement: readonly Replacement[];
  readonly isGlobal: boolean;
  /** From which match on; 1 is the first. */
  readonly from: number;
  readonly prints: boolean;
  readonly file: string | undefined;
}

export interface Command extends Addresses {
  readonly letter: string;
  /** Text of a, i and c; the file of r, R, w and W; the label of b, t and T. */
  readonly text: string;
  /** The exit status of q and Q, the width of l, where `{` ends and a branch goes. */
  readonly number: number | undefined;
  readonly substitution: Substitution | undefined;
  readonly translation: ReadonlyMap<string, string> | undefined;
}

export interface ScriptOptions {
  readonly isExtended: boolean;
  readonly posix: boolean;
}

export type ParsedScript =
  | { readonly commands: readonly Command[]; readonly isQuiet: boolean }
  | { readonly error: string };
