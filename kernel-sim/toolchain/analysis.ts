// SPDX-License-Identifier: GPL-2.0-or-later
/** Everything that is known of a module's or program's files before code is made of them. */
import type ts from 'typescript';

import { Findings } from './diagnostics.ts';
import type { DropPlan } from './drop-plan.ts';
import { Effects } from './effects.ts';
import { Nobody, Ownership } from './ownership.ts';
import { DropPlanner } from './plan-drops.ts';
import { readExports, surfaceOf, type ExportedFunction } from './module-symbols.ts';
import { checkImports } from './program.ts';
import { checkRestrictions } from './restrictions.ts';
import { Sites } from './sites.ts';

/** A program is plain TypeScript: nothing is owned, and only `using` drops. */
export type Kind = 'module' | 'program';

export interface Analysis {
  readonly kind: Kind;
  readonly ownership: Ownership;
  readonly plan: DropPlan;
  readonly effects: Effects;
  readonly sites: Sites;
  readonly findings: Findings;
  /** What it hands to other modules. */
  readonly exports: readonly ExportedFunction[];
}

export function analyse(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
  nameOf: (path: string) => string,
  kind: Kind,
): Analysis {
  const findings = new Findings();
  for (const file of files) {
    checkRestrictions(checker, file, findings, kind);
    checkImports(file, findings, kind);
  }
  const types = new Ownership(checker, files);
  const ownership = kind === 'module' ? types : new Nobody(checker, files);
  const plan = new DropPlanner(checker, ownership, findings).plan(files);
  const effects = new Effects(checker, types, plan, findings, kind);
  const exports = readExports(checker, files, findings);
  effects.analyse(files, surfaceOf(files, exports));
  const sites = new Sites(files, nameOf);
  return { kind, ownership, plan, effects, sites, findings, exports };
}
