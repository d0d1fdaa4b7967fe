// SPDX-License-Identifier: GPL-2.0-or-later
/** An address as `ip address` shows it. Linux: iproute2's ip/ipaddress.c. */
import { IFA_F } from '../../uapi/rtnetlink.ts';
import { INFINITY_LIFE_TIME } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import { colourOfFamily, type Paint } from './colors.ts';
import { lineEnd } from './format-link.ts';
import type { Address } from './model.ts';
import { ADDRESS_FLAGS, familyName, nameOf, SCOPES } from './names.ts';
import type { IpOptions } from './options.ts';

/** `10.0.2.15/24`, or with the other end's address. */
export function formatPrefix(address: Address, paint: Paint): string {
  const colour = colourOfFamily(address.family);
  const { local, peer, prefixLength } = address;
  if (peer === local) return `${paint(colour, local)}/${prefixLength} `;
  return `${paint(colour, local)} peer ${paint(colour, peer)}/${prefixLength} `;
}

/** Both lines; `name` is of the link that it is on. */
export function formatAddress(
  address: Address,
  name: string,
  options: IpOptions,
  paint: Paint,
): string {
  const start = options.isOneline ? `${address.index}: ${paint('name', name)}` : '';
  let text = `${start}    ${familyName(address.family)} ${formatPrefix(address, paint)}`;
  if (address.metric !== undefined) text += `metric ${address.metric} `;
  if (address.broadcast !== undefined) {
    text += `brd ${paint(colourOfFamily(address.family), `${address.broadcast} `)}`;
  }
  text += `scope ${options.isNumeric ? address.scope : nameOf(SCOPES, address.scope)} `;
  for (const flag of flagNames(address)) text += `${flag} `;
  text += address.label ?? '';
  text += `${lineEnd(options)}       valid_lft ${formatLife(address.validSeconds)} `;
  return `${text}preferred_lft ${formatLife(address.preferredSeconds)}\n`;
}

function flagNames({ flags, family }: Address): string[] {
  return ADDRESS_FLAGS.flatMap(([bit, name]) => {
    const isSet = (flags & bit) !== 0;
    if (bit === IFA_F.PERMANENT) return isSet ? [] : ['dynamic'];
    if (!isSet) return [];
    return [bit === IFA_F.SECONDARY && family === AF.INET6 ? 'temporary' : name];
  });
}

function formatLife(seconds: number): string {
  return seconds === INFINITY_LIFE_TIME ? 'forever' : `${seconds}sec`;
}
