// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The command line of `ringzero`: text in, a request or a complaint out. Touches no file.
 *
 * Options come before the script; what follows it are the script's arguments, as with sh(1).
 */
import type { WireSettings } from '../machine-types.ts';

export interface RunRequest {
  readonly command: 'run';
  readonly files: readonly FilePair[];
  readonly board: 'pc' | 'rpi3';
  readonly cpus: number;
  readonly seed: number;
  readonly cmdline: string;
  readonly user: 'user' | 'root';
  readonly isRealtime: boolean;
  readonly timeoutSeconds: number | undefined;
  readonly tracePath: string | undefined;
  /** Knobs of the wire that are not where they always are. */
  readonly wire: Partial<WireSettings>;
  /** UDP ports on the loopback that carry frames to and from another world, or a real kernel. */
  readonly cable: { readonly localPort: number; readonly remotePort: number } | undefined;
  readonly script: Script;
  readonly args: readonly string[];
}

export interface FilePair {
  readonly host: string;
  readonly guest: string;
}

export type Script =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' };

export interface CheckRequest {
  readonly command: 'check';
  readonly paths: readonly string[];
  readonly isJson: boolean;
}

export interface UsbipRequest {
  readonly command: 'usbip';
  /** TCP. */
  readonly port: number;
  /** UDP. */
  readonly controlPort: number;
  readonly seed: number;
}

export type Request =
  | RunRequest
  | CheckRequest
  | UsbipRequest
  | { readonly command: 'help' | 'version' };

/** A mistake in the command line; its message needs nothing added. */
export class UsageError extends Error {}

export const MAX_CPUS = 8;

/** What the options say so far. */
interface Draft {
  isHelp: boolean;
  files: FilePair[];
  board: 'pc' | 'rpi3';
  cpus: number;
  seed: number;
  cmdline: string;
  user: 'user' | 'root';
  isRealtime: boolean;
  timeoutSeconds: number | undefined;
  tracePath: string | undefined;
  wire: Partial<WireSettings>;
  cable: RunRequest['cable'];
  text: string | undefined;
}

const RUN_FLAGS: Readonly<Record<string, (draft: Draft) => void>> = {
  '--help': (draft) => void (draft.isHelp = true),
  '--realtime': (draft) => void (draft.isRealtime = true),
};

// prettier-ignore
const RUN_VALUES: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  '--file': (draft, value) => void draft.files.push(filePair(value)),
  '--board': (draft, value) => void (draft.board = oneOf('--board', value, ['pc', 'rpi3'])),
  '--cpus': (draft, value) => void (draft.cpus = whole('--cpus', value, 1, MAX_CPUS)),
  '--seed': (draft, value) => void (draft.seed = whole('--seed', value, 0, 0xffff_ffff)),
  '--cmdline': (draft, value) => void (draft.cmdline = value),
  '--user': (draft, value) => void (draft.user = oneOf('--user', value, ['user', 'root'])),
  '--timeout': (draft, value) => void (draft.timeoutSeconds = seconds(value)),
  '--trace': (draft, value) => void (draft.tracePath = value),
  '--loss': (draft, value) => turn(draft, 'lossPerMille', amount('--loss', value, 100) * 10),
  '--delay': (draft, value) => turn(draft, 'delayNs', amount('--delay', value, 10_000) * 1e6),
  '--rate': (draft, value) => turn(draft, 'bitsPerSecond', amount('--rate', value, 10_000) * 1e6),
  '--cable': (draft, value) => void (draft.cable = cable(value)),
  '-c': (draft, value) => void (draft.text = value),
};

/** Understands everything after `ringzero`. Throws a UsageError where it cannot. */
export function parseArguments(args: readonly string[]): Request {
  const [command, ...rest] = args;
  if (command === undefined) throw new UsageError('missing command');
  if (command === '--help' || command === '-h' || command === 'help') return { command: 'help' };
  if (command === '--version' || command === '-V') return { command: 'version' };
  if (command === 'run') return parseRun(rest);
  if (command === 'check') return parseCheck(rest);
  if (command === 'usbip') return parseUsbip(rest);
  throw new UsageError(`unknown command '${command}'`);
}

