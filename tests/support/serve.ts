// SPDX-License-Identifier: GPL-2.0-or-later
/** Serves the production build, dist/page, as `npm start` does. */
import { join } from 'node:path';
import { preview } from 'vite';

export interface Site extends AsyncDisposable {
  /** Where the page is, with a slash at the end. */
  readonly url: string;
}

/** Listens on a free port of this machine; disposing stops it. */
export async function servePage(): Promise<Site> {
  const server = await preview({
    root: join(import.meta.dirname, '../..'),
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port: 0, strictPort: true },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
