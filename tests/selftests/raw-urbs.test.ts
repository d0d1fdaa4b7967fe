// SPDX-License-Identifier: GPL-2.0-or-later
/** URBs that lie in memory: what comes of them, and what is said of those who mistreat them. */
import { expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

const NAMES = [
  'addr_of GFP_ATOMIC GFP_KERNEL init_usb_anchor kfree kzalloc NULL Ptr ptr_at',
  'usb_alloc_urb usb_anchor usb_anchor_urb usb_ctrlrequest usb_fill_bulk_urb',
  'usb_fill_control_urb usb_fill_int_urb usb_free_urb usb_kill_anchored_urbs usb_kill_urb',
  'usb_rcvbulkpipe usb_rcvctrlpipe usb_rcvintpipe usb_sndbulkpipe usb_sndctrlpipe',
  'usb_submit_urb usb_unanchor_urb usb_unlink_urb urb',
].flatMap((line) => line.split(' '));

/** A driver of the loop-back device: `body` is its probe, `top` stands at the top level. */
function source(top: string, body: string, leave = ''): string {
  const words = new Set(`${top}${body}${leave}`.split(/\W/u));
  const used = NAMES.filter((name) => words.has(name));
  return `import { module, println } from "kernel";
import { ${used.join(', ')} } from "kernel/raw";
import { msleep } from "kernel/time";
import { usb, type UsbDevice } from "kernel/usb";
import { array, struct, u8 } from "uapi";
class Bytes extends struct({ at: array(u8, 64) }) {}
${top}
class Loop {
  constructor(readonly device: UsbDevice) {}
  static probe(device: UsbDevice): Loop {
    // SAFETY: the test is about what becomes of it.
    unsafe: {
${body}
    }
    return new Loop(device);
  }
  [Symbol.dispose](): void {
    // SAFETY: the test is about what becomes of it.
    unsafe: {
      msleep(1);
${leave}
    }
  }
}
class M {
  constructor(readonly driver: usb.Registration) {}
  static init(): M {
    return new M(usb.register("loop", [{ vendor: 0x1209, product: 0x0001 }], Loop));
  }
}
export default module(M, { license: "GPL" });
`;
}

function run(text: string): { said: string[]; logText: string } {
  const files = [userFile('t/loop.ts', text), userFile('t/Kbuild', 'obj-m := loop.o\n')];
  const { logText, stdout } = runScript(
    `cd t; make > /tmp/make 2>&1 || { cat /tmp/make; exit 1; }
    sudo insmod loop.ko; plug loopback; sleep 1; unplug; sleep 1; sudo rmmod loop; echo $?`,
    { files },
  );
  expect(stdout).toBe('0\n');
  const said = logText.split('\n').filter((line) => line.startsWith('> '));
  return { said: said.map((line) => line.slice(2)), logText };
}

const SAY = `function ended(request: Ptr<urb>): void {
  "use unsafe";
  println(\`> \${request.$.status} \${request.$.actual_length}\`);
}`;
const BUFFER = `const buffer: Ptr<Bytes> = kzalloc(Bytes.size, GFP_KERNEL);
const request: Ptr<urb> = usb_alloc_urb(0, GFP_KERNEL);`;
const FREE = 'usb_free_urb(request); kfree(buffer);';

it('send, receive, and are told how it went', () => {
  const { said, logText } = run(
    source(
      SAY,
      `${BUFFER}
      buffer.$.at[3] = 42;
      const out = usb_sndbulkpipe(device, 1);
      usb_fill_bulk_urb(request, device, out, buffer, 10, ended, NULL);
      const first = usb_submit_urb(request, GFP_KERNEL);
      println(\`> \${first} \${usb_submit_urb(request, GFP_KERNEL)}\`);
      msleep(10);
      buffer.$.at[3] = 0;
      usb_fill_bulk_urb(request, device, usb_rcvbulkpipe(device, 1), buffer, 64, ended, NULL);
      println(\`> \${usb_submit_urb(request, GFP_KERNEL)}\`);
      msleep(10);
      println(\`> \${buffer.$.at[3]}\`);
      println(\`> \${usb_unlink_urb(request)} \${usb_submit_urb(NULL, GFP_KERNEL)}\`);
      usb_fill_bulk_urb(request, device, usb_sndbulkpipe(device, 9), buffer, 1, ended, NULL);
      println(\`> \${usb_submit_urb(request, GFP_KERNEL)}\`);
      usb_free_urb(NULL);
      ${FREE}`,
    ),
  );
  // What is under way cannot be submitted again, which the kernel warns of.
  expect(said).toEqual(['0 -16', '0 10', '0', '0 10', '42', '-43 -22', '-2']);
  expect(logText).toContain('URB submitted while active');
  expect(logText).not.toMatch(/BUG|Oops|DMA-API|left/u);
});

it('ask and tell endpoint 0', () => {
  const { said, logText } = run(
    source(
      SAY,
      `${BUFFER}
      const setup: Ptr<usb_ctrlrequest> = kzalloc(usb_ctrlrequest.size, GFP_KERNEL);
      setup.$.bRequestType = 0x40;
      setup.$.bRequest = 1;
      setup.$.wLength = 2;
      buffer.$.at[1] = 7;
      const tell = usb_sndctrlpipe(device, 0);
      usb_fill_control_urb(request, device, tell, setup, buffer, 2, ended, NULL);
      usb_submit_urb(request, GFP_KERNEL);
      msleep(10);
      setup.$.bRequestType = 0xc0;
      setup.$.bRequest = 2;
      setup.$.wLength = 64;
      const ask = usb_rcvctrlpipe(device, 0);
      usb_fill_control_urb(request, device, ask, setup, buffer, 64, ended, NULL);
      usb_submit_urb(request, GFP_KERNEL);
      msleep(10);
      println(\`> \${buffer.$.at[1]}\`);
      kfree(setup);
      ${FREE}`,
    ),
  );
  expect(said).toEqual(['0 2', '0 64', '7']);
  expect(logText).not.toMatch(/BUG|WARNING|Oops|DMA-API|left/u);
});

/** Listens to events, each time anew. */
const LISTEN = `class Ear extends struct({ anchor: usb_anchor, events: u8 }) {}
function heard(request: Ptr<urb>): void {
  "use unsafe";
  const ear: Ptr<Ear> = request.$.context;
  ear.$.events += 1;
  if (request.$.status !== 0) {
    println(\`> \${request.$.status}\`);
    return;
  }
  usb_anchor_urb(request, addr_of(ear.$.anchor));
  if (usb_submit_urb(request, GFP_ATOMIC) !== 0) usb_unanchor_urb(request);
}`;

it('are submitted again by what they call, until somebody kills all of an anchor', () => {
  const { said, logText } = run(
    source(
      LISTEN,
      `${BUFFER}
      const ear: Ptr<Ear> = kzalloc(Ear.size, GFP_KERNEL);
      init_usb_anchor(addr_of(ear.$.anchor));
      const pipe = usb_rcvintpipe(device, 2);
      usb_fill_int_urb(request, device, pipe, buffer, 4, heard, ear, 4);
      usb_anchor_urb(request, addr_of(ear.$.anchor));
      usb_submit_urb(request, GFP_KERNEL);
      device.bulk_send(1, new Uint8Array(5), 100);
      msleep(10);
      println(\`> \${ear.$.events} \${buffer.$.at[0]}\`);
      usb_kill_anchored_urbs(addr_of(ear.$.anchor));
      println(\`> \${usb_unlink_urb(request)}\`);
      kfree(ear);
      ${FREE}`,
    ),
  );
  expect(said).toEqual(['2 5', '-2', '-43']);
  expect(logText).not.toMatch(/BUG|WARNING|Oops|DMA-API|left/u);
});

it('end by themselves when the device goes, and cannot be submitted then', () => {
  const { said, logText } = run(
    source(
      `${SAY}\nlet kept: Ptr<urb> = NULL; let room: Ptr<Bytes> = NULL;`,
      `${BUFFER}
      kept = request;
      room = buffer;
      usb_fill_bulk_urb(request, device, usb_rcvbulkpipe(device, 1), buffer, 64, ended, NULL);
      usb_submit_urb(request, GFP_KERNEL);`,
      `println(\`> \${usb_submit_urb(kept, GFP_KERNEL)}\`);
      usb_free_urb(kept);
      kfree(room);`,
    ),
  );
  expect(said).toEqual(['-71 0', '-19']);
  expect(logText).not.toMatch(/BUG|WARNING|Oops|DMA-API|left/u);
});

it.each([
  ['is submitted when it is free', 'usb_free_urb(request); usb_submit_urb(request, GFP_KERNEL);'],
  ['is killed when it is free', 'usb_free_urb(request); usb_kill_urb(request);'],
  ['is freed twice', 'usb_free_urb(request); usb_free_urb(request);'],
])('one that %s is reported', (_, wrong) => {
  const { logText } = run(
    source(
      SAY,
      `${BUFFER}
      usb_fill_bulk_urb(request, device, usb_rcvbulkpipe(device, 1), buffer, 64, ended, NULL);
      kfree(buffer);
      ${wrong}`,
    ),
  );
  expect(logText).toMatch(/^BUG: KASAN: (?:slab-use-after-free|double-free) in /mu);
  expect(logText).toMatch(/loop\.ts:\d+/u);
});

it('whose buffer is freed while it is under way is reported when bytes come', () => {
  const { logText } = run(
    source(
      SAY,
      `${BUFFER}
      usb_fill_bulk_urb(request, device, usb_rcvbulkpipe(device, 1), buffer, 64, ended, NULL);
      usb_submit_urb(request, GFP_KERNEL);
      kfree(buffer);
      device.bulk_send(1, new Uint8Array(5), 100);
      usb_kill_urb(request);
      usb_free_urb(request);`,
    ),
  );
  expect(logText).toMatch(/DMA-API|KASAN/u);
});

it('one that nobody frees is a leak', () => {
  const { logText } = run(
    source(
      '',
      `const lost: Ptr<urb> = usb_alloc_urb(0, GFP_KERNEL);
      println(\`\${lost.$.status} \${Bytes.size}\`);`,
    ),
  );
  expect(logText).toMatch(/^kmemleak: loop left 1 unreferenced object behind \(192 bytes\)/mu);
});
