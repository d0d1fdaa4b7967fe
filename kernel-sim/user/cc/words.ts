// SPDX-License-Identifier: GPL-2.0-or-later
/** The command line of cc, as gcc reads it. */

export interface CcRequest {
  readonly inputs: readonly string[];
  readonly output: string | undefined;
  /** `-c`: an object file for each input, no executable. */
  readonly stopsAtObjects: boolean;
  /** `-fsyntax-only`: nothing is written. */
  readonly onlyChecks: boolean;
  readonly warns: boolean;
  readonly areWarningsErrors: boolean;
  readonly wantsVersion: boolean;
  readonly wantsHelp: boolean;
}

export const CC_HELP = `Usage: cc [options] file...
Options:
  --help                   Display this information.
  --version                Display compiler version information.
  -c                       Compile, but do not link.
  -o <file>                Place the output into <file>.
  -fsyntax-only            Check the code, and do nothing beyond that.
  -Wall                    Enable most warning messages.
  -Werror                  Treat all warnings as errors.
  -w                       Suppress warnings.
`;

/** What C programmers write by habit and what means nothing to this compiler. */
const ACCEPTED =
  /^-(g[0-3]?|ggdb|O[0-3sgz]?|Ofast|pipe|pthread|static|std=.*|pedantic|[fmlLIDUW].*)$/;

export function parseCcWords(words: readonly string[]): CcRequest | { readonly error: string } {
  const inputs: string[] = [];
  let output: string | undefined;
  const given = new Set<string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-o') {
      output = words[++at];
      if (output === undefined) return { error: "missing filename after '-o'" };
    } else if (word.startsWith('-o')) output = word.slice(2);
    else if (!word.startsWith('-') || word === '-') inputs.push(word);
    else if (KNOWN.has(word)) given.add(word);
    else if (!ACCEPTED.test(word)) {
      return { error: `unrecognized command-line option '${word}'` };
    }
  }
  return {
    inputs,
    output,
    stopsAtObjects: given.has('-c'),
    onlyChecks: given.has('-fsyntax-only'),
    warns: (given.has('-Wall') || given.has('-Wextra') || given.has('-Werror')) && !given.has('-w'),
    areWarningsErrors: given.has('-Werror'),
    wantsVersion: given.has('--version') || given.has('-v'),
    wantsHelp: given.has('--help'),
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  '-c',
  '-fsyntax-only',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-w',
  '--version',
  '-v',
  '--help',
]);
