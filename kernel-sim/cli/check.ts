// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `ringzero check`: what is wrong with drivers, without loading them.
 *
 * Files of one folder see each other, as they do where `make` builds them; only what is wrong with
 * the files that were named is printed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

import { type CheckRequest, UsageError } from './arguments.ts';
import type { Diagnostic } from '../uapi/hostcc.ts';
import { diagnosticText } from '../user/make/diagnostics.ts';

/** Prints what it finds and returns the exit status: 1 when there was something. */
export async function check(request: CheckRequest): Promise<number> {
  const { createToolchain } = await import('../toolchain/index.ts');
  const { assets } = await import('../toolchain/generated/assets.ts');
  const toolchain = createToolchain(assets);
  const found: Diagnostic[] = [];
  const texts = new Map<string, string>();
  for (const [folder, named] of byFolder(request.paths)) {
    const sources = sourcesOf(folder, named);
    for (const diagnostic of toolchain.check(sources)) {
      if (!named.has(diagnostic.file)) continue;
      const file = relative('.', join(folder, diagnostic.file));
      texts.set(file, sources[diagnostic.file] ?? '');
      found.push({ ...diagnostic, file });
    }
  }
  const text = request.isJson
    ? `${JSON.stringify(found.map(inOrder), null, 2)}\n`
    : found.map((it) => diagnosticText(it, texts.get(it.file), 'error')).join('');
  process.stdout.write(text);
  return found.length === 0 ? 0 : 1;
}

/** Folder to the names in it that were asked for. */
function byFolder(paths: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    const folder = dirname(resolve(path));
    const names = folders.get(folder) ?? new Set();
    folders.set(folder, names.add(basename(path)));
  }
  return folders;
}

function sourcesOf(folder: string, named: ReadonlySet<string>): Record<string, string> {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    const all = new Set([...named, ...names]);
    return Object.fromEntries(
      [...all].map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
  } catch (error) {
    throw new UsageError(`check: ${error instanceof Error ? error.message : 'cannot read'}`);
  }
}

/** The keys that are promised, in their order, and no others. */
function inOrder({
  file,
  line,
  column,
  endLine,
  endColumn,
  code,
  message,
  help,
}: Diagnostic): Diagnostic {
  return { file, line, column, endLine, endColumn, code, message, help };
}
