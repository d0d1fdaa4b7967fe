// SPDX-License-Identifier: GPL-2.0-or-later
/** udhcpd.conf: what the server gives, and to whom. */
import { DHCP_OPTION, words } from '../../lib/dhcp-message.ts';
import { parseIpv4 } from '../../lib/ip-address.ts';
import { formatMac, parseMac } from '../../lib/mac-address.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';

export interface DhcpServerConfig {
  readonly interface: string;
  /** First and last address of the pool. */
  readonly start: number;
  readonly end: number;
  readonly maxLeases: number;
  /** An address that was offered is kept for the client so long. */
  readonly offerSeconds: number;
  readonly leaseSeconds: number;
  /** Addresses that always go to the same machine, by its MAC address as text. */
  readonly fixed: ReadonlyMap<string, number>;
  /** What clients are told, by the option's number. */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

const ADDRESS_OPTIONS: Readonly<Record<string, number>> = {
  subnet: DHCP_OPTION.SUBNET_MASK,
  router: DHCP_OPTION.ROUTER,
  dns: DHCP_OPTION.DNS_SERVER,
  broadcast: DHCP_OPTION.BROADCAST,
  ntpsrv: DHCP_OPTION.NTP_SERVER,
};
const TEXT_OPTIONS: Readonly<Record<string, number>> = {
  hostname: DHCP_OPTION.HOST_NAME,
  domain: DHCP_OPTION.DOMAIN_NAME,
};
const DEFAULT_LEASE_SECONDS = 10 * 24 * 60 * 60;

/** A text says what is wrong with it. */
export function parseConfig(text: string): DhcpServerConfig | string {
  const options = new Map<number, Uint8Array>();
  const fixed = new Map<string, number>();
  const settings = new Map<string, string>();
  let leaseSeconds = DEFAULT_LEASE_SECONDS;
  for (const [index, line] of text.split('\n').entries()) {
    const [keyword = '', ...values] = line.replace(/#.*/, '').trim().split(/\s+/);
    const wrong = `can't parse line ${index + 1}`;
    if (keyword === '') continue;
    if (keyword === 'static_lease') {
      const mac = parseMac(values[0] ?? '');
      const address = parseIpv4(values[1] ?? '');
      if (mac === undefined || address === undefined) return wrong;
      fixed.set(formatMac(mac), address);
    } else if (keyword === 'option' || keyword === 'opt') {
      const [name = '', ...rest] = values;
      if (name === 'lease') leaseSeconds = Number(rest[0]) || DEFAULT_LEASE_SECONDS;
      else if (!addOption(options, name, rest)) return wrong;
    } else if (values.length === 1) settings.set(keyword, values[0]!);
    else return wrong;
  }
  const start = parseIpv4(settings.get('start') ?? '192.168.0.20');
  const end = parseIpv4(settings.get('end') ?? '192.168.0.254');
  if (start === undefined || end === undefined || start > end) return 'bad start or end';
  return {
    interface: settings.get('interface') ?? 'eth0',
    start,
    end,
    maxLeases: Number(settings.get('max_leases')) || end - start + 1,
    offerSeconds: Number(settings.get('offer_time')) || 60,
    leaseSeconds,
    fixed,
    options,
  };
}

function addOption(
  options: Map<number, Uint8Array>,
  name: string,
  values: readonly string[],
): boolean {
  const textOption = TEXT_OPTIONS[name];
  if (textOption !== undefined) options.set(textOption, encodeUtf8(values.join(' ')));
  const addressOption = ADDRESS_OPTIONS[name];
  if (addressOption === undefined) return textOption !== undefined;
  const addresses = values.map(parseIpv4);
  if (addresses.length === 0 || addresses.includes(undefined)) return false;
  options.set(addressOption, words(...(addresses as number[])));
  return true;
}
