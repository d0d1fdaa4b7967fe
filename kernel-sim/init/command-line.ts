// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel's command line: one table of what it understands.
 *
 * What a parameter cannot make sense of it says in the log, as Linux does, and keeps its default.
 *
 * Linux: Documentation/admin-guide/kernel-parameters.rst; parse_early_options of init/main.c.
 */
import {
  DEFAULT_DETECTORS,
  type DetectorOptions,
  type FaultAttributes,
  SLUB_DEBUG,
  type SlubDebugRule,
} from '../kernel/detectors.ts';
import type { ModuleSignatures } from '../kernel/module/module-taint.ts';
import { WATCHDOG_SECONDS } from '../kernel/watchdog/lockup.ts';
import { assert } from '../lib/assert.ts';
import { parseBool } from '../lib/kstrto.ts';

export interface KernelOptions {
  /** `preempt=full` loads the stepped build of modules. */
  readonly preempt: 'voluntary' | 'full';
  /** `watchdog_thresh=N`: a soft lockup is reported after twice N seconds. */
  readonly watchdogSeconds: number;
  /** `module_sig=on`, ours; `module.sig_enforce`. Linux decides the former when it is built. */
  readonly moduleSignatures: ModuleSignatures;
  readonly detectors: DetectorOptions;
  /** Lines for the log about values that mean nothing. */
  readonly complaints: readonly string[];
  /** What nobody here understands: goes to init, as on Linux. */
  readonly unknown: readonly string[];
}

/** Linux's is 10. A learner's endless loop should not take twenty seconds to be found. */
const WATCHDOG_SECONDS_MAX = 60;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Parsed extends Mutable<Omit<KernelOptions, 'detectors' | 'complaints' | 'unknown'>> {
  readonly detectors: Mutable<DetectorOptions>;
  readonly complaints: string[];
}

/** The value is undefined for a word without `=`. False: the word goes to init. */
type Setter = (parsed: Parsed, value: string | undefined, name: string) => boolean;

export function parseCommandLine(text: string): KernelOptions {
  const parsed: Parsed = {
    preempt: 'voluntary',
    watchdogSeconds: WATCHDOG_SECONDS,
    moduleSignatures: 'off',
    detectors: { ...DEFAULT_DETECTORS },
    complaints: [],
  };
  const unknown: string[] = [];
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const [name, value] = splitOnce(word);
    const setter = PARAMETERS.get(name);
    if (setter === undefined || !setter(parsed, value, name)) unknown.push(word);
  }
  assert(parsed.watchdogSeconds >= 0, 'thresholds are not negative');
  return { ...parsed, unknown };
}

type Flag = { [K in keyof DetectorOptions]: DetectorOptions[K] extends boolean ? K : never };
type FlagName = Flag[keyof Flag];

/** `name=on`, `name=off`; anything else is no value of it. */
function onOff(option: FlagName): Setter {
  return ({ detectors, complaints }, value, name) => {
    const isOn = parseBool(value ?? '');
    if (isOn === undefined) complaints.push(malformed(name));
    else detectors[option] = isOn;
    return true;
  };
}

/** A word that says it all by being there. */
function present(option: FlagName): Setter {
  return ({ detectors }) => (detectors[option] = true);
}

/** A word that switches off by being there. */
function absent(option: FlagName): Setter {
  return ({ detectors }) => {
    detectors[option] = false;
    return true;
  };
}

/** `name`, `name=0`, `name=1`. */
function integerFlag(option: FlagName): Setter {
  return ({ detectors, complaints }, value, name) => {
    const number = Number(value ?? '1');
    if (value === '' || !Number.isInteger(number)) {
      complaints.push(`Booting kernel: \`${value}' invalid for parameter \`${name}'`);
    } else detectors[option] = number !== 0;
    return true;
  };
}

/** One of some words. */
function choice<T extends string>(
  words: readonly T[],
  set: (detectors: Mutable<DetectorOptions>, word: T) => void,
): Setter {
  return ({ detectors, complaints }, value, name) => {
    const word = words.find((each) => each === value);
    if (word === undefined) complaints.push(malformed(name));
    else set(detectors, word);
    return true;
  };
}

function faults(option: 'failslab' | 'failPageAlloc'): Setter {
  return ({ detectors, complaints }, value = '') => {
    const attributes = parseFaultAttributes(value);
    if (attributes === undefined) complaints.push('FAULT_INJECTION: failed to parse arguments');
    else detectors[option] = attributes;
    return attributes !== undefined;
  };
}

const failModuleNth: Setter = ({ detectors, complaints }, value = '') => {
  const nth = Number(value);
  const isCount = value !== '' && Number.isInteger(nth) && nth >= 0;
  if (isCount) detectors.failModuleNth = nth;
  else complaints.push('FAULT_INJECTION: failed to parse arguments');
  return isCount;
};

const slubDebug: Setter = ({ detectors, complaints }, value) => {
  detectors.slubDebug = parseSlubDebug(value ?? '', complaints);
  return true;
};

const noWatchdog: Setter = ({ detectors }) => {
  detectors.softlockup = false;
  detectors.hardlockup = false;
  return true;
};

/** Linux: rcu_cpu_stall_timeout is clamped to 3 to 300. */
const setRcuStall: Setter = ({ detectors }, value = '') => {
  const seconds = Number(value);
  if (value === '' || !Number.isInteger(seconds)) return false;
  detectors.rcuStallSeconds = Math.min(300, Math.max(3, seconds));
  return true;
};

const noMerge = present('slabNomerge');
/** What the boot loader passes and nobody needs to look at. */
const ignored: Setter = () => true;

