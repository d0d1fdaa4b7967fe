// SPDX-License-Identifier: GPL-2.0-or-later
/** less's own way of reading options: letters that may stand in any order, and `+COMMAND`. */

export interface LessOptions {
  /** -N: numbers before the lines. */
  numbers: boolean;
  /** -S: long lines are cut off instead of folded. */
  chops: boolean;
  /** -R: colours come through. */
  raw: boolean;
  /** -F: leaves at once when all fits on one screen. */
  quitsIfFits: boolean;
  /** -X: stays on the main screen. */
  keepsScreen: boolean;
  /** -e leaves at the second end of file, -E at the first. */
  quitsAtEnd: 'never' | 'second' | 'first';
  /** -i: case does not count unless the pattern has a capital; -I: never. */
  ignoresCase: 'no' | 'smart' | 'always';
  /** -n: line numbers are not worked out. */
  countsLines: boolean;
  /** -m and -M: longer prompts. */
  prompt: 'short' | 'medium' | 'long';
  /** -g and -G: which matches are shown; -s: blank lines are squeezed. */
  highlights: boolean;
  squeezes: boolean;
  tabStop: number;
}

export interface LessCommandLine {
  readonly options: LessOptions;
  readonly files: string[];
  /** What `+` says: keys to press for the first file. */
  commands: string;
  wantsHelp: boolean;
  wantsVersion: boolean;
  error: string | undefined;
}

const DEFAULT_TAB_STOP = 8;

/** A letter, what it switches between, and what it says when it is typed as a command. */
type FlagRow = {
  [Name in keyof LessOptions]: readonly [
    letter: string,
    name: Name,
    on: LessOptions[Name],
    off: LessOptions[Name],
    onText: string,
    offText: string,
  ];
}[keyof LessOptions];

// prettier-ignore
const FLAG_ROWS: readonly FlagRow[] = [
  ['N', 'numbers', true, false, 'Constantly display line numbers', "Don't use line numbers"],
  ['n', 'countsLines', true, false, 'Use line numbers', "Don't use line numbers"],
  ['S', 'chops', true, false, 'Chop long lines', 'Fold long lines'],
  ['R', 'raw', true, false, 'Display ANSI sequences directly, control characters as ^X',
    'Display control characters as ^X'],
  ['F', 'quitsIfFits', true, false, 'Quit if entire file fits on first screen',
    "Don't quit if entire file fits on first screen"],
  ['X', 'keepsScreen', true, false, "Don't send init/deinit strings to terminal",
    'Send init/deinit strings to terminal'],
  ['e', 'quitsAtEnd', 'second', 'never', 'Quit at second end-of-file',
    "Don't quit at end-of-file"],
  ['E', 'quitsAtEnd', 'first', 'never', 'Quit immediately at end-of-file',
    "Don't quit at end-of-file"],
  ['i', 'ignoresCase', 'smart', 'no', 'Ignore case in searches', 'Case is significant in searches'],
  ['I', 'ignoresCase', 'always', 'no', 'Ignore case in searches and in patterns',
    'Case is significant in searches'],
  ['m', 'prompt', 'medium', 'short', 'Medium prompt', 'Short prompt'],
  ['M', 'prompt', 'long', 'short', 'Long prompt', 'Short prompt'],
  ['G', 'highlights', true, false, 'Highlight all matches for previous search pattern',
    "Don't highlight search matches"],
  ['s', 'squeezes', true, false, 'Squeeze multiple blank lines', 'Display all blank lines'],
];

/** Switches an option over; what there is to say about it. */
type Flag = (options: LessOptions) => string;

function flagOf<Name extends keyof LessOptions>(
  name: Name,
  on: LessOptions[Name],
  off: LessOptions[Name],
  onText: string,
  offText: string,
): Flag {
  return (options) => {
    const isOn = options[name] !== on;
    options[name] = isOn ? on : off;
    return isOn ? onText : offText;
  };
}

