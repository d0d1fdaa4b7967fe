// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import type { NetworkView } from '../../kernel-sim/machine-types.ts';
import { parseFromKernel } from './parse.ts';

const SNAPSHOT = {
  nowNs: 1,
  state: 'idle',
  tainted: 0,
  log: [{ sequence: 0, timeNs: 0, level: 6, text: 'Hello' }],
  modules: [{ name: 'm', sizeBytes: 1, references: 0, usedBy: [], state: 'Live', taints: 'O' }],
  tasks: [
    {
      pid: 1,
      name: 'init',
      state: 'S',
      cpu: 0,
      ppid: 0,
      uid: 0,
      policy: 'OTHER',
      nice: -5,
      priority: 15,
      userNs: 1,
      systemNs: 2,
      startNs: 0,
      commandLine: '/sbin/init',
      waitChannel: 'do_wait',
      threads: 1,
      rssBytes: 4096,
    },
  ],
  cpus: [{ id: 0, userNs: 1, systemNs: 2, idleNs: 3, irqNs: 4, running: 1 }],
  loadAverages: [0.1, 0.05, 0.01],
  happenings: [{ kind: 'booted', atNs: 1 }],
  memory: { totalBytes: 2, freeBytes: 1 },
  foreground: [{ name: 'bash', atPrompt: true }],
};
const DETAIL = {
  name: 'm',
  license: 'GPL',
  description: '',
  author: '',
  sections: [{ name: '.text', address: 'ffffffffc04e8000', sizeBytes: 32 }],
  symbols: [
    {
      name: 'f',
      address: 'ffffffffc04e8000',
      sizeBytes: 2,
      kind: 'T',
      isExported: true,
      isGplOnly: false,
    },
  ],
  imports: [{ name: '_printk', from: 'kernel' }],
  dependsOn: ['n'],
  usedBy: [],
  references: 1,
  holders: [{ pid: 7, name: 'cat', fd: 3, path: '/dev/m' }],
  parameters: [{ name: 'p', type: 'int', value: '1', description: '', mode: 0o644 }],
  taints: 'O',
};
const BYTES = new Uint8Array(3);
const OBJECTS = {
  cache: 'c',
  slotBytes: 64,
  objectOffset: 0,
  slabs: Float64Array.of(0x8880_0000_0000, 0x8880_0000_1000),
  counts: Uint16Array.of(2, 1),
  states: Uint8Array.of(0, 1, 2),
  owner: Uint8Array.of(0, 1, 0),
  owners: ['kernel', 'm'],
};
const ACCESS = { kind: 'x', address: 1, sizeBytes: 4, isWrite: true, logSequence: 7 };
const EVENT = { kind: 'accessed', timeNs: 1, cpu: 0, pid: 1, task: 't', where: 'f' };
const HAPPENING = {
  kind: 'bad-memory',
  atNs: 1,
  task: 't',
  access: { ...ACCESS, sizeBytes: -1 },
  object: { sizeBytes: 4, offset: -8, freed: { task: 'u', agoNs: 5 } },
};
const OBJECT = {
  address: 0x8880_0000_0000,
  cache: 'c',
  slab: 0x8880_0000_0000,
  index: 0,
  objectBytes: 40,
  requestedBytes: 33,
  state: 2,
  bytes: BYTES,
  shadow: BYTES,
  events: [EVENT, { ...EVENT, access: ACCESS, source: { module: 'm', file: 'm.ts', line: 3 } }],
};
const VMALLOC = { address: 1, sizeBytes: 4096, pages: 1, caller: 'f' };
const LEAK = { address: 1, sizeBytes: 8, kind: 'slab', pid: 1, task: 't', where: 'f' };
const MEMORY = {
  nowNs: 5,
  pointerBytes: 8,
  caches: [
    {
      name: 'c',
      objectBytes: 40,
      slotBytes: 64,
      slabs: 2,
      objects: 3,
      allocated: 1,
      quarantined: 1,
    },
  ],
  objects: OBJECTS,
  object: OBJECT,
  other: {
    totalBytes: 2,
    freeBytes: 1,
    freeBlocks: [1, 0],
    large: { count: 0, bytes: 0 },
    vmalloc: [VMALLOC],
  },
  leaks: [LEAK],
};

