// SPDX-License-Identifier: GPL-2.0-or-later
/** What `h` and `--help` show. */

export const LESS_HELP = `\
                   SUMMARY OF LESS COMMANDS

      A number N may be typed before a command.

  h  H                 This help.
  q  :q  Q  :Q  ZZ     Leave.
 ---------------------------------------------------------------------------

                           MOVING

  e  ^E  j  ^N  CR     N lines forward (1).
  y  ^Y  k  ^K  ^P     N lines backward (1).
  f  ^F  ^V  SPACE     N lines forward (a screen).
  b  ^B  ESC-v         N lines backward (a screen).
  d  ^D                N lines forward (half a screen), and that is half a screen now.
  u  ^U                N lines backward (half a screen), likewise.
  g  <  ESC-<          To line N (the first).
  G  >  ESC->          To line N (the last).
  p  %                 To N per cent of the file (the beginning).
  RightArrow           Half a screen to the right (N columns).
  LeftArrow            Half a screen to the left (N columns).
  F                    Wait at the end for more, as "tail -f" does; ^C ends that.
  r  ^R  ^L            Draw the screen again.
  m<letter>            Remember this place.
  '<letter>            Back to a place that is remembered ('': the last one).
 ---------------------------------------------------------------------------

                          SEARCHING

  /pattern             Forward to the N-th line that matches (1st).
  ?pattern             Backward to the N-th line that matches (1st).
                       The pattern may begin with ! (lines that do not match).
  n                    The same search again.
  N                    The same search in the other direction.
  ESC-u                Mark matches, or do not.
 ---------------------------------------------------------------------------

                        CHANGING FILES

  :n                   N files on (1).
  :p                   N files back (1).
  :x                   The first file (the N-th).
  :e file              Another file.
  =  ^G  :f            Name, lines, bytes and per cent of this file.
 ---------------------------------------------------------------------------

                           OPTIONS

      On the command line, or typed as a command.

  -e  -E               Leave at the second, at the first end of file.
  -F                   Leave at once if all fits on the screen.
  -G                   Do not mark matches.
  -i  -I               Ignore case, unless the pattern has capitals; always.
  -m  -M               Prompt with per cent; with name and lines, too.
  -n  -N               Do not count lines; show their numbers.
  -R                   Let colours through.
  -s                   Squeeze blank lines.
  -S                   Cut long lines instead of folding them.
  -X                   Stay on the main screen.
  -x N                 Tab stops each N columns.
  +command             Begin with a command: +G, +/pattern, +123.
`;
