// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reads messages from the kernel's worker, which may lie: whatever has not exactly the shape that
 * messages.ts promises is dropped, and so is what is too long to be true.
 */
import type {
  CpuView,
  ForegroundView,
  Happening,
  LogLine,
  MachineSnapshot,
  ModuleView,
  TaskView,
  BootFile,
} from '../../kernel-sim/machine-types.ts';
import type { FromKernel } from './messages.ts';

const TEXT_MAX = 4096;
const LIST_MAX = 20_000;
const BYTES_MAX = 64 * 1024 * 1024;
const PORTS: ReadonlySet<unknown> = new Set(['ttyS0', 'ttyS1', 'ttyS2', 'ttyS3', 'hvc0', 'hvc1']);
const TASK_STATES: ReadonlySet<unknown> = new Set(['R', 'S', 'D', 'Z', 'T', 'I']);
const POLICIES: ReadonlySet<unknown> = new Set(['OTHER', 'BATCH', 'IDLE', 'FIFO', 'RR']);
const TASK_COUNTS = [
  'cpu',
  'ppid',
  'uid',
  'userNs',
  'systemNs',
  'startNs',
  'threads',
  'rssBytes',
] as const;
const CPU_COUNTS = ['id', 'userNs', 'systemNs', 'idleNs', 'irqNs', 'running'] as const;
const MODULE_STATES: ReadonlySet<unknown> = new Set(['Live', 'Loading', 'Unloading', 'Oopsed']);
const MACHINE_STATES: ReadonlySet<unknown> = new Set(['running', 'idle', 'halted']);

type Fields = Readonly<Record<string, unknown>>;
type Guard<T> = (value: unknown) => value is T;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_MAX;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && value.byteLength <= BYTES_MAX;
}

function isListOf<T>(value: unknown, isItem: Guard<T>): value is readonly T[] {
  return Array.isArray(value) && value.length <= LIST_MAX && value.every(isItem);
}

function isSource(value: unknown): value is NonNullable<LogLine['source']> {
  return (
    isFields(value) && isText(value['module']) && isText(value['file']) && isCount(value['line'])
  );
}

function isOptionalSource(value: unknown): boolean {
  return value === undefined || isSource(value);
}

function isLogLine(value: unknown): value is LogLine {
  return (
    isFields(value) &&
    isCount(value['sequence']) &&
    isCount(value['timeNs']) &&
    isCount(value['level']) &&
    isText(value['text']) &&
    isOptionalSource(value['source'])
  );
}

function isModule(value: unknown): value is ModuleView {
  return (
    isFields(value) &&
    isText(value['name']) &&
    isCount(value['sizeBytes']) &&
    isCount(value['references']) &&
    MODULE_STATES.has(value['state']) &&
    isText(value['taints'])
  );
}

function isTask(value: unknown): value is TaskView {
  return (
    isFields(value) &&
    isCount(value['pid']) &&
    isText(value['name']) &&
    TASK_STATES.has(value['state']) &&
    POLICIES.has(value['policy']) &&
    TASK_COUNTS.every((name) => isCount(value[name])) &&
    Number.isSafeInteger(value['nice']) &&
    Number.isSafeInteger(value['priority']) &&
    isText(value['commandLine']) &&
    isText(value['waitChannel'])
  );
}

function isCpu(value: unknown): value is CpuView {
  return isFields(value) && CPU_COUNTS.every((name) => isCount(value[name]));
}

function isLoads(value: unknown): value is MachineSnapshot['loadAverages'] {
  return isListOf(value, isNumber) && value.length === 3;
}

function isForeground(value: unknown): value is ForegroundView {
  return isFields(value) && isText(value['name']) && typeof value['atPrompt'] === 'boolean';
}

/** For each kind of happening, the fields that it must have besides `atNs`. */
const HAPPENINGS: Readonly<
  Record<Happening['kind'], readonly (readonly [string, Guard<unknown>])[]>
> = {
  booted: [],
  'module-loaded': [
    ['module', isText],
    ['sizeBytes', isCount],
    ['lines', isCount],
  ],
  'module-unloaded': [['module', isText]],
  'module-refused': [
    ['module', isText],
    ['errno', isText],
  ],
  oops: [
    ['title', isText],
    ['source', (value): value is unknown => isOptionalSource(value)],
  ],
  build: [
    ['module', isText],
    ['errors', isCount],
    ['sizeBytes', isCount],
  ],
  device: [
    ['name', isText],
    ['major', isCount],
  ],
  halted: [['status', isNumber]],
};

function isHappening(value: unknown): value is Happening {
  if (!isFields(value) || !isCount(value['atNs'])) return false;
  const kind = value['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(HAPPENINGS, kind)) return false;
  return HAPPENINGS[kind as Happening['kind']].every(([name, holds]) => holds(value[name]));
}

function isSnapshot(value: unknown): value is MachineSnapshot {
  if (!isFields(value)) return false;
  const { memory, foreground } = value as { memory?: unknown; foreground?: unknown };
  return (
    isCount(value['nowNs']) &&
    MACHINE_STATES.has(value['state']) &&
    isCount(value['tainted']) &&
    isListOf(value['log'], isLogLine) &&
    isListOf(value['modules'], isModule) &&
    isListOf(value['tasks'], isTask) &&
    isListOf(value['cpus'], isCpu) &&
    isLoads(value['loadAverages']) &&
    isListOf(value['happenings'], isHappening) &&
    isFields(memory) &&
    isCount(memory['totalBytes']) &&
    isCount(memory['freeBytes']) &&
    isListOf(foreground, isForeground)
  );
}

/** A file of the person's folder: nothing else may reach the page's store of files. */
function isHomePath(value: unknown): value is string {
  return isText(value) && value.startsWith('/home/user/') && !value.includes('\0');
}

function isBootFile(value: unknown): value is BootFile {
  return isFields(value) && isText(value['path']) && isBytes(value['bytes']);
}

/** The message, or undefined when it is none. */
export function parseFromKernel(data: unknown): FromKernel | undefined {
  if (!isFields(data)) return undefined;
  const message = data;
  const isWhole = ((): boolean => {
    switch (message['kind']) {
      case 'hello':
        return isCount(message['version']) && isListOf(message['shipped'], isBootFile);
      case 'output':
        return PORTS.has(message['port']) && isBytes(message['bytes']);
      case 'compile':
        return isCount(message['id']) && isBytes(message['request']);
      case 'file-changed':
        return (
          isHomePath(message['path']) && (message['bytes'] === null || isBytes(message['bytes']))
        );
      case 'snapshot':
        return isSnapshot(message['snapshot']);
      case 'pong':
        return isCount(message['id']);
      case 'broken':
        return isText(message['text']);
      default:
        return false;
    }
  })();
  return isWhole ? (message as FromKernel) : undefined;
}
