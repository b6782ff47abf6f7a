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

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) ||
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

# CXX may hold words, such as "ccache g++"; without it, the order is that in which CMake looks.
compiler=${CXX:-}
for candidate in c++ g++ clang++; do
    [ -n "$compiler" ] && break
    command -v "$candidate" >/dev/null 2>&1 && compiler=$candidate
done
[ -n "$compiler" ] ||
    fail "no C++ compiler was found; install one: apt install g++"
$compiler --version >/dev/null 2>&1 ||
    fail "the C++ compiler '$compiler' does not start; install one (apt install g++), or name another: CXX=g++"
echo '#include <span>' | $compiler -std=c++20 -fsyntax-only -x c++ - 2>/dev/null ||
    fail "the C++ compiler '$compiler' can't compile C++20; install g++ 10 or later (apt install g++)"

if [ "${2:-}" = sanitize ]; then
    # Clang finds GCC's libasan, which does not fit what it compiles.
    echo __clang__ | $compiler -E -x c++ - | grep -q __clang__ ||
        fail "the sanitizers are set up for g++ alone, not for '$compiler'; use it: make sanitize CXX=g++"
    [ -e "$($compiler -print-file-name=libasan.so)" ] ||
        fail "the C++ compiler '$compiler' has no libasan; install it: apt install g++"
fi
