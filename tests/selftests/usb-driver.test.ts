// SPDX-License-Identifier: GPL-2.0-or-later
/** Drivers of any device on the USB: what they send and receive, and how transfers fail. */
import { expect, it } from 'vitest';

import { runScript, userFile } from '../support/machine.ts';

/** Says how each transfer ends with a device that was told to misbehave. */
const SOURCE = `import { Errno, module, println, type Ref } from "kernel";
import { usb, type UsbDevice } from "kernel/usb";

const FAULT = 3;
const IDS = [{ vendor: 0x1209, product: 0x0001 }];

class Tried {
  constructor(readonly device: UsbDevice) {}

  static probe(device: UsbDevice): Tried {
    // The one that halts the endpoint comes last.
    for (const fault of [0, 2, 3, 4, 5, 1]) {
      device.write_cmd(FAULT, fault, 0, new Uint8Array(0));
      println(\`send \${fault}: \${send(device, 1)}\`);
    }
    println(\`halted: \${send(device, 1)}\`);
    device.clear_halt(1);
    println(\`goes on: \${send(device, 1)}\`);
    println(\`no endpoint: \${send(device, 7)} \${send(device, 0)} \${send(device, 16)}\`);
    println(\`too much: \${send(device, 1, 65537)}\`);
    println(\`nothing there: \${receive(device)}\`);
    return new Tried(device);
  }
}

function send(device: Ref<UsbDevice>, endpoint: number, bytes = 10): string {
  try {
    return \`\${device.bulk_send(endpoint, new Uint8Array(bytes), 50)}\`;
  } catch (error) {
    return nameOf(error);
  }
}

function receive(device: Ref<UsbDevice>): string {
  try {
    for (;;) device.bulk_receive(1, 4096, 50);
  } catch (error) {
    return nameOf(error);
  }
}

function nameOf(error: unknown): string {
  for (const [name, errno] of [
    ["EPIPE", Errno.EPIPE],
    ["ETIMEDOUT", Errno.ETIMEDOUT],
    ["EPROTO", Errno.EPROTO],
    ["EOVERFLOW", Errno.EOVERFLOW],
    ["ENOENT", Errno.ENOENT],
    ["EINVAL", Errno.EINVAL],
  ] as const) if (error === errno) return name;
  return \`\${error}\`;
}

class M {
  constructor(readonly driver: usb.Registration) {}
  static init(): M { return new M(usb.register("tried", IDS, Tried)); }
}
export default module(M, { license: "GPL" });
`;

it('are told of each way in which a transfer ends', () => {
  const files = [userFile('t/tried.ts', SOURCE), userFile('t/Kbuild', 'obj-m := tried.o\n')];
  const { logText, stdout } = runScript(
    `cd t; make > /tmp/make 2>&1 || { cat /tmp/make; exit 1; }
    sudo insmod tried.ko; plug loopback; sleep 2; lsusb -t | tail -n 1; unplug; sleep 1
    sudo rmmod tried; echo $?`,
    { files },
  );
  const said = logText
    .split('\n')
    .filter((line) => /^(send|halted|goes on|no endpoint|too much|nothing)/u.test(line));
  expect(said).toEqual([
    'send 0: 10',
    'send 2: ETIMEDOUT',
    'send 3: 10',
    'send 4: 10',
    'send 5: EPROTO',
    'send 1: EPIPE',
    'halted: EPIPE',
    'goes on: 10',
    'no endpoint: ENOENT EINVAL EINVAL',
    'too much: EINVAL',
    'nothing there: ETIMEDOUT',
  ]);
  expect(stdout).toMatch(/Driver=tried, 480M\n0\n$/u);
  expect(logText).not.toMatch(/BUG|WARNING|Oops|DMA-API|left/u);
});

it('may be unplugged while a transfer waits, and leave before the device', () => {
  const source = SOURCE.replace('return new Tried(device);', 'device.bulk_receive(1, 10, 0); $&');
  const files = [userFile('t/tried.ts', source), userFile('t/Kbuild', 'obj-m := tried.o\n')];
  const { logText, stdout } = runScript(
    `cd t; make > /dev/null; sudo insmod tried.ko; plug loopback; sleep 2
    unplug; sleep 1; sudo rmmod tried; echo $?`,
    { files },
  );
  expect(stdout).toBe('0\n');
  expect(logText).toContain('USB disconnect');
  expect(logText).not.toMatch(/BUG|WARNING|Oops|DMA-API|left/u);
});
