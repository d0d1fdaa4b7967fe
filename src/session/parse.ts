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
import {
  isBytes,
  isCount,
  isFields,
  isListOf,
  isNumber,
  isText,
  listOf,
  type Guard,
} from './guards.ts';
import type { FromKernel } from './messages.ts';
import { isLocksView } from './parse-locks.ts';
import { BAD_MEMORY, isMemoryView } from './parse-memory.ts';
import { isNetworkView } from './parse-network.ts';
import { isUsbView } from './parse-usb.ts';
import { isTimelineView } from './parse-timeline.ts';
import { isModuleDetail } from './parse-module.ts';

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
    isNames(value['usedBy']) &&
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

function isNames(value: unknown): value is readonly string[] {
  return isListOf(value, isText);
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
    ['uses', isNames],
    ['exports', isNames],
  ],
  'module-unloaded': [['module', isText]],
  'module-refused': [
    ['module', isText],
    ['errno', isText],
    ['why', isText],
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
  sysctl: [['path', isText]],
  deadlock: [
    ['waits', listOf({ task: isText, lock: isText })],
    ['source', (value): value is unknown => isOptionalSource(value)],
  ],
  'lock-report': [
    ['title', isText],
    ['task', isText],
    ['source', (value): value is unknown => isOptionalSource(value)],
  ],
  'bad-memory': Object.entries(BAD_MEMORY),
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
      case 'module':
        return (
          isCount(message['id']) &&
          (message['detail'] === null || isModuleDetail(message['detail']))
        );
      case 'memory':
        return (
          isCount(message['id']) && (message['view'] === null || isMemoryView(message['view']))
        );
      case 'locks':
        return isCount(message['id']) && (message['view'] === null || isLocksView(message['view']));
      case 'timeline':
        return (
          isCount(message['id']) && (message['view'] === null || isTimelineView(message['view']))
        );
      case 'network':
        return (
          isCount(message['id']) && (message['view'] === null || isNetworkView(message['view']))
        );
      case 'usb':
        return isCount(message['id']) && (message['view'] === null || isUsbView(message['view']));
      case 'frame':
        return isBytes(message['bytes']);
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
