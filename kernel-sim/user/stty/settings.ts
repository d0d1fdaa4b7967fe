// SPDX-License-Identifier: GPL-2.0-or-later
/** The settings of a terminal by the names that stty has for them. */
import { CC, IFLAG, LFLAG, OFLAG } from '../../uapi/termios.ts';
import type { Termios } from '../libc/process-calls.ts';

type Field = 'iflag' | 'oflag' | 'lflag';

interface Flag {
  readonly name: string;
  readonly field: Field;
  readonly bit: number;
  /** As `stty sane` sets it; nothing if that leaves it alone. */
  readonly sane?: boolean;
}

// prettier-ignore
const FLAGS: readonly Flag[] = [
  { name: 'brkint', field: 'iflag', bit: IFLAG.BRKINT, sane: true },
  { name: 'istrip', field: 'iflag', bit: IFLAG.ISTRIP },
  { name: 'inlcr', field: 'iflag', bit: IFLAG.INLCR, sane: false },
  { name: 'igncr', field: 'iflag', bit: IFLAG.IGNCR, sane: false },
  { name: 'icrnl', field: 'iflag', bit: IFLAG.ICRNL, sane: true },
  { name: 'ixon', field: 'iflag', bit: IFLAG.IXON, sane: true },
  { name: 'iutf8', field: 'iflag', bit: IFLAG.IUTF8, sane: true },
  { name: 'opost', field: 'oflag', bit: OFLAG.OPOST, sane: true },
  { name: 'onlcr', field: 'oflag', bit: OFLAG.ONLCR, sane: true },
  { name: 'isig', field: 'lflag', bit: LFLAG.ISIG, sane: true },
  { name: 'icanon', field: 'lflag', bit: LFLAG.ICANON, sane: true },
  { name: 'iexten', field: 'lflag', bit: LFLAG.IEXTEN, sane: true },
  { name: 'echo', field: 'lflag', bit: LFLAG.ECHO, sane: true },
  { name: 'echoe', field: 'lflag', bit: LFLAG.ECHOE, sane: true },
  { name: 'echok', field: 'lflag', bit: LFLAG.ECHOK, sane: true },
  { name: 'echonl', field: 'lflag', bit: LFLAG.ECHONL, sane: false },
  { name: 'noflsh', field: 'lflag', bit: LFLAG.NOFLSH, sane: false },
  { name: 'tostop', field: 'lflag', bit: LFLAG.TOSTOP, sane: false },
  { name: 'echoctl', field: 'lflag', bit: LFLAG.ECHOCTL, sane: true },
  { name: 'echoke', field: 'lflag', bit: LFLAG.ECHOKE, sane: true },
];

const ALIASES: Readonly<Record<string, string>> = {
  crterase: 'echoe',
  crtkill: 'echoke',
  ctlecho: 'echoctl',
};

/** Control characters: name, index, what `sane` sets. 0 is none. */
// prettier-ignore
const CHARACTERS: readonly (readonly [string, number, number])[] = [
  ['intr', CC.VINTR, 3], ['quit', CC.VQUIT, 28], ['erase', CC.VERASE, 127], ['kill', CC.VKILL, 21],
  ['eof', CC.VEOF, 4], ['eol', CC.VEOL, 0], ['eol2', CC.VEOL2, 0], ['swtch', CC.VSWTC, 0],
  ['start', CC.VSTART, 17], ['stop', CC.VSTOP, 19], ['susp', CC.VSUSP, 26],
  ['rprnt', CC.VREPRINT, 18], ['werase', CC.VWERASE, 23], ['lnext', CC.VLNEXT, 22],
  ['discard', CC.VDISCARD, 15],
];

const LINE_WIDTH = 80;
const SPEED = 'speed 38400 baud;';

function isOn(termios: Termios, flag: Flag): boolean {
  return (termios[flag.field] & flag.bit) !== 0;
}

function setFlag(termios: Termios, flag: Flag, on: boolean): void {
  const bits = termios[flag.field];
  termios[flag.field] = (on ? bits | flag.bit : bits & ~flag.bit) >>> 0;
}

function characterName(code: number): string {
  if (code === 0) return '<undef>';
  if (code === 127) return '^?';
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : String.fromCharCode(code);
}

/** Words after each other, in lines of at most 80 columns. */
function wrapped(words: readonly string[]): string {
  let text = '';
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > LINE_WIDTH) {
      text += `${line}\n`;
      line = word;
    } else line += line === '' ? word : ` ${word}`;
  }
  return line === '' ? text : `${text}${line}\n`;
}

function flagWords(termios: Termios, flags: readonly Flag[]): string[] {
  return flags.map((flag) => (isOn(termios, flag) ? flag.name : `-${flag.name}`));
}

function characterWords(termios: Termios): string[] {
  return CHARACTERS.map(([name, index]) => `${name} = ${characterName(termios.cc[index] ?? 0)};`);
}