/** By their letters. */
export const FLAGS: ReadonlyMap<string, Flag> = new Map(
  FLAG_ROWS.map((row) => {
    const [letter, name, on, off, onText, offText] = row as readonly [
      string,
      keyof LessOptions,
      never,
      never,
      string,
      string,
    ];
    return [letter, flagOf(name, on, off, onText, offText)];
  }),
);

const LONG: Readonly<Record<string, string>> = {
  'LINE-NUMBERS': 'N',
  'line-numbers': 'n',
  'chop-long-lines': 'S',
  'RAW-CONTROL-CHARS': 'R',
  'quit-if-one-screen': 'F',
  'no-init': 'X',
  'quit-at-eof': 'e',
  'QUIT-AT-EOF': 'E',
  'ignore-case': 'i',
  'IGNORE-CASE': 'I',
  'long-prompt': 'm',
  'LONG-PROMPT': 'M',
  'HILITE-SEARCH': 'G',
  'squeeze-blank-lines': 's',
};

/** Letters that the original knows and that make no difference to us. */
const WITHOUT_EFFECT = 'abBcCdfJKLqQruUwW';

export function parseLessWords(words: readonly string[]): LessCommandLine {
  const parser = new Parser(words);
  parser.run();
  return parser.result;
}

class Parser {
  readonly #words: readonly string[];
  #index = 0;
  readonly result: LessCommandLine = {
    options: {
      numbers: false,
      chops: false,
      raw: false,
      quitsIfFits: false,
      keepsScreen: false,
      quitsAtEnd: 'never',
      ignoresCase: 'no',
      countsLines: true,
      prompt: 'short',
      highlights: true,
      squeezes: false,
      tabStop: DEFAULT_TAB_STOP,
    },
    files: [],
    commands: '',
    wantsHelp: false,
    wantsVersion: false,
    error: undefined,
  };

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  run(): void {
    const { result } = this;
    let isOver = false;
    for (;;) {
      const word = this.#words[this.#index++];
      if (word === undefined) return;
      if (isOver || word === '-' || !/^[-+]./.test(word)) result.files.push(word);
      else if (word === '--') isOver = true;
      else if (word.startsWith('+')) result.commands = word.replace(/^\++/, '');
      else if (word.startsWith('--')) this.#readLong(word.slice(2));
      else if (word === '-?') result.wantsHelp = true;
      else this.#readLetters(word.slice(1));
    }
  }

  #readLong(text: string): void {
    const { result } = this;
    const [name = '', value = ''] = text.split('=', 2);
    const letter = LONG[name];
    if (name === 'help') result.wantsHelp = true;
    else if (name === 'version') result.wantsVersion = true;
    else if (name === 'tabs') this.#setTabs(value);
    else if (letter !== undefined) FLAGS.get(letter)?.(result.options);
    else this.#refuse(name);
  }

  #readLetters(letters: string): void {
    const { result } = this;
    for (let at = 0; at < letters.length; at++) {
      const letter = letters[at] ?? '';
      const rest = letters.slice(at + 1);
      const flag = FLAGS.get(letter);
      if (flag !== undefined) flag(result.options);
      else if (letter === 'V') result.wantsVersion = true;
      else if (letter === 'p') {
        result.commands = `/${rest || (this.#words[this.#index++] ?? '')}`;
        return;
      } else if (letter === 'x') {
        const digits = /^\d+/.exec(rest)?.[0];
        this.#setTabs(digits ?? this.#words[this.#index++] ?? '');
        at += digits?.length ?? 0;
      } else if (!WITHOUT_EFFECT.includes(letter)) this.#refuse(`-${letter}`);
    }
  }

  #setTabs(text: string): void {
    this.result.options.tabStop = Number.parseInt(text, 10) || DEFAULT_TAB_STOP;
  }

  #refuse(name: string): void {
    this.result.error ??= `There is no ${name} option ("less --help" for help)`;
  }
}
