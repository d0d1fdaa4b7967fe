// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The process in which the kernel runs: started by run.ts, which may kill it at any time.
 *
 * It makes the realm, gives the kernel its turns, and carries bytes: standard input in, standard
 * output and error out. Writing blocks, so a slow reader holds the kernel back.
 */
import bundle from './border.ts?iife-source';
import { KernelProcess } from './kernel-process.ts';
import type { ToChild } from './messages.ts';

// A driver may make promises that fail: no concern of this process, and not to be looked at.
process.on('unhandledRejection', () => undefined);

const kernel = new KernelProcess(bundle, (message, done) => process.send?.(message, done));
process.on('message', (message) => kernel.receive(message as ToChild));
process.on('disconnect', () => process.exit());
