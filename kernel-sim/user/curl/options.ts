// SPDX-License-Identifier: GPL-2.0-or-later
/** What a command line of curl asks for. */
import { AF } from '../../uapi/socket.ts';
import type { OptionSpec, ParsedCommandLine } from '../libc/getopt.ts';

export interface CurlOptions {
  readonly urls: readonly string[];
  /** By the place of the URL: a file, or `remote` for the name that it has there. */
  readonly outputs: readonly ({ readonly file: string } | 'remote')[];
  readonly method: string | undefined;
  readonly isHead: boolean;
  readonly data: string | undefined;
  readonly headers: readonly string[];
  readonly userAgent: string;
  readonly range: string | undefined;
  readonly follows: boolean;
  readonly redirectsMax: number;
  readonly fails: boolean;
  readonly includesHead: boolean;
  readonly isSilent: boolean;
  readonly showsErrors: boolean;
  readonly isVerbose: boolean;
  readonly showsMeter: boolean;
  readonly maxMs: number;
  readonly connectMs: number;
  readonly writeOut: string | undefined;
  readonly family: number;
  readonly stopsAtFailure: boolean;
}

export const curlOptions: OptionSpec = {
  short: 'A:d:fH:hiILm:o:Or:sSvw:X:46',
  long: {
    'user-agent': 'A:',
    data: 'd:',
    'connect-timeout': 'connect-timeout:',
    fail: 'f',
    'fail-early': 'fail-early',
    head: 'I',
    header: 'H:',
    help: 'h',
    include: 'i',
    ipv4: '4',
    ipv6: '6',
    location: 'L',
    'max-redirs': 'max-redirs:',
    'max-time': 'm:',
    'no-progress-meter': 'no-progress-meter',
    output: 'o:',
    range: 'r:',
    'remote-name': 'O',
    request: 'X:',
    silent: 's',
    'show-error': 'S',
    url: 'url:',
    verbose: 'v',
    'write-out': 'w:',
  },
};

export const CURL_HELP = `Usage: curl [options...] <url>
 -A, --user-agent <name>    Say to the server that this is <name>
     --connect-timeout <s>  Wait so many seconds for a connection
 -d, --data <data>          Send <data> with POST
 -f, --fail                 Fail without output when the server says that it failed
     --fail-early           Stop at the first URL that fails
 -I, --head                 Fetch the head only
 -H, --header <text>        Send <text> among the headers
 -h, --help                 Print this help
 -i, --include              Print the head, too
 -4, --ipv4                 Use IPv4 addresses only
 -6, --ipv6                 Use IPv6 addresses only
 -L, --location             Follow redirections
     --max-redirs <num>     Follow no more than so many (50)
 -m, --max-time <s>         Take no longer than so many seconds
     --no-progress-meter    Do not show how far it is
 -o, --output <file>        Write to <file>
 -r, --range <range>        Fetch these bytes only: 0-99, 100-, -100
 -O, --remote-name          Write to a file that is called as it is there
 -X, --request <method>     Use this method
 -s, --silent               Neither show how far it is nor say what failed
 -S, --show-error           Say what failed even so
     --url <url>            Another URL
 -v, --verbose              Show what is said to the server, and what it says
 -w, --write-out <format>   Print this at the end: %{http_code}, %{size_download}, …
`;

const MS_PER_S = 1000;
const REDIRECTS = 50;

/** A text says what is wrong. */
export function parseCurlOptions({ options, operands }: ParsedCommandLine): CurlOptions | string {
  const valuesOf = (wanted: string): string[] =>
    options.flatMap(({ name, value }) => (name === wanted ? [value ?? ''] : []));
  const given = (wanted: string): boolean => options.some(({ name }) => name === wanted);
  const last = (wanted: string): string | undefined => valuesOf(wanted).at(-1);
  for (const [letter, long] of [
    ['m', '--max-time'],
    ['connect-timeout', '--connect-timeout'],
    ['max-redirs', '--max-redirs'],
  ] as const) {
    const text = last(letter);
    if (text !== undefined && !/^\d{1,9}(?:\.\d{1,3})?$/.test(text)) {
      return `option ${long}: expected a proper numerical parameter`;
    }
  }
  const milliseconds = (text: string | undefined): number =>
    text === undefined || Number(text) === 0 ? Infinity : Math.round(Number(text) * MS_PER_S);
  const data = valuesOf('d');
  const isSilent = given('s');
  return {
    urls: [...valuesOf('url'), ...operands],
    outputs: options.flatMap(({ name, value }): CurlOptions['outputs'] => {
      if (name === 'O') return ['remote'];
      return name === 'o' ? [{ file: value ?? '' }] : [];
    }),
    method: last('X'),
    isHead: given('I'),
    data: data.length === 0 ? undefined : data.join('&'),
    headers: valuesOf('H'),
    userAgent: last('A') ?? 'curl/7.88.1',
    range: last('r'),
    follows: given('L'),
    redirectsMax: Number(last('max-redirs') ?? REDIRECTS),
    fails: given('f'),
    includesHead: given('i') || given('I'),
    isSilent,
    showsErrors: !isSilent || given('S'),
    isVerbose: given('v'),
    showsMeter: !isSilent && !given('no-progress-meter'),
    maxMs: milliseconds(last('m')),
    connectMs: milliseconds(last('connect-timeout')),
    writeOut: last('w'),
    family: given('4') ? AF.INET : given('6') ? AF.INET6 : AF.UNSPEC,
    stopsAtFailure: given('fail-early'),
  };
}
