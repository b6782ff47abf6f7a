#!/bin/sh
# Looks for what `make` needs from the machine, and says on one line what to install.
# Usage: check_machine.sh PYTHON [sanitize]; CXX names another C++ compiler.
set -u

fail() {
    echo "mcusim: $*" >&2
    exit 1
}

python=$1
command -v "$python" >/dev/null 2>&1 ||
    fail "$python was not found; install it (Debian: apt install python3), or name one: make PYTHON=python3.12"

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') ||
    fail "$python does not start; name another one: make PYTHON=python3.12"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is Python $version, but 3.11 or later is needed; name another one: make PYTHON=python3.12"

# Debian has a package for its own version, python3-venv, and one for each other, python3.12-venv.
case ${python##*/} in
    python3.*) package=python$version ;;
    *) package=python3 ;;
esac
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python can't create a virtual environment; install it: apt install $package-venv"

header=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h
[ -f "$header" ] ||
    fail "the C headers of $python are missing ($header); install them: apt install $package-dev"

# The order in which CMake looks.
for compiler in ${CXX:-c++ g++ clang++ none}; do
    command -v "$compiler" >/dev/null 2>&1 && break
done
[ "$compiler" != none ] ||
    fail "no C++ compiler was found; install one: apt install g++"
command -v "$compiler" >/dev/null 2>&1 ||
    fail "the C++ compiler '${CXX}' was not found; install g++ (apt install g++) or set CXX to another"
echo '#include <span>' | "$compiler" -std=c++20 -fsyntax-only -x c++ - 2>/dev/null ||
    fail "the C++ compiler '$compiler' can't compile C++20; install g++ 10 or later: apt install g++"

if [ "${2:-}" = sanitize ]; then
    # A library that the compiler does not have is printed back as a bare name.
    case $("$compiler" -print-file-name=libasan.so) in
        */*) ;;
        *) fail "the C++ compiler '$compiler' has no libasan.so; use g++ for this: make sanitize CXX=g++" ;;
    esac
fi
