#!/bin/bash
# quick checks before a push: args = test paths
cd /tmp/wt/c-raw
npx tsc -b || exit 1
npx oxlint --type-aware --deny-warnings $(git diff --name-only origin/main -- '*.ts' | xargs -r ls 2>/dev/null) $(git ls-files -o --exclude-standard -- '*.ts') || exit 1
npx oxfmt --check $(git diff --name-only origin/main -- '*.ts' | xargs -r ls 2>/dev/null) $(git ls-files -o --exclude-standard -- '*.ts') || exit 1
npx knip || exit 1
timeout 200 npx vitest run tests/architecture kernel-sim/toolchain/generated-api.test.ts "$@" 2>&1 | tail -30
exit ${PIPESTATUS[0]}
