// SPDX-License-Identifier: GPL-2.0-or-later
/** What a compiled pattern consists of, and which character each part takes. */

export type Token =
  | { readonly kind: 'char'; readonly unit: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly items: readonly SetItem[] }
  | GroupToken;

/** `+(a|b)` and its kin; what they match is followed by pattern-group.ts. */
export interface GroupToken {
  readonly kind: 'group';
  readonly operator: string;
  readonly alternatives: readonly Pattern[];
}

export type SetItem =
  | { readonly from: number; readonly to: number }
  | { readonly contains: (unit: number) => boolean };

export type Pattern = readonly Token[];

/** Whether a set, before any negation, has `unit`. */
export function matchesItems(items: readonly SetItem[], unit: number): boolean {
  return items.some((item) =>
    'contains' in item ? item.contains(unit) : unit >= item.from && unit <= item.to,
  );
}

/** Whether a token of one character, or a star, takes `unit`. */
export function matchesOne(token: Exclude<Token, GroupToken>, unit: number): boolean {
  if (token.kind === 'char') return token.unit === unit;
  if (token.kind !== 'set') return true;
  return matchesItems(token.items, unit) !== token.negated;
}
