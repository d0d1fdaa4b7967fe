// SPDX-License-Identifier: GPL-2.0-or-later
/** Filters against frames, their errors in libpcap's words, and tcpdump's verdict where it is. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { parseIpv4 } from '../ip-address.ts';
import { BPF, runBpf } from './bpf.ts';
import { compileFilter } from './filter.ts';
import { pcapHeader, pcapRecord } from './pcap.ts';
import { arpRequest, ascii, icmpEcho, ipv4, ipv6Transport, tcp, udp } from './testing/frames.ts';

const FRAMES = {
  arp: arpRequest('10.0.2.15', '10.0.2.2'),
  ping: icmpEcho(8, 1),
  pong: icmpEcho(0, 1),
  dns: udp(1025, 53, ascii('abc')),
  far: udp(53, 1025, ascii('abc'), { source: '192.168.7.1' }),
  syn: tcp({ source: 40_000, destination: 80, sequence: 1, flags: 2 }),
  data: tcp({ source: 80, destination: 40_000, sequence: 1, flags: 0x18 }, ascii('x'.repeat(99))),
  piece: ipv4({ protocol: 17, fragment: 0x2000 + 5 }, [0, 53, 0, 53]),
  routed: udp(9, 10, [1], { options: [148, 4, 0, 0] }),
  udp6: ipv6Transport(
    { source: 'fe80::1', destination: 'ff02::fb', protocol: 17 },
    [0, 53, 0, 80, 0, 9, 0, 0, 1],
    6,
  ),
};
type Name = keyof typeof FRAMES;
const NAMES = Object.keys(FRAMES) as Name[];

function passing(text: string): readonly string[] {
  const compiled = compileFilter(text);
  if ('error' in compiled) return [compiled.error];
  return NAMES.filter((name) => {
    const frame = FRAMES[name];
    return runBpf(compiled.program, frame, frame.length) > 0;
  });
}

// prettier-ignore
const FILTERS = [
  '', 'arp', 'icmp', 'tcp', 'udp', 'ip', 'ip6', 'igmp', 'icmp6', 'not arp', '! ip',
  'host 10.0.2.2', 'src host 10.0.2.2', 'dst 10.0.2.2', 'ip host 10.0.2.2', 'host fe80::1',
  'net 10.0.2.0/24', 'src net 192.168', 'net 10', 'net 10.0.2.0 mask 255.255.255.0',
  'net fe80::/10', 'dst net ff00::/8', 'net ::/0', 'host 192.168.7.1 or 10.0.2.2',
  'port 53', 'tcp port 80', 'udp src port 53', 'src or dst port 80', 'src and dst port 53',
  'portrange 50-60', 'port domain or http', 'port (53 or 80)', 'not port 53 and not arp',
  'ether host 52:54:00:12:34:56', 'ether src 52:54:0:12:34:56', 'ether dst 1:2:3:4:5:6',
  'tcp[tcpflags] & tcp-syn != 0', 'tcp[13] = 2', 'ip[8] = 64', 'ip[6:2] & 0x1fff != 0',
  'icmp[icmptype] = icmp-echo', 'ether[12:2] = 0x800', 'udp[4:2] > 9', 'ip6[6] == 17',
  'less 60', 'greater 100', 'len > 60 and tcp', 'len - 14 >= ip[2:2]', '(len) < 50',
  'udp[ip[0] & 0xf] >= 0', 'ip[ip[0] & 0xf] = 0', 'ip[2:2] - (ip[0] & 0xf) * 4 = 8',
  'proto 6', 'ip proto 1', 'ip proto \\udp', 'ether proto 0x806', 'ether proto \\arp',
  'multicast', 'broadcast', 'ip6 multicast', 'ip multicast', 'vlan', 'arp or icmp and src 10.0.2.2',
  '(arp or icmp) and not src 10.0.2.2', 'src 10.0.2.15 and (tcp or udp)', 'arp[6:2] = 1',
  'ip[100:4] = 0 or arp', 'len / ip[1] = 0 or arp', 'tcp[12] >> 4 = 5', 'host 10.0.2',
];
// prettier-ignore
const WRONG = [
  'foo', 'host', 'tcp port', 'ip6[', 'tcp[0', 'and', 'tcp and or udp', '((tcp)', 'tcp$',
  'port foo', 'port 70000', 'host 1.2.3.4.5', 'host 300.1.1.1', 'net 10.0.2.1/24', 'port 080',
  'src net 10.0/33', 'tcp host 1.2.3.4', 'arp port 3', 'ip[0:3]=1', 'ip host ::1', 'src',
  'ip6 host 10.0.0.1', 'ip proto foo', 'ip proto tcp', 'vlan 5000', 'ether host 1.2.3.4',
  'tcp port bootps', 'ip6 net fe80::1/10', 'ether src foo', 'host 1.2.3.4 2', '1/0=1',
  'udp net 10', 'port 1 2', 'host 10.0.2.2 port', 'ether 1:2:3:4:5:6', 'less', 'tcp[0]',
];

describe('filters', () => {
  it('let pass what they say', () => {
    expect(passing('')).toEqual(NAMES);
    expect(passing('icmp')).toEqual(['ping', 'pong']);
    expect(passing('port 53')).toEqual(['dns', 'far', 'udp6']);
    expect(passing('src host 10.0.2.2')).toEqual(['pong']);
    expect(passing('arp or icmp and ip6')).toEqual([]);
    expect(passing('tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn')).toEqual(['syn']);
    expect(passing('not (tcp or udp)')).toEqual(['arp', 'ping', 'pong']);
    expect(passing('ether dst 52:55:0a:00:02:02 and greater 100')).toEqual(['data']);
  });

  it('ask for names of hosts', () => {
    const resolve = (name: string): readonly number[] =>
      name === 'far.test' ? [parseIpv4('192.168.7.1') ?? 0] : [];
    const known = compileFilter('src far.test', { resolve });
    const far = FRAMES.far;
    expect('program' in known && runBpf(known.program, far, far.length)).toBe(262_144);
    expect(compileFilter('host no.test', { resolve })).toMatchObject({
      error: "unknown host 'no.test'",
    });
  });

  it('say what is wrong and where', () => {
    expect(compileFilter('tcp port')).toEqual({
      error: "can't parse filter expression: syntax error",
      at: 8,
    });
    expect(compileFilter('arp or port 70000')).toEqual({
      error: 'illegal port number 70000 > 65535',
      at: 12,
    });
    for (const text of WRONG) expect(compileFilter(text)).toHaveProperty('error');
  });

  it('are as long as they need to be', () => {
    const many = Array.from({ length: 200 }, (_, n) => `port ${n + 1000}`).join(' or ');
    expect(passing(many)).toEqual(['dns', 'far']);
  });

  it('end whatever the frame is', () => {
    const programs = FILTERS.flatMap((text) => {
      const compiled = compileFilter(text);
      return 'program' in compiled ? [compiled.program] : [];
    });
    for (const program of programs) {
      for (let length = 0; length < 60; length += 7) {
        expect(runBpf(program, FRAMES.syn.subarray(0, length), length)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('divide by 0 and read beyond the frame by wanting nothing', () => {
    const run = (code: number, k: number): number =>
      runBpf(
        [
          { code, jt: 0, jf: 0, k },
          { code: BPF.RET, jt: 0, jf: 0, k: 1 },
        ],
        new Uint8Array(4),
        4,
      );
    expect(run(BPF.ALU | BPF.DIV | BPF.K, 0)).toBe(0);
    expect(run(BPF.LD | BPF.W | BPF.ABS, 1)).toBe(0);
    expect(run(BPF.LD | BPF.W | BPF.ABS, 0)).toBe(1);
  });
});

/** Why the next test cannot run here; undefined where it can. */
function whyNoTcpdump(): string | undefined {
  try {
    execFileSync('tcpdump', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'tcpdump is not installed';
  }
}

const missing = whyNoTcpdump();

describe.skipIf(missing !== undefined)(`tcpdump${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('lets the same frames pass, and complains in the same words', () => {
    const folder = mkdtempSync(join(tmpdir(), 'filters-'));
    try {
      const path = join(folder, 'capture');
      const frames = NAMES.map((name, n) => {
        const bytes = FRAMES[name];
        return pcapRecord({ seconds: n, nanoseconds: 0, lengthBytes: bytes.length, bytes });
      });
      writeFileSync(path, Buffer.concat([pcapHeader(), ...frames]));
      const texts = [...FILTERS, ...WRONG];
      const ours = texts.map((text) => [text, passing(text)]);
      expect(ours).toEqual(texts.map((text) => [text, tcpdumpPassing(path, text)]));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The frames that tcpdump lets pass, by their times; or what it says. */
function tcpdumpPassing(path: string, text: string): readonly string[] {
  try {
    const lines = execFileSync('tcpdump', ['-nqtt', '-r', path, '--', text], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return lines
      .split('\n')
      .flatMap((line) => NAMES[/^\d/.test(line) ? Number.parseInt(line, 10) : -1] ?? []);
  } catch (error) {
    const { stderr } = error as { readonly stderr: string };
    return [/^tcpdump: (.*)$/m.exec(stderr)?.[1] ?? stderr];
  }
}
