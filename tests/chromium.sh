#!/bin/bash
# Makes sure that a Chromium and Chinese fonts are there for the browser tests: the system's, else Debian's, else Playwright's.
set -euo pipefail
cd "$(dirname "$0")/.."

find_chromium() {
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  return 1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

has_chinese() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh 2>/dev/null | head -1)" ]; }

wanted=()
find_chromium >/dev/null || wanted+=(chromium)
has_chinese || wanted+=(fonts-noto-cjk fontconfig)
[ ${#wanted[@]} = 0 ] && exit 0

if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
  echo "Installing ${wanted[*]}"
  as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null || true
fi

if ! find_chromium >/dev/null; then
  echo "Installing Playwright's Chromium"
  .venv/bin/playwright install chromium
fi
has_chinese || echo "No Chinese font was found or installed: screenshots in zh-CN will show boxes" >&2
