#!/usr/bin/env bash
# Builds the image and runs it, without an engine and without an image registry: it shows that the Dockerfile is right.
#
#   sudo deploy/image/build_without_engine.sh
#
# Needs root on Debian or Ubuntu, with buildah and debootstrap, and a Python 3.11 or newer with a prefix of its own (pyenv's,
# or that of the image python:3.11). The base is laid out like python:3.11-slim-bookworm: a minimal Debian, with that Python in
# /usr/local. Packages come from where this machine's apt and pip get theirs. Takes two minutes and 1.5 GB, which are given back.
set -euo pipefail
cd "$(dirname "$0")/../.."

for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install --no-install-recommends $tool" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "Only root can make a root file system: run it with sudo." >&2; exit 1; }
prefix=$(python3 -c 'import sys; print(sys.base_prefix)')
python=$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
[ "$prefix" != /usr ] || { echo "python3 is Debian's own, mixed with the rest of /usr: put another one first in PATH." >&2; exit 1; }

work=$(mktemp -d /var/tmp/codecheck-image.XXXXXX)
buildah() { command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
clean_up() { [ -z "${KEEP:-}" ] || return 0
  command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs umount --all >/dev/null 2>&1 || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
step() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }

step "The base: Debian and Python"
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Release: $release" "Component: main" | head -1)
# What Python's own modules are linked with, as the official image finds it.
libraries=$(find "$prefix/lib/$python/lib-dynload" -name '*.so' -exec ldd {} + | awk '/=> \// {print "*/" $1}' | sort -u |
  xargs dpkg-query --search 2>/dev/null | awk -F: -v of="$(dpkg --print-architecture)" '$2 == of {print $1}' | sort -u | paste -sd,)
debootstrap --variant=minbase --include="ca-certificates,netbase,tzdata,$libraries" "$release" "$work/base" "$mirror" >"$work/log" 2>&1 ||
  { tail -20 "$work/log" >&2; exit 1; }
rm -rf "$work/base"/var/cache/apt/* "$work/base"/var/lib/apt/lists/* "$work/base"/usr/share/{doc,locale,man}/*
# This machine may trust a mirror that Debian does not know.
cp /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/ca-certificates.crt"
tar -C "$prefix" -cf - --exclude=__pycache__ --exclude='*.a' --exclude=site-packages --exclude=test --exclude=idlelib \
  "bin/$python" "lib/$python" $(cd "$prefix" && ls -d lib/libpython3* 2>/dev/null) | tar -C "$work/base/usr/local" -xf -
ln -s "$python" "$work/base/usr/local/bin/python"
ln -s "$python" "$work/base/usr/local/bin/python3"
chroot "$work/base" ldconfig
chroot "$work/base" python -m ensurepip --default-pip >/dev/null 2>&1
scratch=$(buildah from scratch)
buildah add --quiet "$scratch" "$work/base" / >/dev/null
buildah config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin "$scratch"
buildah commit --quiet --rm "$scratch" localhost/base >/dev/null
rm -rf "$work/base"
digest=$(buildah inspect --type image --format '{{.FromImageDigest}}' localhost/base)

step "The image, from localhost/base@$digest"
{
  printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n'
  if index=$(python3 -m pip config get global.index-url 2>/dev/null || python3 -m pip config get :env:.index-url 2>/dev/null); then
    echo "index-url = $index"
  fi
} >"$work/pip.conf"
buildah build --isolation chroot --format docker --build-arg PYTHON="localhost/base@$digest" \
  --secret id=pip.conf,src="$work/pip.conf" --tag localhost/codecheck-bot . >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; exit 1; }
grep -E 'STEP|^Successfully' "$work/log"

# What runs in the image: as in a container with `--read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp
# -v …:/data -v "$PWD:/etc/codecheck:ro"`, the image's own user, variables and working folder, and this machine's network.
config() { buildah inspect --type image --format "$1" localhost/codecheck-bot; }
IFS=: read -r uid gid <<<"$(config '{{.Docker.Config.User}}')"
root=$(buildah mount "$(buildah from localhost/codecheck-bot)")
cp --archive "$root/data" "$work/data"
cat >"$work/in_image" <<IN_IMAGE
#!/usr/bin/env bash
set -euo pipefail
[ -n "\${INSIDE:-}" ] || INSIDE=yes exec unshare --mount "\$0" "\$@"
mount --bind "$root" "$root"
mount --bind "\$PWD" "$root/etc/codecheck"
mount -o remount,bind,ro "$root/etc/codecheck"
mount --bind "$work/data" "$root/data"
mount -t tmpfs tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
mount -o remount,bind,ro "$root"
while read -r variable; do
  name=\${variable%%=*}
  [ "\$name" != PATH ] && [ -n "\${!name:-}" ] || export "\$variable"
done <<<'$(config '{{range .Docker.Config.Env}}{{println .}}{{end}}')'
unset INSIDE
exec chroot "$root" setpriv --reuid=$uid --regid=$gid --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs \
  env --chdir='$(config '{{.Docker.Config.WorkingDir}}')' HOME=/ "\$@"
IN_IMAGE
chmod +x "$work/in_image"
