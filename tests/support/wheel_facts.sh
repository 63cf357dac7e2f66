# Sourced by tests that look into wheels: what the ELF files in one need.
# shellcheck shell=bash disable=SC2154 # the scratch folder $work is of who sources this

# facts WHEEL: of each ELF file its machine, byte order, symbol versions and needed libraries, without the digests in grafted names.
facts() {
  local folder member
  folder=$(mktemp -d -p "$work")
  python3 -m zipfile -e "$1" "$folder"
  find "$folder" -name '*.so*' | LC_ALL=C sort | while read -r member; do
    echo "$(basename "$member") $(readelf -hW "$member" | grep -E 'Machine|Data' | tr -s ' ')"
    readelf -VW "$member" | { grep -oE 'Name: [A-Z_]+[0-9.]+|File: [^ ]+' || true; } | LC_ALL=C sort -u
    readelf -dW "$member" | { grep -oE '\(NEEDED\).*' || true; } | tr -s ' '
  done | sed -E 's/-[0-9a-f]{8}(\.so)/-DIGEST\1/g'
}

# machine_of ARCH: how readelf names the architecture, as a pattern.
machine_of() {
  case $1 in
    aarch64) echo AArch64 ;; armv7l) echo 'ARM$' ;; i686) echo 'Intel 80386' ;; ppc64le) echo PowerPC64 ;;
    riscv64) echo RISC-V ;; s390x) echo S/390 ;; *) echo X86-64 ;;
  esac
}
