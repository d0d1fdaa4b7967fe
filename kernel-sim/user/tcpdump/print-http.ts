// SPDX-License-Identifier: GPL-2.0-or-later
/** The head of what HTTP says. Linux: tcpdump's print-http.c and parsenfsfh's txtproto_print. */
import type { Printout } from './printout.ts';

const METHODS: ReadonlySet<string> = new Set(
  `
    GET PUT COPY HEAD LOCK MOVE POLL POST BCOPY BMOVE MKCOL TRACE LABEL MERGE DELETE SEARCH
    UNLOCK REPORT UPDATE NOTIFY BDELETE CONNECT OPTIONS CHECKIN PROPFIND CHECKOUT CCM_POST
    SUBSCRIBE PROPPATCH BPROPFIND BPROPPATCH UNCHECKOUT MKACTIVITY MKWORKSPACE UNSUBSCRIBE
    RPC_CONNECT VERSION-CONTROL BASELINE-CONTROL
  `
    .trim()
    .split(/\s+/),
);
const REPLY = /^HTTP\/\S*\s+\d{3}(?:\s|$)/;

export function printHttp(out: Printout, at: number, length: number): void {
  out.protocol = 'http';
  const end = Math.min(out.bytes.length, at + length);
  let text = '';
  for (const byte of out.bytes.subarray(at, end)) text += String.fromCharCode(byte);
  out.print('HTTP');
  const method = /^([A-Z_-]+)\s/.exec(text)?.[1] ?? '';
  if (!METHODS.has(method) && !REPLY.test(text)) return;
  const lines = linesOf(text);
  if (out.options.verbosity === 0) {
    out.print(`: ${lines[0]}`);
    return;
  }
  out.print(`, length: ${length}`);
  for (const line of lines) out.print(`\n\t${line}`);
}

/** The lines up to the empty one, with it. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    lines.push(visible(line));
    if (line === '') break;
  }
  return lines;
}

function visible(line: string): string {
  return line.replaceAll(/[\u0000-\u0008\u000a-\u001f\u007f-\u00ff]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code >= 0x80) return `M-${visible(String.fromCharCode(code & 0x7f))}`;
    return `^${String.fromCharCode(code ^ 0x40)}`;
  });
}
