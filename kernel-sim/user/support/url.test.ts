// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';

import { fileNameOf, formatUrl, hostHeader, parseUrl, resolveUrl } from './url.ts';

describe('an address', () => {
  test.each([
    ['http://10.0.2.2/', 'http', '10.0.2.2', 80, '/'],
    ['10.0.2.2', 'http', '10.0.2.2', 80, '/'],
    ['gateway:8080/a?b#c', 'http', 'gateway', 8080, '/a?b'],
    ['HTTP://Gateway?x=1', 'http', 'Gateway', 80, '/?x=1'],
    ['http://[::1]:81/x y', 'http', '::1', 81, '/x%20y'],
    ['https://h/é', 'https', 'h', 443, '/%C3%A9'],
    ['http://h:/', 'http', 'h', 80, '/'],
  ])('%s is taken apart', (text, scheme, host, port, path) => {
    expect(parseUrl(text)).toEqual({ scheme, host, port, path });
  });

  test('may name a user', () => {
    expect(parseUrl('http://me:pw@h/')).toMatchObject({ host: 'h', userInfo: 'me:pw' });
  });

  test.each([
    '',
    'http://',
    'http:///x',
    'http://h:x/',
    'http://h:0/',
    'http://h:65536/',
    'http://[x',
  ])('%s is none', (text) => expect(parseUrl(text)).toBeUndefined());

  test.each([
    ['/x', 'http://h/x'],
    ['x', 'http://h/a/x'],
    ['../x', 'http://h/x'],
    ['../../x', 'http://h/x'],
    ['./', 'http://h/a/'],
    ['?q', 'http://h/a/b?q'],
    ['//other/x', 'http://other/x'],
    ['https://other', 'https://other/'],
  ])('%s leads from http://h/a/b to %s', (location, target) => {
    const url = resolveUrl(parseUrl('http://h/a/b?old')!, location)!;
    expect(formatUrl(url)).toBe(target);
  });

  test('gives a name for the file, and one for the host', () => {
    expect(fileNameOf(parseUrl('http://h/a/b%20c?d')!)).toBe('b c');
    expect(fileNameOf(parseUrl('http://h/a/..%2fb')!)).toBe('..%2Fb');
    expect(fileNameOf(parseUrl('http://h/')!)).toBe('');
    expect(hostHeader(parseUrl('http://h:8080/')!)).toBe('h:8080');
    expect(hostHeader(parseUrl('http://[::1]/')!)).toBe('[::1]');
  });
});
