// SPDX-License-Identifier: GPL-2.0-or-later
/** Everything that is known of a module's or program's files before code is made of them. */
import type ts from 'typescript';

import type { BuildRequest } from '../uapi/hostcc.ts';
import type { LayoutTarget } from '../uapi/layout.ts';
import { readAllocations, type Allocations } from './allocation-types.ts';
import { AddressedFunctions } from './addressed-functions.ts';
import { Findings } from './diagnostics.ts';
import type { DropPlan } from './drop-plan.ts';
import { Effects } from './effects.ts';
import { Frames } from './frames.ts';
import { GlobalBuffers } from './global-buffers.ts';
import { Nobody, Ownership } from './ownership.ts';
import { DropPlanner } from './plan-drops.ts';
import { readExports, surfaceOf, type ExportedFunction } from './module-symbols.ts';
import { checkImports } from './program.ts';
import { Places } from './places.ts';
import { readLockNames, type LockNames } from './lock-names.ts';
import { SharedPlaces } from './shared-places.ts';
import { PointerVariables } from './pointer-variables.ts';
import { PointerOperations } from './pointer-operations.ts';
import { checkRestrictions } from './restrictions.ts';
import { Sites } from './sites.ts';
import { checkUnsafe } from './unsafe-rules.ts';

/** A program is plain TypeScript: nothing is owned, and only `using` drops. */
export type Kind = 'module' | 'program';

/** What a board's C compiler makes of a struct. */
const TARGETS: Readonly<Record<BuildRequest['board'], LayoutTarget>> = {
  pc: { pointerBytes: 8 },
  rpi3: { pointerBytes: 4 },
};

export interface Analysis {
  readonly kind: Kind;
  readonly ownership: Ownership;
  readonly plan: DropPlan;
  readonly effects: Effects;
  /** What touches memory. */
  readonly places: Places;
  readonly pointers: PointerOperations;
  readonly functions: AddressedFunctions;
  readonly globals: GlobalBuffers;
  readonly frames: Frames;
  readonly variables: PointerVariables;
  readonly shared: SharedPlaces;
  readonly sites: Sites;
  readonly allocations: Allocations;
  readonly locks: LockNames;
  readonly findings: Findings;
  /** What it hands to other modules. */
  readonly exports: readonly ExportedFunction[];
}

export function analyse(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
  nameOf: (path: string) => string,
  kind: Kind,
  board: BuildRequest['board'],
): Analysis {
  const findings = new Findings();
  const places = new Places(checker, TARGETS[board], findings);
  const functions = new AddressedFunctions(checker);
  const variables = new PointerVariables(checker, TARGETS[board].pointerBytes);
  if (kind === 'module') variables.analyse(files);
  const shared = new SharedPlaces(checker, variables);
  if (kind === 'module') shared.analyse(files);
  const target = TARGETS[board];
  const globals = new GlobalBuffers(checker, findings, places.types, target, shared.sizeBytes);
  const frames = new Frames(checker);
  const pointers = new PointerOperations(checker, places, findings);
  for (const file of files) {
    checkRestrictions(checker, file, findings, kind);
    checkImports(file, findings, kind);
    if (kind === 'program') continue;
    checkUnsafe(checker, file, findings);
    places.analyse(file);
    pointers.analyse(file);
    functions.analyse(file, places, findings);
    globals.analyse(file);
    frames.analyse(file);
  }
  const types = new Ownership(checker, files);
  const ownership = kind === 'module' ? types : new Nobody(checker, files);
  const plan = new DropPlanner(checker, ownership, findings).plan(files);
  const effects = new Effects(checker, types, plan, findings, kind);
  const exports = readExports(checker, files, findings);
  effects.analyse(files, surfaceOf(files, exports));
  const sites = new Sites(files, nameOf, {
    isAccess: (node) => places.isAccess(node) || shared.isAccess(node),
  });
  const allocations = readAllocations(checker, files, places.types, target, sites);
  const locks = readLockNames(checker, files, sites);
  return {
    kind,
    ownership,
    plan,
    effects,
    places,
    pointers,
    functions,
    globals,
    frames,
    variables,
    shared,
    sites,
    allocations,
    locks,
    findings,
    exports,
  };
}
