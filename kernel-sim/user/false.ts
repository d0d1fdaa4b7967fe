// SPDX-License-Identifier: GPL-2.0-or-later
/** false: fails. */
import { defineProgram } from './libc/libc.ts';

export const falseProgram = defineProgram(function* () {
  return 1;
});
