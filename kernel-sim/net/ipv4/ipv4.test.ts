// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { formatIpv4, parseIpv4 } from '../../lib/ip-address.ts';
import { ICMP } from '../../uapi/icmp.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { foldChecksum } from '../core/checksum.ts';
import { MAX_HEADER } from '../core/sk-buff.ts';
import type { OutputOptions } from '../network-layer.ts';
import { NetRig, type RigHost } from '../testing/net-rig.ts';
import { ICMPHDR } from './icmp.ts';
import { sourceOf } from './ip-header.ts';

/** Sends an echo request; answers what was said of it. */
export function ping(
  host: RigHost,
  to: string,
  bytes = 56,
  how: Partial<OutputOptions> = {},
): number {
  const { ipv4 } = host;
  const destination = parseIpv4(to)!;
  const route = ipv4.route(destination);
  if (typeof route === 'number') return route;
  const skb = host.core.skbs.alloc(MAX_HEADER + ICMPHDR.SIZE + bytes)!;
  skb.reserve(MAX_HEADER);
  skb.put(ICMPHDR.SIZE + bytes);
  for (let at = 0; at < skb.length; at++) skb.store8(at, at & 0xff);
  skb.store16(ICMPHDR.TYPE, ICMP.ECHO << 8);
  skb.store16(ICMPHDR.CHECKSUM, 0);
  skb.store32(ICMPHDR.INFO, 0x1234_0001);
  skb.store16(ICMPHDR.CHECKSUM, foldChecksum(skb.checksum(0, skb.length)));
  const { source } = route;
  return ipv4.output(skb, route, { protocol: IPPROTO.ICMP, source, destination, ...how });
}

/** Replies as they come: from whom, and how long. */
function replies(host: RigHost): string[] {
  const heard: string[] = [];
  host.ipv4.icmp.listeners.echoReply = (skb) => {
    heard.push(`${formatIpv4(sourceOf(skb))} ${skb.length}`);
    return true;
  };
  return heard;
}

describe('a host', () => {
  it('answers itself over lo, and another over a cable', () => {
    const rig = new NetRig();
    const [one, other] = [rig.host('one'), rig.host('other')];
    const cable = rig.join(one, '10.0.0.1/24', other, '10.0.0.2/24');
    const heard = replies(one);

    expect(ping(one, '127.0.0.1')).toBe(0);
    expect(ping(one, '10.0.0.1')).toBe(0);
    rig.settle();
    expect(heard).toEqual(['127.0.0.1 64', '10.0.0.1 64']);
    expect(ping(one, '10.0.0.2')).toBe(0);
    rig.wait(100_000);

    expect(heard.at(-1)).toBe('10.0.0.2 64');
    expect(cable.kinds).toEqual(['arp', 'arp', 'ip', 'ip']);
    rig.run();
    expect(rig.complaints()).toBe('');
  });
});
