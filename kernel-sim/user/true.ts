// SPDX-License-Identifier: GPL-2.0-or-later
/** true and false: do nothing, with a status. */
import { defineProgram } from './libc/libc.ts';

export const trueProgram = defineProgram(function* () {
  return 0;
});

export const falseProgram = defineProgram(function* () {
  return 1;
});
