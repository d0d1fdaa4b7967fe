// SPDX-License-Identifier: GPL-2.0-or-later
/** The machines at the other end of the wire: what they are called, and what they do. */
import type { BootFile, BootImage } from '../machine-types.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { GATEWAY_SERVICES, gatewayFiles, REMOTE_PAGE } from './gateway.ts';

export interface Neighbour {
  readonly name: string;
  readonly mac: string;
  readonly memoryBytes: number;
  /** In host order: who asks for it by ARP has it booted. Undefined: it is there from the start. */
  readonly bootsFor?: number;
  /** What it runs, as root, instead of a login. */
  readonly script: string;
  /** Made when it is booted. */
  readonly files: () => readonly BootFile[];
}

const MIB = 1024 * 1024;
const GOLDEN = 0x9e37_79b9;
/** 192.0.2.80, in a network of the documentation's (RFC 5737) behind the gateway. */
const REMOTE_ADDRESS = 0xc000_0250;
/**
 * The gateway is a router with one arm: both networks are on its only wire. It keeps to itself that
 * there is a shorter way.
 */
const ROUTER = `ip addr add 192.0.2.1/24 dev eth0
  sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 \\
    net.ipv4.conf.eth0.send_redirects=0`;

export const NEIGHBOURS: readonly Neighbour[] = [
  {
    name: 'gateway',
    mac: '52:55:0a:00:02:02',
    memoryBytes: 32 * MIB,
    script: `${addressed('10.0.2.2')}; ${ROUTER}; ${GATEWAY_SERVICES}; exec sleep infinity`,
    files: gatewayFiles,
  },
  {
    name: 'client',
    mac: '52:55:0a:00:02:03',
    memoryBytes: 16 * MIB,
    script: `${addressed('10.0.2.3')}; exec sleep infinity`,
    files: () => [],
  },
  {
    name: 'remote',
    mac: '52:55:c0:00:02:50',
    memoryBytes: 16 * MIB,
    bootsFor: REMOTE_ADDRESS,
    script: `${addressed('192.0.2.80')}; ip route add default via 192.0.2.1
      httpd -h /srv/www; exec sleep infinity`,
    files: () => [{ path: '/srv/www/index.html', bytes: encodeUtf8(REMOTE_PAGE) }],
  },
];

export function imageOf(
  neighbour: Neighbour,
  settings: { readonly seed: number; readonly epochSeconds: number },
): BootImage {
  const { name, mac, memoryBytes, script, files } = neighbour;
  return {
    board: 'pc',
    cpus: 1,
    seed: settings.seed,
    cmdline: '',
    epochSeconds: settings.epochSeconds,
    memoryBytes,
    nic: 'paravirtual',
    mac,
    hostname: name,
    neighbours: 'none',
    files: [...files(), { path: '/etc/hosts', bytes: encodeUtf8(HOSTS) }],
    script: { text: script, user: 'root', args: [] },
  };
}

const HOSTS = '127.0.0.1\tlocalhost\n10.0.2.2\tgateway\n10.0.2.3\tclient\n192.0.2.80\tremote\n';

/** Commands that give eth0 its address. */
function addressed(address: string): string {
  return `ip link set lo up; ip addr add ${address}/24 dev eth0; ip link set eth0 up`;
}

/** A seed of its own for each part of a world, from the one seed of the run. */
export function seedOf(seed: number, name: string): number {
  let hash = seed >>> 0;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), GOLDEN) >>> 0;
  }
  return hash;
}
