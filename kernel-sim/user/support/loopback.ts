// SPDX-License-Identifier: GPL-2.0-or-later
/** What every boot does first about the network: `ip link set lo up`. */
import { encodeUtf8 } from '../../lib/utf8.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { IFF } from '../../uapi/if.ts';
import { IFREQ, SIOC } from '../../uapi/if-ioctl.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import type { Libc } from '../libc/libc.ts';

/** A machine without a network goes on without. */
export function* bringUpLoopback(c: Libc): Sleeping<void> {
  const fd = yield* c.socket(AF.INET, SOCK.DGRAM);
  if (fd < 0) return;
  const request = new Uint8Array(IFREQ.SIZE);
  request.set(encodeUtf8('lo'));
  new DataView(request.buffer).setUint16(IFREQ.flags, IFF.UP | IFF.LOOPBACK | IFF.RUNNING, true);
  yield* c.ioctl_bytes(fd, SIOC.SIFFLAGS, request);
  yield* c.close(fd);
}
