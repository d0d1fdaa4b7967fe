// SPDX-License-Identifier: GPL-2.0-or-later
/** The addresses of pages, as wget and curl take them apart: RFC 3986, as far as HTTP has it. */

export interface Url {
  /** In small letters. */
  readonly scheme: string;
  /** A name or an address; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** With the query, and with what cannot go over the wire percent-encoded. Begins with a slash. */
  readonly path: string;
  /** `user:password`, when it has them. */
  readonly userInfo?: string;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ftp: 21 };
const PORT_MAX = 65_535;

/** Undefined for what is no address; `http://` may be left out. */
export function parseUrl(text: string): Url | undefined {
  const match = /^(?:(?<scheme>[a-zA-Z][a-zA-Z0-9+.-]*):\/\/)?(?<rest>.*)$/s.exec(text);
  const scheme = (match?.groups?.['scheme'] ?? 'http').toLowerCase();
  const rest = match?.groups?.['rest'] ?? '';
  const end = /[/?#]/.exec(rest)?.index ?? rest.length;
  const authority = rest.slice(0, end);
  const at = authority.lastIndexOf('@');
  const place = /^(?:\[(?<v6>[0-9a-fA-F:.%]+)\]|(?<name>[^:[\]\s]+))(?::(?<port>\d*))?$/.exec(
    authority.slice(at + 1),
  );
  const host = place?.groups?.['v6'] ?? place?.groups?.['name'];
  if (host === undefined) return undefined;
  const digits = place?.groups?.['port'] ?? '';
  const port = digits === '' ? (DEFAULT_PORTS[scheme] ?? 0) : Number(digits);
  if (port > PORT_MAX || (digits !== '' && port === 0)) return undefined;
  const url = { scheme, host, port, path: encodePath(rest.slice(end)) };
  return at < 0 ? url : { ...url, userInfo: authority.slice(0, at) };
}

/** Where a Location header leads to from `base`; undefined for what is no address. */
export function resolveUrl(base: Url, location: string): Url | undefined {
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(location)) return parseUrl(location);
  if (location.startsWith('//')) return parseUrl(`${base.scheme}:${location}`);
  const path = base.path.replace(/\?.*$/s, '');
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const target = location.startsWith('/')
    ? location
    : location.startsWith('?')
      ? path + location
      : folder + location;
  return { ...base, path: withoutDots(encodePath(target)) };
}

/** Host and port as the Host header has them. */
export function hostHeader({ scheme, host, port }: Url): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === DEFAULT_PORTS[scheme] ? name : `${name}:${port}`;
}

export function formatUrl(url: Url): string {
  const userInfo = url.userInfo === undefined ? '' : `${url.userInfo}@`;
  return `${url.scheme}://${userInfo}${hostHeader(url)}${url.path}`;
}

/** The last part of the path, which downloads are called by; empty when it ends in a slash. */
export function fileNameOf(url: Url): string {
  const path = url.path.replace(/\?.*$/s, '');
  return percentDecoded(path.slice(path.lastIndexOf('/') + 1)).replaceAll('/', '%2F');
}

function encodePath(text: string): string {
  const path = text.replace(/#.*$/s, '');
  const encoded = path.replace(/[^\u0021-\u007e]|["<>\\^`{|}]/gu, (character) =>
    encodeURIComponent(character),
  );
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986, 5.2.4. */
function withoutDots(path: string): string {
  const [pathname, query] = splitOnce(path, '?');
  const kept: string[] = [];
  const parts = pathname.split('/').slice(1);
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part === '..') kept.pop();
    else if (part !== '.') kept.push(part);
    if (isLast && (part === '.' || part === '..')) kept.push('');
  }
  return `/${kept.join('/')}${query === undefined ? '' : `?${query}`}`;
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
