// SPDX-License-Identifier: GPL-2.0-or-later
/** A neighbour as `ip neighbour` shows it. Linux: iproute2's ip/ipneigh.c. */
import { NTF } from '../../uapi/rtnetlink.ts';
import { colourOfFamily, type Paint } from './colors.ts';
import type { Neighbour } from './model.ts';
import { NEIGHBOUR_STATES } from './names.ts';
import type { IpOptions } from './options.ts';

const TICKS_PER_SECOND = 100;

export function formatNeighbour(
  neighbour: Neighbour,
  /** Of its device; undefined where it was asked for. */
  name: string | undefined,
  options: IpOptions,
  paint: Paint,
): string {
  const { linkAddress, cache, probes, flags, state } = neighbour;
  const address = paint(colourOfFamily(neighbour.family), `${neighbour.address} `);
  if (options.isBrief) {
    const padding = ' '.repeat(Math.max(0, 39 - neighbour.address.length));
    const device = name === undefined ? '' : paint('name', `${name.padEnd(16)} `);
    const link = linkAddress === undefined ? '' : paint('mac', linkAddress);
    return `${address}${padding}${device}${link}\n`;
  }
  let text = address;
  if (name !== undefined) text += `dev ${paint('name', `${name} `)}`;
  if (linkAddress !== undefined) text += `lladdr ${paint('mac', `${linkAddress} `)}`;
  if (flags & NTF.ROUTER) text += 'router ';
  if (flags & NTF.PROXY) text += 'proxy ';
  if (options.statistics > 0 && cache !== undefined) {
    if (cache.references > 0) text += ` ref ${cache.references}`;
    const ages = [cache.used, cache.confirmed, cache.updated];
    text += ` used ${ages.map((age) => Math.floor(age / TICKS_PER_SECOND)).join('/')}`;
    if (probes !== undefined) text += `probes ${probes} `;
  }
  const names = Object.keys(NEIGHBOUR_STATES).filter(
    (word) => (state & (NEIGHBOUR_STATES[word] ?? 0)) !== 0,
  );
  return `${text}${names.map((word) => `${word.toUpperCase()} `).join('')}\n`;
}
