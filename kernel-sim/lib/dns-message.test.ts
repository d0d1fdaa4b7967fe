// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import {
  decodeDnsMessage,
  DNS_CLASS_IN,
  DNS_FLAG,
  DNS_TYPE,
  type DnsData,
  type DnsMessage,
  dnsQuery,
  encodeDnsMessage,
} from './dns-message.ts';
import { dnsLabels, readDnsName, sameDnsName } from './dns-name.ts';

const NAME = 'gateway.ringzero.test';

const DATA: readonly DnsData[] = [
  { type: DNS_TYPE.A, address: 0x0a000202 },
  { type: DNS_TYPE.AAAA, address: 'fec00000000000000000000000000002' },
  { type: DNS_TYPE.CNAME, target: 'ringzero.test' },
  { type: DNS_TYPE.MX, preference: 10, target: 'mail.ringzero.test' },
  { type: DNS_TYPE.SRV, priority: 1, weight: 2, port: 80, target: NAME },
  { type: DNS_TYPE.TXT, texts: [Uint8Array.of(104, 105), new Uint8Array(0)] },
  {
    type: DNS_TYPE.SOA,
    mname: NAME,
    rname: 'root.ringzero.test',
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minimum: 0xffff_ffff,
  },
  { type: 'other', number: 99, bytes: Uint8Array.of(1, 2, 3) },
];

function answerOf(...data: readonly DnsData[]): DnsMessage {
  const answers = data.map((one) => ({ name: NAME, class: DNS_CLASS_IN, ttl: 300, data: one }));
  return { ...dnsQuery(7, NAME, DNS_TYPE.ANY), flags: DNS_FLAG.QR | DNS_FLAG.RD, answers };
}

function encoded(message: DnsMessage): Uint8Array {
  const bytes = encodeDnsMessage(message);
  if (bytes === undefined) throw new Error('it has names that are none');
  return bytes;
}

/** A header with one question, and then `rest`. */
function withQuestion(...rest: number[]): Uint8Array {
  return Uint8Array.of(0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...rest);
}

describe('a message', () => {
  it('is what RFC 1035 says', () => {
    const bytes = encoded(dnsQuery(0x1234, 'a.bc', DNS_TYPE.A));
    const body = [1, 0x61, 2, 0x62, 0x63, 0, 0, 1, 0, 1];
    expect([...bytes]).toEqual([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...body]);
  });

  it('survives its bytes, whatever its records are', () => {
    const message = answerOf(...DATA);
    expect(decodeDnsMessage(encoded(message))).toEqual(message);
  });

  it('says each name once', () => {
    const short = encoded(answerOf(DATA[0]!)).length;
    // A pointer, and what every record has.
    expect(encoded(answerOf(DATA[0]!, DATA[0]!)).length - short).toBe(2 + 10 + 4);
  });

  it('is cut where it is too long, at a record, and says so', () => {
    const message = answerOf(...Array.from({ length: 100 }, () => DATA[0]!));
    const bytes = encoded(message);
    const read = decodeDnsMessage(bytes);
    expect(bytes.length).toBeLessThanOrEqual(512);
    expect(read?.answers.length).toBe(29);
    expect((read?.flags ?? 0) & DNS_FLAG.TC).toBe(DNS_FLAG.TC);
    expect(decodeDnsMessage(encodeDnsMessage(message, 0xffff)!)?.answers.length).toBe(100);
  });

  it('that was cut anywhere is none', () => {
    const bytes = encoded(answerOf(...DATA));
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeDnsMessage(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  it('with any byte changed is read or refused, and nothing worse', () => {
    const bytes = encoded(answerOf(...DATA));
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x3f, 0x40, 0xc0, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        if (decodeDnsMessage(changed) === undefined) refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it.each([
    ['a name that points to itself', withQuestion(0xc0, 12, 0, 1, 0, 1)],
    ['two names that point to each other', withQuestion(0xc0, 14, 0xc0, 12, 0, 1)],
    ['a label that runs into its own pointer', withQuestion(1, 0x61, 0xc0, 12, 0, 1, 0, 1)],
    ['a label of a kind that nobody defined', withQuestion(0x41, 0x61, 0, 0, 1, 0, 1)],
    [
      'more questions than there is room for',
      Uint8Array.of(0, 7, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0),
    ],
  ])('with %s is none', (_what, bytes) => {
    expect(decodeDnsMessage(bytes)).toBeUndefined();
  });

  it('with data of another length than it says is none', () => {
    const bytes = encoded(answerOf(DATA[0]!));
    const lengthAt = bytes.length - 5;
    expect(bytes[lengthAt]).toBe(4);
    const longer = Uint8Array.of(...bytes, 0);
    longer[lengthAt] = 5;
    expect(decodeDnsMessage(longer)).toBeUndefined();
  });
});

describe('a name', () => {
  it.each([
    ['', 0],
    ['.', 0],
    ['a.b.c.', 3],
    [String.raw`a\.b.c`, 2],
    [String.raw`\065\032`, 1],
    [Array.from({ length: 127 }, () => 'a').join('.'), 127],
  ])('%s has %i labels', (text, count) => {
    expect(dnsLabels(text)?.length).toBe(count);
  });

  it.each([
    '..',
    '.a',
    'a..b',
    'a'.repeat(64),
    'é',
    String.raw`\256`,
    'a\\',
    Array.from({ length: 128 }, () => 'a').join('.'),
  ])('%s is none', (text) => {
    expect(dnsLabels(text)).toBeUndefined();
    expect(encodeDnsMessage(dnsQuery(1, text, DNS_TYPE.A))).toBeUndefined();
  });

  it('of strange bytes has a text that leads back to it', () => {
    const label = Uint8Array.from({ length: 63 }, (_, n) => n * 4 + 1);
    const read = readDnsName(Uint8Array.of(63, ...label, 0), 0);
    expect(dnsLabels(read!.name)).toEqual([label]);
  });

  it('is the same whatever its case', () => {
    expect(sameDnsName('Gateway.RINGZERO.test.', NAME)).toBe(true);
    expect(sameDnsName('gateway.ringzero.tes', NAME)).toBe(false);
  });
});
