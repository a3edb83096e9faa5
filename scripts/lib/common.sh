# Shared by the scripts; source it from the root of the project.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

say() { printf '\033[1m▸ %s\033[0m\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else
    command -v sudo >/dev/null || fail "run this as root, or install sudo: packages are missing"
    sudo "$@"
  fi
}

# Installs the Debian packages that are not there yet.
ensure_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  say "Installing ${#missing[@]} Debian packages"
  # Services that packages bring must not start: the suite runs its own private ones.
  [[ -e /usr/sbin/policy-rc.d ]] || printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
  as_root chmod 755 /usr/sbin/policy-rc.d
  as_root apt-get -q update >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}" >/dev/null \
    || fail "apt-get could not install: ${missing[*]}"
}

ensure_suite_packages() {
  ensure_packages $(grep -v '^#' scripts/lib/packages)
  command -v node >/dev/null || ensure_packages nodejs
  command -v npm >/dev/null || ensure_packages npm
}

# Installs the npm packages of a folder when its lock file is newer than what is installed.
ensure_npm() {
  local folder=$1
  [[ -f $folder/package-lock.json ]] || return 0
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock" && return
  say "Installing npm packages of $folder"
  # Not `npm ci`: it insists on optional packages of other platforms, which not every registry mirror has.
  (cd "$folder" && npm install --no-save --no-audit --no-fund --loglevel=error >/dev/null) || fail "npm install failed in $folder"
  cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock"
}

# The preset that run and test build, one build for both; another one (release, asan) by IP_PRESET.
export IP_PRESET=${IP_PRESET:-dev}

# build [TARGET…]: with progress.
build() {
  [[ -f build/$IP_PRESET/build.ninja ]] || { say "Configuring"; cmake --preset "$IP_PRESET" >build-configure.log 2>&1 \
    || { cat build-configure.log; rm -f build-configure.log; fail "cmake could not configure"; }; rm -f build-configure.log; }
  say "Building"
  cmake --build --preset "$IP_PRESET" ${1:+--target "$@"} | grep --line-buffered -vE '^ninja: no work to do' || [[ ${PIPESTATUS[0]} -eq 0 ]]
}
