// SPDX-License-Identifier: GPL-2.0-or-later
/** The simple command that the cursor is in, as far as it is typed. */

/** After these a command begins. */
// prettier-ignore
const BEFORE_COMMAND: ReadonlySet<string> = new Set([
  '!', '{', 'if', 'then', 'elif', 'else', 'while', 'until', 'do', 'time', 'exec', 'command',
]);
/** Options of sudo that take the next word. */
const SUDO_WITH_VALUE = /^-[A-Za-z]*[CDgpTUu]$/;

/**
 * The unquoted words before the one at the cursor: the command's name and arguments, without
 * assignments, redirections and `sudo`. Nothing where a command's name is expected.
 */
export function simpleCommandBefore(line: string): readonly string[] {
  const words = splitWords(line);
  let at = 0;
  for (;;) {
    const word = words[at] ?? '';
    if (/^\w+\+?=/.test(word) || BEFORE_COMMAND.has(word)) at++;
    else if (word === 'sudo') at = afterSudo(words, at + 1);
    else return words.slice(at);
  }
}

function afterSudo(words: readonly string[], start: number): number {
  let at = start;
  while (words[at]?.startsWith('-') === true) {
    at += SUDO_WITH_VALUE.test(words[at] ?? '') ? 2 : 1;
  }
  return at;
}

/** Words since the last operator that ends a command. */
function splitWords(line: string): string[] {
  let words: string[] = [];
  let word: string | undefined;
  let quote = '';
  let isTarget = false;
  const end = (): void => {
    if (word === undefined) return;
    if (!isTarget) words.push(word);
    isTarget = false;
    word = undefined;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote !== '' && char === quote) quote = '';
    else if (char === '\\' && quote !== "'") word = (word ?? '') + line.charAt(++at);
    else if (quote !== '') word = (word ?? '') + char;
    else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) end();
    else if (/[<>]/.test(char)) {
      // The number of a descriptor belongs to the redirection.
      if (word !== undefined && /^\d+$/.test(word)) word = undefined;
      end();
      isTarget = true;
    } else if (char === '&' && isTarget) continue;
    else if (/[;&|()`]/.test(char)) {
      words = [];
      word = undefined;
      isTarget = false;
    } else word = (word ?? '') + char;
  }
  end();
  return words;
}
