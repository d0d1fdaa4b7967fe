// SPDX-License-Identifier: GPL-2.0-or-later
/** true: succeeds. */
import { defineProgram } from './libc/libc.ts';

export const trueProgram = defineProgram(function* () {
  return 0;
});
