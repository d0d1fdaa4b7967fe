// SPDX-License-Identifier: GPL-2.0-or-later
/** The thread that compiler.ts starts: one toolchain, requests in order. */
import { parentPort } from 'node:worker_threads';

import { assets } from '../toolchain/generated/assets.ts';
import { createToolchain } from '../toolchain/index.ts';
import type { BuildRequest } from '../uapi/hostcc.ts';

const toolchain = createToolchain(assets);

parentPort?.on('message', (bytes: Uint8Array) => {
  const request = JSON.parse(Buffer.from(bytes).toString('utf8')) as BuildRequest;
  parentPort?.postMessage(Buffer.from(JSON.stringify(toolchain.build(request))));
});
