// SPDX-License-Identifier: GPL-2.0-or-later
/** curl: transfers what a URL names, over HTTP. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { curlOptions, CURL_HELP, parseCurlOptions } from './curl/options.ts';
import { Transfer } from './curl/transfer.ts';
import { getopt } from './libc/getopt.ts';
import { defineProgram, type Libc } from './libc/libc.ts';

const MISUSE = 2;
const HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n";

export const curl = defineProgram(function* (c) {
  const args = getopt(c.argv, curlOptions);
  if ('error' in args) return yield* misuse(c, optionError(args.error));
  if (args.options.some(({ name }) => name === 'h')) {
    c.out(CURL_HELP);
    return 0;
  }
  const options = parseCurlOptions(args);
  if (typeof options === 'string') return yield* misuse(c, `curl: ${options}\n`);
  if (options.urls.length === 0) return yield* misuse(c, '');
  let status = 0;
  for (const [index, url] of options.urls.entries()) {
    status = yield* new Transfer(c, options, index).run(url);
    if (status !== 0 && options.stopsAtFailure) break;
  }
  return status;
}, curlOptions);

function* misuse(c: Libc, complaint: string): Sleeping<number> {
  yield* c.err(complaint + HINT);
  return MISUSE;
}

/** getopt's complaint in curl's words. */
function optionError(error: string): string {
  const short =
    /option requires an argument -- '(?<name>.)'|option '--(?<long>[^']*)' requires/.exec(
      error,
    )?.groups;
  if (short !== undefined) {
    const name = short['name'] === undefined ? `--${short['long'] ?? ''}` : `-${short['name']}`;
    return `curl: option ${name}: requires parameter\n`;
  }
  const unknown = /(?:invalid option -- '(?<name>.)'|unrecognized option '(?<long>[^']*)')/.exec(
    error,
  )?.groups;
  const name = unknown?.['long'] ?? `-${unknown?.['name'] ?? ''}`;
  return `curl: option ${name}: is unknown\n`;
}