/** `stty -a`. */
export function describeAll(termios: Termios, rows: number, columns: number): string {
  const timing = [`min = ${termios.cc[CC.VMIN] ?? 0};`, `time = ${termios.cc[CC.VTIME] ?? 0};`];
  return (
    wrapped([SPEED, `rows ${rows};`, `columns ${columns};`, `line = ${termios.line};`]) +
    wrapped([...characterWords(termios), ...timing]) +
    (['iflag', 'oflag', 'lflag'] as const)
      .map((field) =>
        wrapped(
          flagWords(
            termios,
            FLAGS.filter((flag) => flag.field === field),
          ),
        ),
      )
      .join('')
  );
}

/** `stty` alone: what differs from sane. */
export function describeChanges(termios: Termios): string {
  const characters = CHARACTERS.filter(([, index, sane]) => (termios.cc[index] ?? 0) !== sane).map(
    ([name, index]) => `${name} = ${characterName(termios.cc[index] ?? 0)};`,
  );
  const flags = FLAGS.filter(
    (flag) => flag.sane !== undefined && isOn(termios, flag) !== flag.sane,
  );
  return (
    wrapped([SPEED, `line = ${termios.line};`]) +
    wrapped(characters) +
    wrapped(flagWords(termios, flags))
  );
}

/** `stty -g`: all fields in hexadecimal. */
export function saved(termios: Termios): string {
  const { iflag, oflag, cflag, lflag, cc } = termios;
  return [iflag, oflag, cflag, lflag, ...cc].map((value) => value.toString(16)).join(':');
}

/** Takes back what `saved` gave. False if this is no such text. */
export function restore(termios: Termios, text: string): boolean {
  const values = text
    .split(':')
    .map((part) => (/^[0-9a-f]+$/.test(part) ? Number.parseInt(part, 16) : NaN));
  if (values.length !== 4 + termios.cc.length || values.some(Number.isNaN)) return false;
  const [iflag = 0, oflag = 0, cflag = 0, lflag = 0, ...cc] = values;
  Object.assign(termios, { iflag, oflag, cflag, lflag, cc });
  return true;
}

/** Changes `termios` as the word says; `next` gives the value of `intr`, `min` and the like. */
export function applySetting(
  termios: Termios,
  word: string,
  next: () => string | undefined,
): 'done' | 'unknown' | 'incomplete' {
  const isOff = word.startsWith('-');
  const bare = isOff ? word.slice(1) : word;
  const name = ALIASES[bare] ?? bare;
  const flag = FLAGS.find((candidate) => candidate.name === name);
  if (flag !== undefined) {
    setFlag(termios, flag, !isOff);
    return 'done';
  }
  if (name === 'sane') return makeSane(termios);
  if (name === 'raw' || name === 'cooked') return setRaw(termios, (name === 'raw') !== isOff);
  if (name === 'cbreak') return setNamed(termios, ['icanon'], isOff);
  if (name === 'nl') return setNamed(termios, ['icrnl', 'onlcr'], isOff);
  const index =
    { min: CC.VMIN, time: CC.VTIME }[name] ??
    CHARACTERS.find(([candidate]) => candidate === name)?.[1];
  if (index === undefined || isOff) return 'unknown';
  const value = next();
  if (value === undefined) return 'incomplete';
  termios.cc[index] =
    name === 'min' || name === 'time' ? Number(value) & 0xff : parseCharacter(value);
  return 'done';
}

function setNamed(termios: Termios, names: readonly string[], on: boolean): 'done' {
  for (const flag of FLAGS) if (names.includes(flag.name)) setFlag(termios, flag, on);
  return 'done';
}

function makeSane(termios: Termios): 'done' {
  for (const flag of FLAGS) if (flag.sane !== undefined) setFlag(termios, flag, flag.sane);
  for (const [, index, sane] of CHARACTERS) termios.cc[index] = sane;
  termios.cc[CC.VMIN] = 1;
  termios.cc[CC.VTIME] = 0;
  return 'done';
}

function setRaw(termios: Termios, on: boolean): 'done' {
  return setNamed(
    termios,
    ['brkint', 'istrip', 'inlcr', 'igncr', 'icrnl', 'ixon', 'opost', 'isig', 'icanon']
      // Cooked mode turns back on only what it needs.
      .filter((name) => on || !['istrip', 'inlcr', 'igncr'].includes(name)),
    !on,
  );
}

/** `^C`, `^?`, `undef`, or the character itself. */
function parseCharacter(text: string): number {
  if (text === 'undef' || text === '^-' || text === '') return 0;
  if (text === '^?') return 127;
  if (text.startsWith('^') && text.length === 2) return text.toUpperCase().charCodeAt(1) & 0x1f;
  return text.charCodeAt(0) & 0xff;
}
