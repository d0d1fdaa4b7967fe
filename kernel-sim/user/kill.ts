// SPDX-License-Identifier: GPL-2.0-or-later
/** kill: sends signals, as procps has it; shells have their own with job numbers. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { SIGNAL_NAMES } from '../uapi/signal.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { errorText } from './support/command.ts';

const USAGE = `
Usage:
 kill [options] <pid> [...]

Options:
 <pid> [...]            send signal to every <pid> listed
 -<signal>, -s, --signal <signal>
                        specify the <signal> to be sent
 -q, --queue <value>    integer value to be sent with the signal
 -l, --list=[<signal>]  list all signal names, or convert one to a name
 -L, --table            list all signal names in a nice table

 -h, --help     display this help and exit
 -V, --version  output version information and exit

For more details see kill(1).
`;

const TERMINATE = 15;
const LIST_WIDTH = 72;
const TABLE_COLUMNS = 7;

export const kill = defineProgram(function* (c) {
  const words = c.argv.slice(1);
  const [first = ''] = words;
  if (first === '') return yield* usage(c);
  if (first === '-h' || first === '--help') {
    c.out(USAGE);
    return 0;
  }
  if (first === '-V' || first === '--version') {
    c.out('kill from procps-ng 4.0.2\n');
    return 0;
  }
  const list = /^(?:-l|--list=?)(.*)$/.exec(first);
  if (list !== null) return yield* listSignals(c, list[1] || words[1]);
  if (first === '-L' || first === '--table') {
    c.out(signalTable());
    return 0;
  }
  return yield* send(c, words);
});

function* usage(c: Libc): Sleeping<number> {
  yield* c.err(USAGE);
  return 1;
}

function* send(c: Libc, words: readonly string[]): Sleeping<number> {
  let signal = TERMINATE;
  let pids = words;
  const [first = '', second] = words;
  const spelled = /^(?:-s(.*)|--signal(?:=(.*))?|-([A-Za-z0-9+]\w*))$/.exec(first);
  if (spelled !== null) {
    const [, short, long, bare] = spelled;
    const attached = short || long || bare;
    const name = attached ?? second ?? '';
    const number = signalNumber(name);
    if (number === undefined) {
      yield* c.err(`${c.program}: unknown signal name ${name}\n`);
      return yield* usage(c);
    }
    signal = number;
    pids = words.slice(attached === undefined ? 2 : 1);
  }
  if (pids[0] === '--') pids = pids.slice(1);
  if (pids.length === 0) return yield* usage(c);
  let status = 0;
  for (const text of pids) {
    if (!/^-?\d+$/.test(text)) {
      return yield* c.die(c.program, `failed to parse argument: '${text}'`);
    }
    const failure = yield* c.kill(Number(text), signal);
    if (failure === 0) continue;
    yield* c.err(`${c.program}: (${text}): ${errorText(failure)}\n`);
    status = 1;
  }
  return status;
}

/** `9`, `KILL` or `SIGKILL`; 0 asks only whether the process is there. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) < 65 ? Number(text) : undefined;
  const name = text.toUpperCase().replace(/^SIG/, '');
  const number = name === 'POLL' ? SIGNAL_NAMES.indexOf('IO') : SIGNAL_NAMES.indexOf(name);
  return number > 0 ? number : undefined;
}

function* listSignals(c: Libc, one: string | undefined): Sleeping<number> {
  if (one === undefined) {
    c.out(signalLines());
    return 0;
  }
  const number = signalNumber(one);
  // A shell's exit status of a killed process is 128 and the signal.
  const name = procpsName(number !== undefined && number > 128 ? number - 128 : number);
  if (name === undefined) return yield* c.die(c.program, `unknown signal name ${one}`);
  c.out(`${/^\d+$/.test(one) ? name : number}\n`);
  return 0;
}

/** procps says POLL where the kernel's headers say IO first. */
function procpsName(number: number | undefined): string | undefined {
  if (number === undefined || number === 0) return undefined;
  const name = SIGNAL_NAMES[number];
  return name === 'IO' ? 'POLL' : name;
}

function signalLines(): string {
  let text = '';
  let line = '';
  for (let number = 1; number < SIGNAL_NAMES.length; number++) {
    const name = procpsName(number) ?? '';
    if (line.length + name.length + 1 > LIST_WIDTH + 6) {
      text += `${line}\n`;
      line = name;
    } else line += line === '' ? name : ` ${name}`;
  }
  return `${text}${line}\n`;
}

function signalTable(): string {
  let text = '';
  for (let number = 1; number < SIGNAL_NAMES.length; number++) {
    const isLast = number % TABLE_COLUMNS === 0;
    const cell = `${String(number).padStart(2)} ${procpsName(number) ?? ''}`;
    text += isLast ? `${cell}\n` : cell.padEnd(11);
  }
  return `${text}\n`;
}
