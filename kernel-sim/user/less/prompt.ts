// SPDX-License-Identifier: GPL-2.0-or-later
/** What the last row says. */
import type { LessOptions } from './options.ts';

export interface PromptFacts {
  readonly name: string;
  /** The first prompt for this file. */
  readonly isNew: boolean;
  readonly isAtEnd: boolean;
  readonly isHelp: boolean;
  readonly isFromPipe: boolean;
  readonly file: number;
  readonly files: number;
  readonly next: string | undefined;
  /** Lines on the screen, counted from 1; the number of all lines once it is known. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly lines: number | undefined;
  /** Where the screen ends, in bytes. */
  readonly endByte: number;
  readonly sizeBytes: number | undefined;
}

/** Empty: the prompt is a colon. */
export function promptText(facts: PromptFacts, style: LessOptions['prompt']): string {
  if (facts.isHelp) {
    return facts.isAtEnd
      ? 'HELP -- END -- Press g to see it again, or q when done'
      : 'HELP -- Press RETURN for more, or q when done';
  }
  const name = facts.isFromPipe ? '' : `${facts.name} `;
  const which = facts.files > 1 ? `(file ${facts.file} of ${facts.files}) ` : '';
  const next = facts.next === undefined ? '' : `- Next: ${facts.next}`;
  const end = facts.isAtEnd ? `(END) ${next}` : '';
  const percent = percentOf(facts);
  if (style === 'short') return `${facts.isNew ? name + which : ''}${end}`.trimEnd();
  if (style === 'medium') {
    const place = percent === undefined ? `byte ${facts.endByte}` : `${percent}%`;
    return `${facts.isNew ? name + which : ''}${facts.isAtEnd ? end : place}`.trimEnd();
  }
  const place = facts.isAtEnd ? end : percent === undefined ? '' : `${percent}%`;
  return `${name}${facts.isNew ? which : ''}${linesOf(facts)} ${place}`.trimEnd();
}

/** The answer to `=`. */
export function statusText(facts: PromptFacts): string {
  const name = facts.isFromPipe ? '' : `${facts.name} `;
  const which = facts.files > 1 ? `(file ${facts.file} of ${facts.files}) ` : '';
  const size = facts.sizeBytes === undefined ? '' : `/${facts.sizeBytes}`;
  const end = facts.next === undefined ? '(END)' : `(END) - Next: ${facts.next}`;
  const percent = percentOf(facts);
  const place = facts.isAtEnd ? end : percent === undefined ? '' : `${percent}%`;
  return `${name}${which}${linesOf(facts)} byte ${facts.endByte}${size} ${place}`.trimEnd();
}

function linesOf({ firstLine, lastLine, lines }: PromptFacts): string {
  return `lines ${firstLine}-${lastLine}${lines === undefined ? '' : `/${lines}`}`;
}

function percentOf({ endByte, sizeBytes }: PromptFacts): number | undefined {
  if (sizeBytes === undefined) return undefined;
  return sizeBytes === 0 ? 100 : Math.round((endByte * 100) / sizeBytes);
}
