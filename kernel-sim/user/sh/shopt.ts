// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The options of `shopt`, in bash's order. Those that nothing here reads are remembered, so that
 * scripts that save and restore them work.
 */

// prettier-ignore
export const SHOPT_NAMES = [
  'autocd', 'assoc_expand_once', 'cdable_vars', 'cdspell', 'checkhash', 'checkjobs',
  'checkwinsize', 'cmdhist', 'compat31', 'compat32', 'compat40', 'compat41', 'compat42',
  'compat43', 'compat44', 'complete_fullquote', 'direxpand', 'dirspell', 'dotglob', 'execfail',
  'expand_aliases', 'extdebug', 'extglob', 'extquote', 'failglob', 'force_fignore',
  'globasciiranges', 'globskipdots', 'globstar', 'gnu_errfmt', 'histappend', 'histreedit',
  'histverify', 'hostcomplete', 'huponexit', 'inherit_errexit', 'interactive_comments',
  'lastpipe', 'lithist', 'localvar_inherit', 'localvar_unset', 'login_shell', 'mailwarn',
  'no_empty_cmd_completion', 'nocaseglob', 'nocasematch', 'noexpand_translation', 'nullglob',
  'patsub_replacement', 'progcomp', 'progcomp_alias', 'promptvars', 'restricted_shell',
  'shift_verbose', 'sourcepath', 'varredir_close', 'xpg_echo',
] as const;

export type ShoptName = (typeof SHOPT_NAMES)[number];
export type Shopt = Record<ShoptName, boolean>;

// prettier-ignore
const ON: ReadonlySet<string> = new Set([
  'checkwinsize', 'cmdhist', 'complete_fullquote', 'extquote', 'force_fignore', 'globasciiranges',
  'globskipdots', 'hostcomplete', 'interactive_comments', 'patsub_replacement', 'progcomp',
  'promptvars', 'sourcepath',
]);

export function defaultShopt(): Shopt {
  return Object.fromEntries(SHOPT_NAMES.map((name) => [name, ON.has(name)] as const)) as Shopt;
}

export function isShoptName(name: string): name is ShoptName {
  return (SHOPT_NAMES as readonly string[]).includes(name);
}
