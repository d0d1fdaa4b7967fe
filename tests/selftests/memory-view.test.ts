// SPDX-License-Identifier: GPL-2.0-or-later
/** A use after free as the view of memory tells it: who, where, when, and to which bytes. */
import { expect, it } from 'vitest';

import { memoryView, type BadMemoryHappening } from '../../kernel-sim/index.ts';
import { OBJECT } from '../../kernel-sim/machine-types.ts';
import { TestMachine, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;

const MAILBOX = `import { module } from "kernel";
import { miscdev, type File, type FileOperations } from "kernel/fs";
import type { UserSliceReader, UserSliceWriter } from "kernel/fs";
import { GFP_KERNEL, kfree, kmalloc, type Ptr } from "kernel/raw";
import { array, struct, u32, u64, u8 } from "uapi";

class Message extends struct({ next: u64, stamp: u64, length: u32, text: array(u8, 73) }) {}
let message: Ptr<Message>;

class Mailbox implements FileOperations {
  static readonly mode = 0o666;
  static open(): Mailbox { return new Mailbox(); }
  write(_file: File, input: UserSliceReader): void {
    input.skip(input.remaining);
    // SAFETY: wrong on purpose.
    unsafe: { kfree(message); }
  }
  read(_file: File, out: UserSliceWriter): void {
    // SAFETY: wrong on purpose.
    unsafe: { out.write_text("x".repeat(message.$.length)); }
  }
}
class MailboxModule {
  constructor(readonly device: miscdev.Registration) {}
  static init(): MailboxModule {
    // SAFETY: nobody has it yet.
    unsafe: { message = kmalloc(Message.size, GFP_KERNEL); message.$.length = 29; }
    return new MailboxModule(miscdev.register("mailbox", Mailbox));
  }
}
export default module(MailboxModule, { name: "mailbox", license: "GPL" });
`;
const BUILD = 'mkdir m; mv mailbox.ts m; cd m; make -s; sudo insmod mailbox.ko\n';

function machineAfter(commands: string): TestMachine {
  const script = { text: BUILD + commands, user: 'user', args: [] } as const;
  const guest = TestMachine.boot({ script, files: [userFile('mailbox.ts', MAILBOX)] });
  guest.machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end');
  return guest;
}

/** The one object that the module has allocated. */
function messageOf(guest: TestMachine) {
  const { kernel } = guest.machine;
  const { objects } = memoryView(kernel, { cache: 'kmalloc-96' });
  const owner = objects?.owners.indexOf('mailbox') ?? -1;
  const index = objects?.owner.indexOf(owner) ?? -1;
  if (objects === undefined || index < 0) throw new Error('the module has no object');
  const address = (objects.slabs[0] ?? 0) + objects.objectOffset + index * objects.slotBytes;
  const { object } = memoryView(kernel, { address: address + 16 });
  if (object === undefined) throw new Error('there is no object');
  return { object, state: objects.states[index] ?? 0 };
}

it('shows who allocated an object', { timeout: PATIENCE_MS }, () => {
  const guest = machineAfter('head -c 29 /dev/mailbox');
  const { object, state } = messageOf(guest);
  expect(state).toBe(OBJECT.ALLOCATED);
  expect(object).toMatchObject({
    cache: 'kmalloc-96',
    requestedBytes: 96,
    events: [
      {
        kind: 'allocated',
        task: 'insmod',
        where: 'MailboxModule.init',
        source: { module: 'mailbox', file: 'mailbox.ts', line: 27 },
      },
    ],
  });
  expect(object.bytes[16]).toBe(29);
  expect(memoryView(guest.machine.kernel, {}).leaks).toEqual([]);
  expect(guest.machine.happenings.some(({ kind }) => kind === 'bad-memory')).toBe(false);
});

it('knows the fields of an object by name', { timeout: PATIENCE_MS }, () => {
  const { object } = messageOf(machineAfter('true'));
  expect(object.type?.name).toBe('Message');
  expect(
    object.type?.fields.map(({ name, offset, kind }) => `+${offset} ${name}: ${kind}`),
  ).toEqual(['+0 next: u64', '+8 stamp: u64', '+16 length: u32', '+20 text: u8[73]']);
});

it('shows what an unloaded module has left behind', { timeout: PATIENCE_MS }, () => {
  const guest = machineAfter('sudo rmmod mailbox');
  const { object, state } = messageOf(guest);
  expect(state).toBe(OBJECT.ALLOCATED | OBJECT.LEAKED);
  expect(object.state).toBe(state);
  expect(memoryView(guest.machine.kernel, {}).leaks).toEqual([
    {
      address: object.address,
      sizeBytes: 96,
      kind: 'slab',
      pid: object.events[0]?.pid,
      task: 'insmod',
      where: 'MailboxModule.init',
      source: { module: 'mailbox', file: 'mailbox.ts', line: 27 },
    },
  ]);
});

it('tells the story of a use after free', { timeout: PATIENCE_MS }, () => {
  const guest = machineAfter('echo x > /dev/mailbox; head -c 29 /dev/mailbox > /dev/null');
  const { object, state } = messageOf(guest);
  expect(state).toBe(OBJECT.QUARANTINED | OBJECT.BAD_ACCESS);
  expect(object.events.map(({ kind, task, source }) => [kind, task, source?.line])).toEqual([
    ['allocated', 'insmod', 27],
    ['freed', 'bash', 16],
    ['accessed', 'head', 20],
  ]);
  const access = object.events[2]?.access;
  expect(access).toMatchObject({
    kind: 'slab-use-after-free',
    address: object.address + 16,
    sizeBytes: 4,
    isWrite: false,
  });
  const { log } = guest;
  const title = log.find(({ sequence }) => sequence === access?.logSequence);
  expect(title?.text).toMatch(/^BUG: KASAN: slab-use-after-free in Mailbox.read/);

  const told = guest.machine.happenings.find(
    (it): it is BadMemoryHappening => it.kind === 'bad-memory',
  );
  const [, freed, accessed] = object.events;
  const agoNs = (accessed?.timeNs ?? 0) - (freed?.timeNs ?? 0);
  expect(told).toMatchObject({
    task: 'head',
    access,
    source: { file: 'mailbox.ts', line: 20 },
    object: { sizeBytes: 96, offset: 16, freed: { task: 'bash', agoNs } },
  });
});