const TIMELINE = {
  nowNs: 9,
  cpus: 2,
  first: 7,
  next: 9,
  kinds: Uint8Array.of(3, 4),
  timesNs: Float64Array.of(1, 2),
  cpuIds: Uint8Array.of(0, 1),
  pids: Int32Array.of(1, 2),
  a: Float64Array.of(1, 2),
  b: Float64Array.of(1, 2),
  sites: Int32Array.of(0, 4),
  texts: [{ id: 1, text: 'pipe_read' }],
  names: [{ pid: 1, name: 'init' }],
  places: [{ site: 4, where: 'f', source: { module: 'm', file: 'm.ts', line: 3 } }],
};

function withObject(change: Partial<Record<keyof typeof OBJECT, unknown>>): object {
  return { ...MEMORY, object: { ...OBJECT, ...change } };
}

function withObjects(change: Partial<Record<keyof typeof OBJECTS, unknown>>): object {
  return { ...MEMORY, objects: { ...OBJECTS, ...change } };
}

const LOCKS = {
  nowNs: 9,
  pointerBytes: 8,
  isChecking: true,
  isTiming: false,
  locks: [
    {
      address: 4096,
      lockClass: 7,
      holders: [{ pid: 1, sinceNs: 3, at: { where: 'f' }, isShared: false }],
      waiters: [],
    },
  ],
  tasks: [{ pid: 1, name: 'init', cpu: 0 }],
  classes: [
    {
      id: 7,
      name: 'a',
      spins: true,
      usage: '....',
      acquisitions: 1,
      contentions: 0,
      waitNs: 0,
      maxWaitNs: 0,
    },
  ],
  orders: [
    {
      from: 7,
      to: 7,
      fromAt: { where: 'f', source: { module: 'm', file: 'm.ts', line: 1 } },
      toAt: { where: 'f' },
      task: 'init',
      pid: 1,
      timeNs: 2,
      isReported: false,
    },
  ],
};

describe('a message of the right shape', () => {
  it.each([
    { kind: 'hello', version: 1, shipped: [{ path: '/home/user/a/b.ts', bytes: BYTES }] },
    { kind: 'output', port: 'ttyS0', bytes: BYTES },
    { kind: 'compile', id: 1, request: BYTES },
    { kind: 'file-changed', path: '/home/user/a', bytes: null },
    { kind: 'snapshot', snapshot: SNAPSHOT },
    { kind: 'snapshot', snapshot: { ...SNAPSHOT, happenings: [HAPPENING] } },
    { kind: 'module', id: 1, detail: DETAIL },
    { kind: 'module', id: 1, detail: { ...DETAIL, version: '1' } },
    { kind: 'module', id: 1, detail: null },
    { kind: 'memory', id: 2, view: MEMORY },
    { kind: 'memory', id: 2, view: null },
    { kind: 'locks', id: 2, view: LOCKS },
    { kind: 'locks', id: 2, view: null },
    { kind: 'timeline', id: 2, view: TIMELINE },
    { kind: 'timeline', id: 2, view: null },
    { kind: 'network', id: 2, view: NETWORK },
    { kind: 'network', id: 2, view: null },
    { kind: 'pong', id: 3 },
    { kind: 'broken', text: 'assertion' },
  ])('is taken: $kind', (message) => {
    expect(parseFromKernel(message)).toBe(message);
  });
});

const NETWORK: NetworkView = {
  nowNs: 1,
  epochSeconds: 2,
  first: 7,
  next: 8,
  timesNs: Float64Array.of(1),
  areReceived: Uint8Array.of(1),
  devices: Uint8Array.of(0),
  sites: Int32Array.of(0),
  ends: Uint32Array.of(2),
  bytes: Uint8Array.of(1, 2),
  names: ['eth0'],
  places: [],
  isPlugged: true,
};

function withFrame(change: Partial<NetworkView>): NetworkView {
  return { ...NETWORK, ...change };
}

