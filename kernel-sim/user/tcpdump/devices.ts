// SPDX-License-Identifier: GPL-2.0-or-later
/** The interfaces that can be captured on, in the order of -D. Linux: libpcap's pcap.c. */
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IFF } from '../../uapi/if.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import type { Libc } from '../libc/libc.ts';
import { parseNetDev } from '../net-tools/interface.ts';
import { ask, controlSocket, ifreq, intOf } from '../net-tools/ioctl.ts';

export interface CaptureDevice {
  readonly name: string;
  /** 0: all of them. */
  readonly ifindex: number;
  readonly flags: number;
}

export const ANY = 'any';
const ANY_DEVICE: CaptureDevice = { name: ANY, ifindex: 0, flags: IFF.UP | IFF.RUNNING };

export function* captureDevices(c: Libc): Sleeping<readonly CaptureDevice[]> {
  const listing = yield* c.read_file('/proc/net/dev');
  const names = typeof listing === 'number' ? [] : [...parseNetDev(decodeUtf8(listing)).keys()];
  const fd = yield* controlSocket(c);
  const devices: CaptureDevice[] = [ANY_DEVICE];
  for (const name of names) {
    const flags = yield* ask(c, fd, SIOC.GIFFLAGS, ifreq(name));
    const ifindex = yield* intOf(c, fd, name, SIOC.GIFINDEX);
    if (typeof flags === 'number' || ifindex < 0) continue;
    devices.push({ name, ifindex, flags: flags.getUint16(IFREQ.flags, true) });
  }
  yield* c.close(fd);
  return devices.toSorted((a, b) => meritOf(a) - meritOf(b) || a.ifindex - b.ifindex);
}

/** The lower, the likelier it is wanted. */
function meritOf({ name, flags }: CaptureDevice): number {
  const isDown = (flags & IFF.UP) === 0 ? 8 : 0;
  const isStill = (flags & IFF.RUNNING) === 0 ? 4 : 0;
  const isLoopback = (flags & IFF.LOOPBACK) === 0 ? 0 : 2;
  return isDown + isStill + isLoopback + (name === ANY ? 1 : 0);
}

/** `1.eth0 [Up, Running, Connected]`. */
export function describeDevice({ name, flags }: CaptureDevice, n: number): string {
  const known = [
    [IFF.UP, 'Up'],
    [IFF.RUNNING, 'Running'],
    [IFF.LOOPBACK, 'Loopback'],
  ] as const;
  const states = known.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word as string);
  if (states.length === 0) states.push('none');
  if (name === ANY) {
    return `${n + 1}.any (Pseudo-device that captures on all interfaces) [${states.join(', ')}]\n`;
  }
  if ((flags & IFF.LOOPBACK) === 0) {
    states.push((flags & IFF.RUNNING) === 0 ? 'Disconnected' : 'Connected');
  }
  return `${n + 1}.${name} [${states.join(', ')}]\n`;
}
