// SPDX-License-Identifier: GPL-2.0-or-later
/** A route as `ip route` shows it. Linux: iproute2's ip/iproute.c, print_route. */
import { RT_SCOPE, RT_TABLE, RTN, RTNH_F, RTPROT } from '../../uapi/rtnetlink.ts';
import { RTM_F } from '../../uapi/rtnetlink-messages.ts';
import { AF } from '../../uapi/socket.ts';
import { colourOfFamily, type Paint } from './colors.ts';
import { lineEnd } from './format-link.ts';
import type { Route } from './model.ts';
import { nameOf, PROTOCOLS, ROUTE_TYPES, SCOPES, TABLES } from './names.ts';
import type { IpOptions } from './options.ts';

/** What need not be said, since it was asked for. */
export interface RouteStyle {
  readonly options: IpOptions;
  readonly paint: Paint;
  readonly names: ReadonlyMap<number, string>;
  readonly hides: ReadonlySet<'dev' | 'via' | 'table' | 'proto' | 'scope' | 'src'>;
}

/** Those of a next hop, in the order in which ip names them. */
const HOP_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [RTNH_F.DEAD, 'dead'],
  [RTNH_F.ONLINK, 'onlink'],
  [RTNH_F.PERVASIVE, 'pervasive'],
  [RTNH_F.LINKDOWN, 'linkdown'],
];
const PREFERENCES: Readonly<Record<number, string>> = { 0: 'medium', 1: 'high', 3: 'low' };
const TICKS_PER_SECOND = 100;

function prefixText(route: Route): string {
  const { destination, prefixLength } = route;
  if (destination === undefined) return prefixLength === 0 ? 'default' : `0/${prefixLength}`;
  const isHost = prefixLength === (route.family === AF.INET6 ? 128 : 32);
  return isHost ? destination : `${destination}/${prefixLength}`;
}

export function formatRoute(route: Route, style: RouteStyle): string {
  const { options, paint, hides } = style;
  const named = (names: Readonly<Record<string, number>>, value: number): string =>
    options.isNumeric ? String(value) : nameOf(names, value);
  const colour = colourOfFamily(route.family);
  let text = '';
  if (route.type !== RTN.UNICAST || options.showsDetails) {
    text += `${named(ROUTE_TYPES, route.type)} `;
  }
  const prefix = prefixText(route);
  text += paint(prefix === 'default' ? undefined : colour, `${prefix} `);
  if (route.source !== undefined) text += `from ${paint(colour, `${route.source} `)}`;
  if (route.tos !== 0) text += `tos 0x${route.tos.toString(16).padStart(2, '0')} `;
  if (route.gateway !== undefined && !hides.has('via')) {
    text += `via ${paint(colour, `${route.gateway} `)}`;
  }
  if (route.output !== undefined && !hides.has('dev')) {
    text += `dev ${paint('name', `${style.names.get(route.output) ?? `if${route.output}`} `)}`;
  }
  if ((route.flags & RTM_F.CLONED) === 0) {
    const isOther = route.table !== RT_TABLE.MAIN;
    if (isOther && !hides.has('table')) text += `table ${named(TABLES, route.table)} `;
    const showsAll = options.showsDetails;
    if ((route.protocol !== RTPROT.BOOT || showsAll) && !hides.has('proto')) {
      text += `proto ${named(PROTOCOLS, route.protocol)} `;
    }
    if ((route.scope !== RT_SCOPE.UNIVERSE || showsAll) && !hides.has('scope')) {
      text += `scope ${named(SCOPES, route.scope)} `;
    }
  }
  if (route.preferredSource !== undefined && !hides.has('src')) {
    text += `src ${paint(colour, `${route.preferredSource} `)}`;
  }
  if (route.metric !== undefined) text += `metric ${route.metric} `;
  for (const [bit, name] of HOP_FLAGS) if (route.flags & bit) text += `${name} `;
  if (route.uid !== undefined) text += `uid ${route.uid} `;
  return `${text}${formatTail(route, style)}\n`;
}

/** What is known of a cached route, and the metrics. */
function formatTail(route: Route, { options, names }: RouteStyle): string {
  let text = '';
  if ((route.flags & RTM_F.CLONED) !== 0 && route.family === AF.INET) {
    text += `${lineEnd(options)}    cache `;
    const flags = cacheFlags(route);
    if (flags.length > 0) text += `<${flags.join(',')}> `;
  }
  if (route.expiresTicks !== 0) {
    text += `expires ${Math.floor(route.expiresTicks / TICKS_PER_SECOND)}sec `;
  }
  if (route.mtu !== undefined) text += `mtu ${route.mtu} `;
  if (route.advmss !== undefined) text += `advmss ${route.advmss} `;
  if (route.hopLimit !== undefined) text += `hoplimit ${route.hopLimit} `;
  if (route.input !== undefined) text += `iif ${names.get(route.input) ?? `if${route.input}`} `;
  if (route.preference !== undefined) {
    text += `pref ${PREFERENCES[route.preference] ?? String(route.preference)}`;
  }
  return text;
}

/** Linux: RTCF_* in the upper half of the flags. */
const CACHE_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x8000_0000, 'local'],
  [0x1000_0000, 'brd'],
  [0x2000_0000, 'mc'],
  [0x0004_0000, 'redirected'],
];

function cacheFlags({ flags }: Route): string[] {
  return CACHE_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}
