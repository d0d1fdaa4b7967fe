// SPDX-License-Identifier: GPL-2.0-or-later
/** What a server has granted, and how a script is told of it. */
import {
  DHCP_OPTION,
  optionAddresses,
  optionNumber,
  type DhcpMessage,
} from '../../lib/dhcp-message.ts';
import { formatIpv4 } from '../../lib/ip-address.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';

export interface Lease {
  readonly address: number;
  readonly server: number;
  readonly seconds: number;
  readonly message: DhcpMessage;
}

/** A lease is asked for again no sooner. */
const LEASE_SECONDS_MIN = 120;
const LEASE_SECONDS_USUAL = 3600;
export function leaseOf(message: DhcpMessage, server: number): Lease {
  const told = optionNumber(message, DHCP_OPTION.LEASE_TIME) ?? LEASE_SECONDS_USUAL;
  const seconds = Math.max(LEASE_SECONDS_MIN, Math.min(told, 0x7fff_ffff / 1000));
  return { address: message.yourAddress, server, seconds: Math.floor(seconds), message };
}

/** `ip=… subnet=… router=…`: what scripts of udhcpc know. */
export function environmentOf(message: DhcpMessage): string[] {
  const env = [`ip=${formatIpv4(message.yourAddress)}`];
  if (message.serverAddress !== 0) env.push(`siaddr=${formatIpv4(message.serverAddress)}`);
  const lists = {
    subnet: DHCP_OPTION.SUBNET_MASK,
    router: DHCP_OPTION.ROUTER,
    dns: DHCP_OPTION.DNS_SERVER,
    broadcast: DHCP_OPTION.BROADCAST,
    ntpsrv: DHCP_OPTION.NTP_SERVER,
    serverid: DHCP_OPTION.SERVER_ID,
  };
  for (const [name, option] of Object.entries(lists)) {
    const addresses = optionAddresses(message, option);
    if (addresses.length > 0) env.push(`${name}=${addresses.map(formatIpv4).join(' ')}`);
  }
  const [mask] = optionAddresses(message, DHCP_OPTION.SUBNET_MASK);
  if (mask !== undefined) env.push(`mask=${Math.clz32(~mask)}`);
  const texts = {
    hostname: DHCP_OPTION.HOST_NAME,
    domain: DHCP_OPTION.DOMAIN_NAME,
    message: DHCP_OPTION.MESSAGE,
  };
  for (const [name, option] of Object.entries(texts)) {
    const value = message.options.get(option);
    if (value !== undefined) env.push(`${name}=${cleaned(decodeUtf8(value))}`);
  }
  const lease = optionNumber(message, DHCP_OPTION.LEASE_TIME);
  if (lease !== undefined) env.push(`lease=${lease}`);
  return env;
}

/** What a server says goes into a shell's variables: only what names are made of. */
function cleaned(text: string): string {
  return text.replace(/[^A-Za-z0-9._ -]/g, '');
}