const PARAMETERS: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  ['preempt', setPreempt],
  ['watchdog_thresh', setWatchdog],
  ['module_sig', setModuleSig],
  ['module.sig_enforce', enforceModuleSig],
  ['kasan', onOff('kasan')],
  ['kasan_multi_shot', present('kasanMultiShot')],
  [
    'kasan.fault',
    choice(['report', 'panic', 'panic_on_write'], (detectors, word) => {
      detectors.kasanFault = word;
    }),
  ],
  ['slub_debug', slubDebug],
  ['slab_debug', slubDebug],
  ['slub_nomerge', noMerge],
  ['slab_nomerge', noMerge],
  ['kmemleak', onOff('kmemleak')],
  ['hardened_usercopy', setHardenedUsercopy],
  [
    'kcsan',
    choice(['off', 'on', 'strict'], (detectors, word) => {
      detectors.kcsan = word;
    }),
  ],
  ['kcsan_permissive', present('kcsanPermissive')],
  ['fortify', onOff('fortify')],
  ['refcount', onOff('refcount')],
  ['list_debug', onOff('listDebug')],
  ['lockdep', onOff('lockdep')],
  ['lock_stat', onOff('lockStat')],
  ['rwlock_recursive', present('recursiveReaders')],
  ['nosoftlockup', absent('softlockup')],
  ['softlockup', onOff('softlockup')],
  ['nmi_watchdog', onOff('hardlockup')],
  ['nowatchdog', noWatchdog],
  ['hung_task', onOff('hungTask')],
  ['deadlock', onOff('deadlock')],
  ['atomic_sleep', onOff('atomicSleep')],
  ['rcu_stall', onOff('rcuStall')],
  ['rcupdate.rcu_cpu_stall_timeout', setRcuStall],
  ['debug_objects', onOff('debugObjects')],
  ['no_debug_objects', absent('debugObjects')],
  ['lock_debug', onOff('lockDebug')],
  ['dma_debug', onOff('dmaDebug')],
  ['iommu', onOff('iommu')],
  ['intel_iommu', onOff('iommu')],
  ['panic_on_warn', integerFlag('panicOnWarn')],
  ['oops', ({ detectors }, value) => (detectors.panicOnOops ||= value === 'panic') || true],
  ['failslab', faults('failslab')],
  ['fail_page_alloc', faults('failPageAlloc')],
  ['fail_module_nth', failModuleNth],
  ...['console', 'root', 'seed', 'rw', 'ro', 'quiet'].map((name) => [name, ignored] as const),
]);

function setPreempt(parsed: Parsed, value: string | undefined): boolean {
  parsed.preempt = value === 'full' ? 'full' : 'voluntary';
  return true;
}

function setModuleSig(parsed: Parsed, value: string | undefined, name: string): boolean {
  const isOn = parseBool(value ?? '');
  if (isOn === undefined) parsed.complaints.push(malformed(name));
  else if (parsed.moduleSignatures !== 'enforce') parsed.moduleSignatures = isOn ? 'check' : 'off';
  return true;
}

/** Linux: sig_enforce of kernel/module/signing.c, which can only be set. */
function enforceModuleSig(parsed: Parsed, value: string | undefined): boolean {
  if (value === undefined || parseBool(value) === true) parsed.moduleSignatures = 'enforce';
  return true;
}

function setWatchdog(parsed: Parsed, value = ''): boolean {
  const seconds = Number(value);
  if (value === '' || !Number.isInteger(seconds) || seconds <= 0) return false;
  parsed.watchdogSeconds = Math.min(seconds, WATCHDOG_SECONDS_MAX);
  return true;
}

/** Linux: parse_hardened_usercopy. */
function setHardenedUsercopy({ detectors, complaints }: Parsed, value = ''): boolean {
  const isOn = parseBool(value);
  if (isOn !== undefined) detectors.hardenedUsercopy = isOn;
  else complaints.push(`Invalid option string for hardened_usercopy: '${value}'`);
  return true;
}

/** Linux: setup_fault_attr. */
function parseFaultAttributes(text: string): FaultAttributes | undefined {
  const words = text.split(',');
  const [interval = 0, probability = 0, space = 0, times = 0] = words.map(Number);
  const isWhole = words.every((word) => /^-?\d+$/u.test(word));
  if (words.length !== 4 || !isWhole) return undefined;
  return { interval, probability, space, times };
}

const SLUB_LETTERS: ReadonlyMap<string, number> = new Map<string, number>([
  ['f', SLUB_DEBUG.CONSISTENCY],
  ['z', SLUB_DEBUG.RED_ZONE],
  ['p', SLUB_DEBUG.POISON],
  ['u', SLUB_DEBUG.STORE_USER],
  ['t', SLUB_DEBUG.TRACE],
  ['a', SLUB_DEBUG.FAILSLAB],
]);
/** What `slub_debug` without letters means. */
const SLUB_DEFAULT =
  SLUB_DEBUG.CONSISTENCY | SLUB_DEBUG.RED_ZONE | SLUB_DEBUG.POISON | SLUB_DEBUG.STORE_USER;

/** `FLAGS[,CACHE…][;FLAGS,CACHE…]`. Linux: parse_slub_debug_flags. */
function parseSlubDebug(text: string, complaints: string[]): SlubDebugRule[] {
  return text.split(';').map((block) => {
    const [letters = '', ...caches] = block.split(',');
    if (letters === '-') return { flags: 0, caches };
    let flags = letters === '' ? SLUB_DEFAULT : 0;
    for (const letter of letters.toLowerCase()) {
      const flag = SLUB_LETTERS.get(letter);
      if (flag === undefined) complaints.push(`slab_debug option '${letter}' unknown. skipped`);
      else flags |= flag;
    }
    return { flags, caches };
  });
}

/** Linux: do_early_param. */
function malformed(name: string): string {
  return `Malformed early option '${name}'`;
}

function splitOnce(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
