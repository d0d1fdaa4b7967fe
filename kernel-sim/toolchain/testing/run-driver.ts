// SPDX-License-Identifier: GPL-2.0-or-later
/** Builds a driver for the tests' API and runs both of its builds. */
import { decodeBase64 } from '../../lib/base64.ts';
import { readElf } from '../../lib/elf.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Diagnostic } from '../../uapi/hostcc.ts';
import { KO_SECTION, type ModuleFactory, type SiteTable } from '../../uapi/module-abi.ts';
import { assets } from '../generated/assets.ts';
import { createToolchain, type Toolchain } from '../index.ts';
import { makeTestApi, TEST_API, TestErrno } from './test-api.ts';
import { BASE, Death, TestRuntime } from './test-runtime.ts';

/** One for all tests of a file: only the first build is slow. */
export function testToolchain(): Toolchain {
  return createToolchain({ lib: assets.lib, api: TEST_API });
}

export interface BuiltDriver {
  readonly diagnostics: readonly Diagnostic[];
  readonly fast: string;
  readonly stepped: string;
  readonly sites: SiteTable;
  readonly maps: string;
}

/** The parts of the `.ko` of `driver.ts`; more files by name. */
export function buildDriver(
  toolchain: Toolchain,
  source: string,
  others: Readonly<Record<string, string>> = {},
): BuiltDriver {
  const reply = toolchain.build({
    version: 1,
    module: 'driver',
    board: 'pc',
    main: 'driver.ts',
    sources: { 'driver.ts': source, ...others },
  });
  const elf = readElf(decodeBase64(reply.ko ?? '') ?? new Uint8Array(0));
  const section = (name: string): string =>
    elf.ok
      ? decodeUtf8(elf.file.sections.find((it) => it.name === name)?.bytes ?? new Uint8Array(0))
      : '';
  return {
    diagnostics: reply.diagnostics,
    fast: section(KO_SECTION.FAST),
    stepped: section(KO_SECTION.STEPPED),
    sites: elf.ok ? (JSON.parse(section(KO_SECTION.SITES)) as SiteTable) : NO_SITES,
    maps: section(KO_SECTION.MAPS),
  };
}

const NO_SITES: SiteTable = { files: [], functions: [], sites: [] };

export interface Run {
  readonly events: readonly string[];
  /** `ok`, the errno's name, or `oops`. */
  readonly outcome: string;
  readonly panic: string | null;
  readonly spentNs: number;
  readonly overruns: number;
  readonly reschedules: number;
  readonly steps: number;
}

/** Evaluates a code section; given in, since only the host can. */
export type Evaluate = (code: string) => unknown;

/** Loads one build, calls `init`, and drops what it made. */
export function runBuild(
  code: string,
  sites: SiteTable,
  evaluate: Evaluate,
  isWatched = false,
): Run {
  const k = new TestRuntime(sites, isWatched);
  let outcome = 'ok';
  try {
    const api = makeTestApi(k);
    const factory = evaluate(code) as ModuleFactory;
    const exported = factory(k, BASE, (specifier) => api[specifier] ?? {});
    const module = exported.default as { init: () => unknown };
    const instance = finish(k.maybe(module.init()));
    k.log('loaded');
    finish(k.dropSwitching(instance));
  } catch (thrown) {
    if (thrown instanceof TestErrno) outcome = thrown.name;
    else if (thrown instanceof Death) outcome = 'oops';
    else throw thrown;
  }
  const { events, panic, spentNs, overruns, reschedules, steps } = k;
  return { events, outcome, panic, spentNs, overruns, reschedules, steps };
}

function finish(coroutine: Iterator<void, unknown>): unknown {
  for (;;) {
    const { done, value } = coroutine.next();
    if (done === true) return value;
  }
}
