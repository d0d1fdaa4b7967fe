// SPDX-License-Identifier: GPL-2.0-or-later
/** What a command line of wget asks for. */
import { AF } from '../../uapi/socket.ts';
import { has, valueOf, type ParsedCommandLine } from '../support/command.ts';

export interface WgetOptions {
  readonly outputDocument: string | undefined;
  readonly logFile: string | undefined;
  readonly appendsLog: boolean;
  readonly folder: string | undefined;
  readonly inputFile: string | undefined;
  readonly continues: boolean;
  readonly keepsFiles: boolean;
  /** 0 nothing, 1 a line per file, 2 everything. */
  readonly verbosity: 0 | 1 | 2;
  readonly showsServer: boolean;
  readonly progress: 'dot' | 'bar' | undefined;
  readonly forcesProgress: boolean;
  readonly isSpider: boolean;
  readonly tries: number;
  readonly timeoutMs: number;
  readonly retriesRefused: boolean;
  readonly family: number;
  readonly userAgent: string;
  readonly headers: readonly string[];
  readonly postData: string | undefined;
  readonly redirectsMax: number;
  /** Bytes in a second. */
  readonly rateLimit: number | undefined;
}

const MS_PER_S = 1000;

/** A text says what is wrong. */
export function parseOptions(args: ParsedCommandLine): WgetOptions | string {
  const tries = numberOf(args, 't', 20);
  const timeout = numberOf(args, 'T', 900);
  const redirectsMax = numberOf(args, 'max-redirect', 20);
  for (const [name, value] of [
    ['--tries', tries],
    ['--timeout', timeout],
    ['--max-redirect', redirectsMax],
  ] as const) {
    if (typeof value === 'string') return `${name}: Invalid number ${quote(value)}.`;
  }
  const progress = valueOf(args, 'progress')?.split(':')[0];
  if (progress !== undefined && progress !== 'dot' && progress !== 'bar') {
    return `--progress: Invalid progress type ${quote(progress)}.\nValid choices are: bar, dot`;
  }
  const rateLimit = rateOf(valueOf(args, 'limit-rate'));
  if (typeof rateLimit === 'string') return `--limit-rate: Invalid byte value ${quote(rateLimit)}`;
  const isQuiet = has(args, 'q');
  return {
    outputDocument: valueOf(args, 'O'),
    logFile: valueOf(args, 'o') ?? valueOf(args, 'a'),
    appendsLog: !has(args, 'o'),
    folder: valueOf(args, 'P'),
    inputFile: valueOf(args, 'i'),
    continues: has(args, 'c'),
    keepsFiles: has(args, 'no-clobber'),
    verbosity: isQuiet ? 0 : has(args, 'no-verbose') ? 1 : 2,
    showsServer: has(args, 'S'),
    progress,
    forcesProgress: has(args, 'show-progress'),
    isSpider: has(args, 'spider'),
    tries: tries === 0 ? Infinity : Number(tries),
    timeoutMs: timeout === 0 ? Infinity : Number(timeout) * MS_PER_S,
    retriesRefused: has(args, 'retry-connrefused'),
    family: has(args, '4') ? AF.INET : has(args, '6') ? AF.INET6 : AF.UNSPEC,
    userAgent: valueOf(args, 'U') ?? 'Wget/1.21.3',
    headers: args.options.flatMap(({ name, value }) => (name === 'header' ? [value ?? ''] : [])),
    postData: valueOf(args, 'post-data'),
    redirectsMax: Number(redirectsMax),
    rateLimit,
  };
}

function quote(text: string): string {
  return `‘${text}’`;
}

/** The text itself when it is no number. */
function numberOf(args: ParsedCommandLine, name: string, usual: number): number | string {
  const text = valueOf(args, name);
  if (text === undefined) return usual;
  if (text === 'inf' && name === 't') return 0;
  return /^\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Number(text) : text;
}

function rateOf(text: string | undefined): number | undefined | string {
  if (text === undefined) return undefined;
  const match = /^(?<number>\d{1,9}(?:\.\d{1,3})?)(?<unit>[kKmMgG]?)$/.exec(text)?.groups;
  if (match === undefined) return text;
  const power = ['', 'k', 'm', 'g'].indexOf((match['unit'] ?? '').toLowerCase());
  const rate = Number(match['number']) * 1024 ** power;
  return rate === 0 ? undefined : rate;
}
