// SPDX-License-Identifier: GPL-2.0-or-later
/** Names of ports, and lists of them. */
import { SERVICES } from '../../lib/services.ts';

const PORT_MAX = 65_535;

/** `http` for 80; `*` for what has no name. */
export function serviceName(port: number, protocol: 'tcp' | 'udp'): string {
  const known = Object.entries(SERVICES).find(
    ([, [number, ...protocols]]) => number === port && protocols.includes(protocol),
  );
  return known?.[0] ?? '*';
}

/** `80`, `http` or `20-25`, as nc takes them; a text says what is wrong. */
export function parsePorts(text: string): readonly number[] | string {
  const range = /^(?<low>\d+)-(?<high>\d+)$/.exec(text)?.groups;
  if (range === undefined) {
    const port = parsePort(text);
    return typeof port === 'string' ? port : [port];
  }
  const ends = [range['low']!, range['high']!].map(parsePort);
  for (const end of ends) if (typeof end === 'string') return end;
  const [a, b] = ends as [number, number];
  const low = Math.min(a, b);
  return Array.from({ length: Math.abs(a - b) + 1 }, (_, n) => low + n);
}

function parsePort(text: string): number | string {
  if (/^\d+$/.test(text)) {
    const port = Number(text);
    if (port > PORT_MAX) return `port number too large: ${text}`;
    return port === 0 ? `port number too small: ${text}` : port;
  }
  return SERVICES[text]?.[0] ?? `port number invalid: ${text}`;
}
