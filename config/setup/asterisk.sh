#!/bin/sh
# Makes a private Asterisk 22 in a folder of its own (a chroot; about 500 MB, under a minute) and prints that folder.
#
# Debian 12 and 13 have no asterisk package, so it is taken from a later suite with debootstrap. The Debian mirror
# and proxy are the ones that apt is set up with on this machine. Nothing outside the folder changes, except that
# debootstrap itself is installed. Run as root; run again at any time: a finished folder is only checked (< 1 s),
# an interrupted one is thrown away and made anew.
#
#   CALLCENTER_ASTERISK=DIR   where (default: /var/cache/callcenter/asterisk-22 as root)
#
# This file must not start Asterisk (config/setup/pbx.sh and the tests do) nor write its configuration.
set -eu

suite=forky
oldest=22.10.1          # below: GHSA-wcvv-g26m-wx5c and GHSA-vrfp-mg3q-3959
pbx_uid=52210
target=${CALLCENTER_ASTERISK:-}
if [ -z "$target" ]; then
    if [ "$(id -u)" = 0 ]; then target=/var/cache/callcenter/asterisk-22
    else target=${XDG_CACHE_HOME:-$HOME/.cache}/callcenter/asterisk-22; fi
fi
building=$target.building
log=$target.log

say() { echo "asterisk.sh: $*" >&2; }
fail() { say "$*"; exit 1; }

[ "$(id -u)" = 0 ] || fail "needs root for debootstrap and chroot: run it as root or with sudo,
  or attach an Asterisk you already have (docs/howto/attach-asterisk.md)."

# Asterisk in DIR answers with its version, and it is new enough: "22.10.1" on stdout.
version_in() {
    [ -x "$1/usr/sbin/asterisk" ] || return 1
    found=$(chroot "$1" /usr/sbin/asterisk -V 2>/dev/null | sed -n 's/^Asterisk \([0-9][0-9.]*\).*/\1/p')
    [ -n "$found" ] && [ "$(printf '%s\n%s\n' "$oldest" "$found" | sort -V | head -n 1)" = "$oldest" ] || return 1
    echo "$found"
}

# Without its own host name in /etc/hosts, every call inside waits for a look-up.
name_the_host() {
    host=$(hostname)
    grep -qsw -- "$host" "$1/etc/hosts" || printf '127.0.0.1\tlocalhost %s\n' "$host" >>"$1/etc/hosts"
}

finished() {
    [ -e "$target/.callcenter-complete" ] && version=$(version_in "$target") || return 1
    name_the_host "$target"
    mkdir -p "$target/srv/callcenter"
    say "Asterisk $version is in $target"
    echo "$target"
}

if finished; then exit 0; fi

mkdir -p "$(dirname "$target")"
exec 9>"$target.lock"
flock 9                                   # a second run waits for the first one's work instead of doubling it
if finished; then exit 0; fi

remove() {                                # debootstrap may have been killed with /proc mounted inside
    [ -e "$1" ] || return 0
    for mounted in $(awk -v dir="$1/" 'index($2, dir) == 1 {print $2}' /proc/mounts | sort -r); do
        umount "$mounted" || umount -l "$mounted"
    done
    rm -rf --one-file-system "$1"
}

if ! command -v debootstrap >/dev/null || ! command -v gpgv >/dev/null; then
    say "installing debootstrap"
    export DEBIAN_FRONTEND=noninteractive
    install_tools() { apt-get install -y -q --no-install-recommends debootstrap gpgv debian-archive-keyring wget; }
    { install_tools || { apt-get update -q && install_tools; }; } >"$log" 2>&1 ||
        fail "could not install debootstrap: see $log"
fi

# The first Debian archive in apt's own list, security and third parties left out.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" && $3 == "Debian" {print $1; exit}')
[ -n "$mirror" ] || fail "apt on this machine knows no Debian archive: add one to /etc/apt/sources.list and run apt-get update."
# debootstrap fetches with wget, which does not read apt's proxy.
eval "$(apt-config shell apt_http_proxy Acquire::http::Proxy apt_https_proxy Acquire::https::Proxy)"
case ${apt_http_proxy:-DIRECT} in DIRECT) ;; *) export http_proxy="$apt_http_proxy" ;; esac
case ${apt_https_proxy:-DIRECT} in DIRECT) ;; *) export https_proxy="$apt_https_proxy" ;; esac

script=/usr/share/debootstrap/scripts/$suite
[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid   # an older debootstrap does not know the suite by name

remove "$building"
remove "$target"
say "building Asterisk from Debian's $suite into $target (log: $log)"
debootstrap --variant=minbase --include=asterisk,ca-certificates "$suite" "$building" "$mirror" "$script" >"$log" 2>&1 9>&- || {
    tail -n 5 "$log" >&2
    fail "debootstrap failed: see $log, then run this again."
}
version=$(version_in "$building") || fail "the package in $suite is older than $oldest or does not run: see $log"
# The package's user number may be a user of this machine (of its database, say): a number of its own keeps them apart.
old=$(chroot "$building" id -u asterisk)
chroot "$building" usermod -u "$pbx_uid" asterisk
chroot "$building" groupmod -g "$pbx_uid" asterisk
find "$building" -xdev -uid "$old" -exec chown -h "$pbx_uid:$pbx_uid" {} +
rm -rf "$building"/var/cache/apt/archives/*.deb "$building"/var/lib/apt/lists/*
touch "$building/.callcenter-complete"
mv -T "$building" "$target"
finished || fail "Asterisk $version was built, but does not answer in $target"