function parseRun(args: readonly string[]): Request {
  const draft: Draft = {
    isHelp: false,
    files: [],
    board: 'pc',
    cpus: 2,
    seed: 1,
    cmdline: '',
    user: 'user',
    isRealtime: false,
    timeoutSeconds: undefined,
    tracePath: undefined,
    wire: {},
    cable: undefined,
    text: undefined,
  };
  const operands = takeOptions(args, draft);
  const { isHelp, text, ...settings } = draft;
  if (isHelp) return { command: 'help' };
  if (text !== undefined) {
    return { command: 'run', ...settings, script: { kind: 'text', text }, args: operands };
  }
  const [path, ...scriptArgs] = operands;
  if (path === undefined) throw new UsageError('run: no script: give -c SCRIPT, a file, or -');
  const script: Script = path === '-' ? { kind: 'stdin' } : { kind: 'file', path };
  return { command: 'run', ...settings, script, args: scriptArgs };
}

function parseUsbip(args: readonly string[]): Request {
  const settings = { port: 3240, controlPort: 4240, seed: 1 };
  const keys = { '--port': 'port', '--control': 'controlPort', '--seed': 'seed' } as const;
  const isOption = (name: string): name is keyof typeof keys => Object.hasOwn(keys, name);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [name = '', given] = arg.split('=', 2);
    if (name === '--help') return { command: 'help' };
    if (!isOption(name)) throw new UsageError(`usbip: unrecognized option '${arg}'`);
    const value = given ?? args[++at];
    if (value === undefined) throw new UsageError(`usbip: option '${name}' needs a value`);
    const most = name === '--seed' ? 0xffff_ffff : 65_535;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number <= most)) {
      throw new UsageError(`usbip: ${name} '${value}': want a whole number from 0 to ${most}`);
    }
    settings[keys[name]] = number;
  }
  return { command: 'usbip', ...settings };
}

function parseCheck(args: readonly string[]): Request {
  if (args.includes('--help')) return { command: 'help' };
  const paths = args.filter((arg) => !arg.startsWith('-'));
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--json');
  if (unknown !== undefined) throw new UsageError(`check: unrecognized option '${unknown}'`);
  if (paths.length === 0) throw new UsageError('check: no files');
  return { command: 'check', paths, isJson: args.includes('--json') };
}

/** Applies the options in front and returns the operands behind them. */
function takeOptions(args: readonly string[], draft: Draft): readonly string[] {
  let at = 0;
  while (at < args.length) {
    const arg = args[at] ?? '';
    if (arg === '--') return args.slice(at + 1);
    if (arg === '-' || !arg.startsWith('-')) break;
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    const name = equals < 0 ? arg : arg.slice(0, equals);
    at++;
    if (Object.hasOwn(RUN_FLAGS, name)) {
      if (equals >= 0) throw new UsageError(`run: option '${name}' takes no value`);
      RUN_FLAGS[name]?.(draft);
    } else if (Object.hasOwn(RUN_VALUES, name)) {
      const value = equals < 0 ? args[at++] : arg.slice(equals + 1);
      if (value === undefined) throw new UsageError(`run: option '${name}' needs a value`);
      RUN_VALUES[name]?.(draft, value);
    } else throw new UsageError(`run: unrecognized option '${name}'`);
  }
  return args.slice(at);
}

function filePair(value: string): FilePair {
  const colon = value.lastIndexOf(':');
  const [host, guest] = [value.slice(0, Math.max(0, colon)), value.slice(colon + 1)];
  if (host === '' || guest === '') throw new UsageError(`run: --file '${value}': want HOST:GUEST`);
  return { host, guest };
}

function oneOf<const Choice extends string>(
  name: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new UsageError(`run: ${name} '${value}': want ${choices.join(' or ')}`);
}

function whole(name: string, value: string, least: number, most: number): number {
  const number = /^(?:\d+|0x[\da-f]+)$/i.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`run: ${name} '${value}': want a whole number from ${least} to ${most}`);
}

function seconds(value: string): number {
  const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (number > 0 && number <= 1_000_000) return number;
  throw new UsageError(`run: --timeout '${value}': want seconds`);
}

function turn(draft: Draft, knob: keyof WireSettings, value: number): void {
  draft.wire = { ...draft.wire, [knob]: Math.round(value) };
}

function amount(name: string, value: string, most: number): number {
  const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (number <= most) return number;
  throw new UsageError(`run: ${name} '${value}': want a number from 0 to ${most}`);
}

function cable(value: string): RunRequest['cable'] {
  const ports = /^udp:(?<local>\d{1,5}):(?<remote>\d{1,5})$/.exec(value)?.groups;
  const [localPort, remotePort] = [Number(ports?.['local']), Number(ports?.['remote'])];
  const isPort = (port: number): boolean => port >= 1 && port <= 65_535;
  if (isPort(localPort) && isPort(remotePort)) return { localPort, remotePort };
  throw new UsageError(`run: --cable '${value}': want udp:LOCALPORT:REMOTEPORT`);
}
