#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the judge wants of the server meanwhile: CONTROL_PORT is where it takes commands.
case $1 in link-*|unplug) echo "$1" >"/dev/udp/127.0.0.1/$CONTROL_PORT" ;; esac
