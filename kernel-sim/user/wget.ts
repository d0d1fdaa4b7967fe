// SPDX-License-Identifier: GPL-2.0-or-later
/** wget: fetches files over HTTP, and goes on where a connection broke. */
import { O } from '../uapi/fs.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, type ParsedCommandLine } from './support/command.ts';
import { Download } from './wget/download.ts';
import { WgetLog } from './wget/log.ts';
import { parseOptions, type WgetOptions } from './wget/options.ts';

const USAGE = `Usage: wget [OPTION]... [URL]...

Try \`wget --help' for more options.
`;
const GENERIC_ERROR = 1;
const PARSE_ERROR = 2;
const FILE_ERROR = 3;
/** Options of two letters. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '-nc': '--no-clobber',
  '-nv': '--no-verbose',
};

const HELP = `Usage: wget [OPTION]... [URL]...
Fetches files over HTTP.

  -O,  --output-document=FILE  write all documents to FILE; - is standard output
  -o,  --output-file=FILE      write messages to FILE
  -a,  --append-output=FILE    add messages to FILE
  -P,  --directory-prefix=DIR  save files in DIR
  -i,  --input-file=FILE       fetch what FILE lists, a URL per line
  -c,  --continue              go on with a file that is partly there
  -nc, --no-clobber            leave files alone that are there
  -q,  --quiet                 print nothing
  -nv, --no-verbose            print a line per file
  -S,  --server-response       print what the server answers
       --show-progress         show progress whatever else is printed
       --progress=TYPE         as dots or as a bar: dot, bar
       --spider                do not fetch, only look whether it is there
  -t,  --tries=NUMBER          try so often; 0 is for ever (20)
  -T,  --timeout=SECONDS       wait so long for an answer (900)
       --retry-connrefused     try again when nobody listens
  -4,  --inet4-only            use IPv4 addresses only
  -6,  --inet6-only            use IPv6 addresses only
  -U,  --user-agent=AGENT      say that this is AGENT
       --header=TEXT           send TEXT among the headers
       --post-data=TEXT        use POST, and send TEXT
       --max-redirect=NUMBER   follow so many redirections (20)
       --limit-rate=RATE       fetch no more than RATE bytes in a second; k and m may follow
  -h,  --help                  print this help
`;

export const wget = command({
  short: 'O:o:a:P:i:cqvSt:T:46U:h',
  long: {
    'output-document': 'O:',
    'output-file': 'o:',
    'append-output': 'a:',
    'directory-prefix': 'P:',
    'input-file': 'i:',
    continue: 'c',
    'no-clobber': 'no-clobber',
    quiet: 'q',
    verbose: 'v',
    'no-verbose': 'no-verbose',
    'server-response': 'S',
    'show-progress': 'show-progress',
    progress: 'progress:',
    spider: 'spider',
    tries: 't:',
    timeout: 'T:',
    'connect-timeout': 'T:',
    'read-timeout': 'T:',
    'retry-connrefused': 'retry-connrefused',
    'inet4-only': '4',
    'inet6-only': '6',
    'user-agent': 'U:',
    header: 'header:',
    'post-data': 'post-data:',
    'max-redirect': 'max-redirect:',
    'limit-rate': 'limit-rate:',
  },
  help: HELP,
  usageStatus: PARSE_ERROR,
  usage: USAGE,
  rewrite: (argv) => argv.map((word) => SHORT_NAMES[word] ?? word),
  *main(c, args) {
    if (args.options.some(({ name }) => name === 'h')) {
      c.out(HELP);
      return 0;
    }
    const options = parseOptions(args);
    if (typeof options === 'string') {
      yield* complain(c, options);
      return PARSE_ERROR;
    }
    const urls = yield* listUrls(c, args, options);
    if (typeof urls === 'number') return urls;
    return yield* fetchAll(c, urls, options);
  },
});

function* listUrls(
  c: Libc,
  { operands }: ParsedCommandLine,
  options: WgetOptions,
): Sleeping<readonly string[] | number> {
  const listed: string[] = [];
  if (options.inputFile !== undefined) {
    const fd = options.inputFile === '-' ? 0 : yield* c.open(options.inputFile);
    if (fd < 0) {
      yield* c.err(`${options.inputFile}: ${errorText(fd)}\n`);
      return GENERIC_ERROR;
    }
    const lines = c.lines(fd);
    for (;;) {
      const line = yield* lines.next();
      if (typeof line !== 'string') break;
      if (line.trim() !== '') listed.push(line.trim());
    }
    if (fd > 0) yield* c.close(fd);
  }
  if (operands.length + listed.length > 0) return [...operands, ...listed];
  yield* c.err(`wget: missing URL\n${USAGE}`);
  return GENERIC_ERROR;
}

function* fetchAll(c: Libc, urls: readonly string[], options: WgetOptions): Sleeping<number> {
  const log = yield* WgetLog.open(c, options);
  if (typeof log === 'number') return log;
  let output: number | undefined;
  if (options.outputDocument !== undefined && !options.isSpider) {
    output = yield* openOutput(c, options.outputDocument, options.continues);
    if (output < 0) {
      yield* log.always(`${options.outputDocument}: ${errorText(output)}\n`);
      return GENERIC_ERROR;
    }
  }
  const startNs = yield* log.nowNs();
  let status = 0;
  let files = 0;
  let bytes = 0;
  let seconds = 0;
  for (const url of urls) {
    const download = new Download(c, log, options, output);
    const result = yield* download.run(url);
    // As wget has it: the lower number is the graver one, but a generic one.
    if (result !== 0) status = status === 0 ? result : Math.min(status, result);
    files += download.files;
    bytes += download.bytes;
    seconds += download.seconds;
  }
  if (output !== undefined && output > 2) yield* c.close(output);
  if (urls.length > 1) yield* log.total(startNs, files, bytes, seconds);
  const failure = yield* log.close();
  return failure < 0 && status === 0 ? FILE_ERROR : status;
}

function openOutput(c: Libc, name: string, continues: boolean): Sleeping<number> {
  if (name === '-') return c.dup(1);
  return c.open(name, O.WRONLY | O.CREAT | (continues ? O.APPEND : O.TRUNC), 0o666);
}
