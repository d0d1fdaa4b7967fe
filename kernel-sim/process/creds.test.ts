// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { PC_MEMORY } from '../hw/ram/board-memory.ts';
import { Ram } from '../hw/ram/ram.ts';
import { capable, type Cred, ROOT } from '../kernel/credentials.ts';
import { SlabAllocator } from '../mm/kmalloc.ts';
import { PageAllocator } from '../mm/page-alloc.ts';
import { fromSeed } from '../sim/oracle.ts';
import { Sim } from '../sim/sim.ts';
import { Creds } from './creds.ts';

const USER = { uid: 1000, euid: 1000, suid: 1000, gid: 100, egid: 100, sgid: 100, groups: [27] };
/** Behind an 8-byte reference count: uid, gid, suid, sgid, euid, egid. */
const EUID_OFFSET = 24;

function rig(): { creds: Creds; ram: Ram; slabs: SlabAllocator } {
  const sim = new Sim(fromSeed(1));
  const ram = new Ram(8 << 20, PC_MEMORY, false);
  const slabs = new SlabAllocator(sim, new PageAllocator(sim, ram), 2);
  return { creds: new Creds(slabs), ram, slabs };
}

function copyOf(creds: Creds): Cred {
  const cred = creds.copy(USER);
  if (cred === undefined) throw new Error('there is memory');
  return cred;
}

function inUse(slabs: SlabAllocator): number {
  const cache = slabs.caches.find(({ name }) => name === 'cred_jar');
  return cache?.info.activeObjects ?? -1;
}

describe('credentials', () => {
  it('say what was put in', () => {
    const { uid, euid, suid, gid, egid, sgid, groups } = copyOf(rig().creds);
    expect({ uid, euid, suid, gid, egid, sgid, groups }).toEqual(USER);
  });

  it('are what their bytes say: zeros written over them make root', () => {
    const { creds, ram } = rig();
    const cred = copyOf(creds);
    expect(capable(cred)).toBe(false);
    ram.view.setUint32(ram.toPhysical(cred.pointer) + EUID_OFFSET, 0, true);
    expect(capable(cred)).toBe(true);
  });

  it('go with the last who holds them', () => {
    const { creds, slabs } = rig();
    const cred = copyOf(creds);
    cred.get();
    cred.put();
    expect(inUse(slabs)).toBe(1);
    cred.put();
    expect(inUse(slabs)).toBe(0);
  });

  it('are not changed in place', () => {
    const { creds, slabs } = rig();
    const old = copyOf(creds);
    const task = { credentials: old } as unknown as Parameters<Creds['commit']>[0];
    expect(creds.commit(task, ROOT)).toBe(0);
    expect(task.credentials).not.toBe(old);
    expect(task.credentials.uid).toBe(0);
    expect(inUse(slabs)).toBe(1);
  });
});
