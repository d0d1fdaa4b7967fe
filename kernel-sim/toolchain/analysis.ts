// SPDX-License-Identifier: GPL-2.0-or-later
/** Everything that is known of a module's files before code is made of them. */
import type ts from 'typescript';

import { Findings } from './diagnostics.ts';
import type { DropPlan } from './drop-plan.ts';
import { Effects } from './effects.ts';
import { Ownership } from './ownership.ts';
import { DropPlanner } from './plan-drops.ts';
import { checkRestrictions } from './restrictions.ts';
import { Sites } from './sites.ts';

export interface Analysis {
  readonly ownership: Ownership;
  readonly plan: DropPlan;
  readonly effects: Effects;
  readonly sites: Sites;
  readonly findings: Findings;
}

export function analyse(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
  nameOf: (path: string) => string,
): Analysis {
  const findings = new Findings();
  for (const file of files) checkRestrictions(checker, file, findings);
  const ownership = new Ownership(checker, files);
  const plan = new DropPlanner(checker, ownership, findings).plan(files);
  const effects = new Effects(checker, ownership, plan, findings);
  effects.analyse(files);
  return { ownership, plan, effects, sites: new Sites(files, nameOf), findings };
}
