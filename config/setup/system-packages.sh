#!/bin/bash
# Installs the system packages that the tests need, or only those named as arguments (make pbx), as root or by passwordless
# sudo; otherwise names what is missing. No service is started or enabled: the tests run their own databases.
set -euo pipefail

# program or file -> Debian package
needed=(
    sipp=sip-tester
    chromium=chromium
    chromium-headless-shell=chromium-headless-shell
    redis-server=redis-server
    /usr/lib/postgresql=postgresql
    espeak-ng=espeak-ng
    ffmpeg=ffmpeg
    turnserver=coturn
    debootstrap=debootstrap
    ip=iproute2
    /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk
)

missing=()
for entry in "${needed[@]}"; do
    what=${entry%%=*} package=${entry#*=}
    [[ $# -eq 0 || " $* " == *" $package "* ]] || continue
    case $what in
        /*) [ -e "$what" ] || missing+=("$package") ;;
        # debootstrap and others live in sbin, which is not on everybody's PATH
        *) PATH="$PATH:/usr/sbin:/sbin" command -v "$what" >/dev/null || missing+=("$package") ;;
    esac
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "the tests need system packages that are missing; as root:" >&2
        echo "  apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null; then
    echo "missing: ${missing[*]} (names of Debian packages); this machine has no apt-get, install them by hand" >&2
    exit 1
fi

echo "installing system packages: ${missing[*]} ..."
# The Debian way to say "install, but start nothing"; a machine's own policy is left as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi
log=$(mktemp)
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "apt-get could not install ${missing[*]}; the whole output is in $log" >&2
    exit 1
fi
rm -f "$log"
for package in "${missing[@]}"; do
    case $package in
        redis-server | postgresql | coturn)
            if [ -d /run/systemd/system ]; then "${as_root[@]}" systemctl disable --quiet "$package" || true; fi ;;
    esac
done