describe('anything else', () => {
  it.each([
    ['nothing', undefined],
    ['a string', 'snapshot'],
    ['an unknown kind', { kind: 'eval', text: 'alert(1)' }],
    [
      'a kind of the prototype',
      { kind: 'snapshot', snapshot: { ...SNAPSHOT, happenings: [{ kind: 'toString', atNs: 1 }] } },
    ],
    ['an unknown port', { kind: 'output', port: 'lp0', bytes: BYTES }],
    ['text for bytes', { kind: 'output', port: 'ttyS0', bytes: 'y' }],
    ['a file outside of home', { kind: 'file-changed', path: '/etc/passwd', bytes: BYTES }],
    ['a fraction of a nanosecond', { kind: 'snapshot', snapshot: { ...SNAPSHOT, nowNs: 0.5 } }],
    ['a list that is none', { kind: 'snapshot', snapshot: { ...SNAPSHOT, tasks: {} } }],
    ['a state that is none', { kind: 'snapshot', snapshot: { ...SNAPSHOT, state: '<b>' } }],
    [
      'a source without a line',
      { kind: 'snapshot', snapshot: { ...SNAPSHOT, log: [{ ...SNAPSHOT.log[0], source: {} }] } },
    ],
    ['a module without a license', { kind: 'module', id: 1, detail: { ...DETAIL, license: 1 } }],
    ['a holder', { kind: 'module', id: 1, detail: { ...DETAIL, holders: [{ pid: 1 }] } }],
    ['no module', { kind: 'module', id: 1 }],
    [
      'a report of nothing',
      {
        kind: 'snapshot',
        snapshot: { ...SNAPSHOT, happenings: [{ ...HAPPENING, access: {} }] },
      },
    ],
    ['a timeline of no CPUs', { kind: 'timeline', id: 1, view: { ...TIMELINE, cpus: 0 } }],
    ['columns too long', { kind: 'timeline', id: 1, view: { ...TIMELINE, next: 8 } }],
    [
      'a place without a name',
      { kind: 'timeline', id: 1, view: { ...TIMELINE, places: [{ site: 1 }] } },
    ],
    [
      'a frame beyond the bytes',
      { kind: 'network', id: 1, view: withFrame({ ends: Uint32Array.of(3) }) },
    ],
    ['a frame of no device', { kind: 'network', id: 1, view: withFrame({ names: [] }) }],
    ['a frame too few', { kind: 'network', id: 1, view: withFrame({ next: 1 }) }],
    ['a wire of nothing', { kind: 'network', id: 1, view: withFrame({ wire: {} as never }) }],
    ['memory of 16 bits', { kind: 'memory', id: 1, view: { ...MEMORY, pointerBytes: 2 } }],
    ['a lost thing', { kind: 'memory', id: 1, view: { ...MEMORY, leaks: [{}] } }],
    ['bytes in words', { kind: 'memory', id: 1, view: withObject({ bytes: [1, 2] }) }],
    ['an access by nobody', { kind: 'memory', id: 1, view: withObject({ events: [{}] }) }],
    ['a missing state', { kind: 'memory', id: 1, view: withObjects({ states: BYTES.slice(1) }) }],
    ['an owner too many', { kind: 'memory', id: 1, view: withObjects({ owners: ['kernel'] }) }],
    ['half a slab', { kind: 'memory', id: 1, view: withObjects({ counts: Uint16Array.of(3) }) }],
    ['a lock of no class', { kind: 'locks', id: 1, view: { ...LOCKS, classes: [] } }],
    ['a lock that a stranger has', { kind: 'locks', id: 1, view: { ...LOCKS, tasks: [] } }],
    ['an order of nothing', { kind: 'locks', id: 1, view: { ...LOCKS, orders: [{}] } }],
    [
      'one lock twice',
      { kind: 'locks', id: 1, view: { ...LOCKS, locks: [...LOCKS.locks, ...LOCKS.locks] } },
    ],
    ['text without end', { kind: 'broken', text: 'x'.repeat(1e6) }],
  ])('is dropped: %s', (_what, message) => {
    expect(parseFromKernel(message)).toBeUndefined();
  });
});
