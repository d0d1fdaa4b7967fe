#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
/** The `ringzero` command: the playground's kernel without a browser. See usage.ts. */
import { parseArguments, type Request, UsageError } from './arguments.ts';
import { check } from './check.ts';
import { STATUS_FAILED } from './messages.ts';
import { run } from './run.ts';
import { USAGE } from './usage.ts';

const STATUS_USAGE = 2;

/** Put in by the build. */
declare const RINGZERO_VERSION: string;

async function perform(request: Request): Promise<number> {
  switch (request.command) {
    case 'run':
      return await run(request);
    case 'check':
      return await check(request);
    case 'usbip': {
      // Late: it has a kernel in this process, which takes longer to read than most runs take.
      const { usbip } = await import('./usbip/usbip.ts');
      return await usbip(request);
    }
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'version':
      process.stdout.write(`ringzero ${RINGZERO_VERSION}\n`);
      return 0;
  }
}

try {
  process.exitCode = await perform(parseArguments(process.argv.slice(2)));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`ringzero: ${message}\n`);
  if (error instanceof UsageError) process.stderr.write("Try 'ringzero --help'.\n");
  process.exitCode = error instanceof UsageError ? STATUS_USAGE : STATUS_FAILED;
}
