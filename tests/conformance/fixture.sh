# SPDX-License-Identifier: GPL-2.0-or-later
# What lies in the home directory before each command of scripts.txt.
printf 'one\ntwo\nthree\nfour\nfive\n' > n5; seq 1 30 > n30; printf 'a\tb\n\n\n\nc\r\nd' > odd
printf 'no newline' > nonl; : > empty; mkdir d d/sub; echo hi > d/file; echo deep > d/sub/deep
ln -s n5 link; ln -s d dlink; ln -s nowhere broken; /usr/bin/printf '\000\001bin\377\nfoo\n' > bin
chmod 755 n30; echo x > 'sp ace'; echo y > "qu'ote"
touch -d '2020-01-02 03:04:05' n5 odd; touch -d '2021-11-01 01:02:03' n30 empty nonl
touch -d '2022-06-07 08:09:10' d/file d/sub/deep bin d/sub 'sp ace' "qu'ote" d
