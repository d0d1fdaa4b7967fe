// SPDX-License-Identifier: GPL-2.0-or-later
/** What the gateway at 10.0.2.2 serves: addresses, names, and a few pages. */
import { encodeUtf8 } from '../lib/utf8.ts';
import type { BootFile } from '../machine-types.ts';

const LARGE_BYTES = 10 * 1024 * 1024;
/** Of `largeFile`: a test holds it to that. */
const LARGE_SHA256 = '42f0a4d51506c668a08e96bf9c1dbf03f208c114a9a5f1faf07c61917f895c63';
const GOLDEN = 0x9e37_79b9;

const UDHCPD_CONF = `interface eth0
start 10.0.2.15
end 10.0.2.30
static_lease 52:54:00:12:34:56 10.0.2.15
${tabLeases()}option subnet 255.255.255.0
option broadcast 10.0.2.255
option router 10.0.2.2
option dns 10.0.2.2
option domain ringzero.test
option lease 86400
`;

/** Of machines in tabs side by side, from the second on: src/store/tab-cable.ts numbers them. */
function tabLeases(): string {
  const numbers = [1, 2, 3, 4, 5, 6, 7];
  return numbers.map((n) => `static_lease 52:54:00:12:35:0${n} 10.0.2.${23 + n}\n`).join('');
}

const DNSD_CONF = `gateway.ringzero.test 10.0.2.2
client.ringzero.test 10.0.2.3
remote.ringzero.test 192.0.2.80
ringzero.test 10.0.2.2
www.ringzero.test gateway.ringzero.test
`;

const INDEX = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>It works</title></head>
<body>
<h1>It works</h1>
<p>This page has come through a driver, a wire and two TCP/IP stacks.</p>
<ul>
<li><a href="/hello.txt">hello.txt</a></li>
<li><a href="/10M.bin">10M.bin</a>, ${LARGE_BYTES} bytes, and its
<a href="/10M.bin.sha256">SHA-256</a></li>
</ul>
</body>
</html>
`;

/** What the host behind the gateway serves. */
export const REMOTE_PAGE = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Two hops away</title></head>
<body><p>A router has passed this page on.</p></body>
</html>
`;

/** All in the background. */
export const GATEWAY_SERVICES = 'udhcpd; dnsd & iperf3 -s -D; httpd -h /srv/www';

export function gatewayFiles(): BootFile[] {
  const texts = {
    '/etc/udhcpd.conf': UDHCPD_CONF,
    '/etc/dnsd.conf': DNSD_CONF,
    '/srv/www/index.html': INDEX,
    '/srv/www/hello.txt': 'Hello from the gateway!\n',
    '/srv/www/10M.bin.sha256': `${LARGE_SHA256}  10M.bin\n`,
  };
  const files = Object.entries(texts).map(([path, text]) => ({ path, bytes: encodeUtf8(text) }));
  return [...files, { path: '/srv/www/10M.bin', bytes: largeFile() }];
}

/** Bytes that no compression makes shorter, and that are the same everywhere. */
function largeFile(): Uint8Array {
  const words = new Uint32Array(LARGE_BYTES / 4);
  for (let at = 0; at < words.length; at++) {
    let word = Math.imul(at + 1, GOLDEN);
    word = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35);
    words[at] = word ^ (word >>> 16);
  }
  return new Uint8Array(words.buffer);
}
