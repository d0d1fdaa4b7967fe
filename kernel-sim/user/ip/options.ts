// SPDX-License-Identifier: GPL-2.0-or-later
/** The options of ip that stand before the object, and the words after it. */
import { AF } from '../../uapi/socket.ts';

export interface IpOptions {
  /** An AF; UNSPEC for all. */
  family: number;
  /** How often -s was given. */
  statistics: number;
  showsDetails: boolean;
  isBrief: boolean;
  isOneline: boolean;
  isNumeric: boolean;
  isColored: boolean;
  /** Counters with k, M, G. */
  isHuman: boolean;
}

/** What ends the program: a text for standard error, and the status. */
export interface IpFailure {
  readonly failure: string;
  readonly status: number;
}

export function fail(failure: string, status = 255): IpFailure {
  return { failure, status };
}

/** As iproute2's matches(): `text` may be cut short. */
export function matches(text: string, word: string): boolean {
  return text !== '' && word.startsWith(text);
}

const FAMILIES: Readonly<Record<string, number>> = {
  inet: AF.INET,
  inet6: AF.INET6,
  link: AF.PACKET,
};
/** iproute2's own, on Debian 12. */
const VERSION = 'ip utility, iproute2-6.1.0, libbpf 1.1.2\n';

/** Options that take nothing, in the order in which abbreviations find them. */
const SWITCHES: readonly (readonly [word: string, apply: (options: IpOptions) => void])[] = [
  ['-4', (options) => void (options.family = AF.INET)],
  ['-6', (options) => void (options.family = AF.INET6)],
  ['-0', (options) => void (options.family = AF.PACKET)],
  ['-stats', (options) => void options.statistics++],
  ['-statistics', (options) => void options.statistics++],
  ['-details', (options) => void (options.showsDetails = true)],
  ['-oneline', (options) => void (options.isOneline = true)],
  ['-brief', (options) => void (options.isBrief = true)],
  ['-Numeric', (options) => void (options.isNumeric = true)],
  ['-human-readable', (options) => void (options.isHuman = true)],
  ['-color', (options) => void (options.isColored = true)],
];
/** iproute2's -batch, which we do not have. */
const BATCH = '-b';

export interface ParsedIpWords {
  readonly options: IpOptions;
  /** The object and what follows it. */
  readonly words: readonly string[];
  /** Something to print instead: the version, or the help. */
  readonly instead?: 'help' | 'version';
}

export { VERSION as IP_VERSION };

export function parseIpWords(argv: readonly string[]): ParsedIpWords | IpFailure {
  const options: IpOptions = {
    family: AF.UNSPEC,
    statistics: 0,
    showsDetails: false,
    isBrief: false,
    isOneline: false,
    isNumeric: false,
    isColored: false,
    isHuman: false,
  };
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') {
      at++;
      break;
    }
    if (!word.startsWith('-')) break;
    const option = word.startsWith('--') ? word.slice(1) : word;
    if (option === '-f' || (option.length > 2 && matches(option, '-family'))) {
      const name = argv[++at];
      if (name === undefined) return fail('Command line is not complete. Try option "help"\n');
      const family = FAMILIES[name];
      if (name === 'help') return { options, words: [], instead: 'help' };
      if (family === undefined) {
        return fail(`Error: argument "${name}" is wrong: invalid protocol family\n`);
      }
      options.family = family;
      continue;
    }
    if (matches(option, '-Version')) return { options, words: [], instead: 'version' };
    const known = option === BATCH ? undefined : SWITCHES.find(([name]) => matches(option, name));
    if (known === undefined) {
      if (option.length > 2 && matches(option, '-help')) {
        return { options, words: [], instead: 'help' };
      }
      return fail(`Option "${word}" is unknown, try "ip -help".\n`);
    }
    known[1](options);
  }
  return { options, words: argv.slice(at) };
}

/** The words of a command, one after the other. */
export class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get isEmpty(): boolean {
    return this.#at >= this.#words.length;
  }

  /** The next word, which is taken; '' at the end. */
  next(): string {
    return this.#words[this.#at++] ?? '';
  }

  peek(): string {
    return this.#words[this.#at] ?? '';
  }

  /** The next word, which must be there: NEXT_ARG(). */
  argument(): string | IpFailure {
    if (this.isEmpty) return fail('Command line is not complete. Try option "help"\n');
    return this.next();
  }
}

export function invalidArgument(message: string, argument: string): IpFailure {
  return fail(`Error: argument "${argument}" is wrong: ${message}\n`);
}

export function duplicateOrGarbage(key: string, argument: string): IpFailure {
  return fail(`Error: either "${key}" is duplicate, or "${argument}" is a garbage.\n`);
}

export function badPrefix(text: string, family: number): IpFailure {
  return fail(`Error: ${expected(family)} prefix is expected rather than "${text}".\n`, 1);
}

export function badAddress(text: string, family: number): IpFailure {
  return fail(`Error: ${expected(family)} address is expected rather than "${text}".\n`, 1);
}

function expected(family: number): string {
  if (family === AF.UNSPEC) return 'any valid';
  return family === AF.INET ? 'inet' : family === AF.INET6 ? 'inet6' : 'link';
}
