# shellcheck shell=bash
# Sourced by stages that test with packages of PyPI, npm or crates.io, in pinned versions.

# from_registry <what> <log> <command>...: a registry that is out of reach is no failure of ours.
from_registry() {
    local what=$1 log=$2
    shift 2
    "$@" >"$log" 2>&1 && return 0
    tail -n 20 "$log"
    skip "$what" "it could not be installed: $(tail -n 1 "$log")"
    return 1
}

# python_packages <what> <requirements> <folder>: a virtual environment with them, made anew when they change.
python_packages() {
    local what=$1 requirements=$2 folder=$3
    cmp -s "$requirements" "$folder/installed" && return 0
    rm -rf "$folder"
    if ! python3 -m venv "$folder"; then
        skip "$what" "python3-venv is not installed"
        return 1
    fi
    from_registry "$what" "$folder/install.log" "$folder/bin/pip" install --disable-pip-version-check \
        --no-deps --require-hashes -r "$requirements" || return 1
    cp "$requirements" "$folder/installed"
}
